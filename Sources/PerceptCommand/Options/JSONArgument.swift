import Foundation
import PerceptCore
import PerceptInference

/// JSON that stands in an argument, or where it points to.
enum JSONArgument {
    /// Bytes that may be held.
    private static let byteLimit = 256 << 20

    /// Reads `argument`: JSON itself, `@file`, or `-` for standard input.
    ///
    /// - Parameter name: what errors call it.
    /// - Throws: ``MediaError`` when it cannot be read or is no JSON: `.invalidArgument` for an argument, `.malformedInput` for
    ///   a file.
    static func read(_ argument: String, name: String) throws -> JSONValue {
        let bytes: [UInt8]
        var source = name
        if argument == "-" {
            let spool = try SpooledInput()
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
                source == name ? .invalidArgument : .malformedInput, source: source, problem: "is no JSON (\(error))",
                remedy: "write a text in quotes: '\"…\"'")
        }
    }

    /// All bytes of a file.
    static func bytes(of source: MediaSource) throws -> [UInt8] {
        let file = try InputFile(path: source.path ?? "", name: source.name)
        guard file.byteCount <= byteLimit else {
            throw MediaError(
                .limitExceeded, source: source.name, problem: "is larger than \(byteLimit) bytes", remedy: "send less")
        }
        return try file.read(at: 0, count: file.byteCount)
    }
}
