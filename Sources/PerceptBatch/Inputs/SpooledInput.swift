import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A pipe, standard input or a member of an archive as a temporary file that supports seeking; it is removed with the
/// value.
package final class SpooledInput: Sendable {
    /// The name of standard input in results and errors.
    package static let name = "standard input"

    /// The path of the temporary file.
    package let path: String

    /// Reads a pipe, a device, or standard input (`-`) to its end.
    ///
    /// - Throws: `MediaError` `.inputMissing`, `.inputOutput` if the temporary file cannot be written; `.cancelled`.
    package convenience init(path source: String) throws(MediaError) {
        let name = source == "-" ? Self.name : source
        let descriptor = source == "-" ? dup(STDIN_FILENO) : source.withFileName { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else {
            throw MediaError(.inputNotReadable, source: name, problem: "cannot be opened: \(systemMessage(errno))")
        }
        defer { close(descriptor) }
        try self.init { (file: borrowing OutputFile) throws(MediaError) in
            while true {
                try MediaError.checkCancellation()
                let piece = try readBytes(from: descriptor, atMost: 1 << 20, name: name)
                guard !piece.isEmpty else { return }
                try file.write(piece)
            }
        }
    }

    /// Creates the file with what `write` writes to it.
    ///
    /// - Throws: The error of `write`; `MediaError` `.outputNotCreatable`, `.inputOutput`.
    init(_ write: (borrowing OutputFile) throws(MediaError) -> Void) throws(MediaError) {
        let path = ProcessEnvironment.temporaryPath("percept")
        let file = try OutputFile(path: path)
        try write(file)
        try file.commit()
        self.path = path
    }

    deinit {
        Folder.remove(path)
    }
}

/// Reads up to `count` bytes of a file or pipe that can be read once; returns none only at its end.
///
/// - Throws: `MediaError` `.inputOutput`.
func readBytes(from descriptor: CInt, atMost count: Int, name: String) throws(MediaError) -> [UInt8] {
    var failure: CInt = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { storage, initialized in
        var got = read(descriptor, storage.baseAddress, storage.count)
        while got < 0, errno == EINTR { got = read(descriptor, storage.baseAddress, storage.count) }
        if got < 0 { failure = errno }
        initialized = max(0, got)
    }
    guard failure == 0 else {
        throw MediaError(.inputOutput, source: name, problem: "reading failed: \(systemMessage(failure))")
    }
    return bytes
}
