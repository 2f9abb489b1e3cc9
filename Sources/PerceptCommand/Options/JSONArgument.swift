import PerceptBatch
import PerceptCore
import PerceptInference

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// JSON in an argument, or in a file that the argument names.
enum JSONArgument {
    /// The largest file that is read, in bytes.
    private static let byteLimit = 256 << 20

    /// Reads `argument`: literal JSON, `@file`, or `-` for standard input.
    ///
    /// - Parameter name: the name of the argument in errors.
    /// - Throws: ``MediaError`` when it cannot be read or is not valid JSON: `.invalidArgument` for an argument,
    ///   `.malformedInput` for a file.
    static func read(_ argument: String, name: String) throws -> JSONValue {
        let bytes: [UInt8]
        var source = name
        if argument == "-" {
            let spool = try SpooledInput(path: "-")
            bytes = try self.bytes(of: .file(spool.path, name: SpooledInput.name))
            source = SpooledInput.name
        } else if argument.hasPrefix("@") {
            source = String(argument.dropFirst())
            bytes = try self.bytes(of: .file(source))
        } else {
            bytes = Array(argument.utf8)
        }
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw MediaError(
                source == name ? .invalidArgument : .malformedInput, source: source,
                problem: "not valid JSON (\(error))", remedy: "write text in quotes: '\"…\"'")
        }
    }

    /// Returns all bytes of a file.
    static func bytes(of source: MediaSource) throws -> [UInt8] {
        let file = try InputFile(path: source.path ?? "", name: source.name)
        guard file.byteCount <= byteLimit else {
            throw MediaError(
                .limitExceeded, source: source.name,
                problem: "\(file.byteCount) bytes of JSON exceed the limit of \(byteLimit)",
                remedy: "pass a smaller file")
        }
        return try file.read(at: 0, count: file.byteCount)
    }
}
