#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that appears complete or not at all: it is written next to its destination, then renamed by ``commit()``.
///
/// Without a commit, the partial file is removed with the value. A destination that exists and is not a regular file
/// (`/dev/null`, a named pipe) is written directly, since a rename would replace it. A symbolic link is followed, so
/// that the link survives.
public struct OutputFile: ~Copyable {
    /// The file descriptor, open for reading and writing until ``commit()``.
    public let descriptor: CInt
    /// The name of the file in errors: the path as given by the caller.
    public let name: String
    private let destination: String
    /// `nil` if the destination is written directly.
    private let temporaryPath: String?
    private var isOpen = true

    /// Creates the temporary file next to `path`.
    ///
    /// - Parameters:
    ///   - path: The path of the finished file.
    ///   - inputs: Files that must not be replaced; a `path` that refers to one of them, by any link, is rejected.
    /// - Throws: ``MediaError`` `.invalidArgument` if the output is one of `inputs`, `.outputNotCreatable` if the
    ///   folder does not exist or is not writable.
    public init(path: String, protecting inputs: [String] = []) throws(MediaError) {
        guard !path.isEmpty else {
            throw MediaError(.invalidArgument, problem: "the output has no name", remedy: "pass the path of a file")
        }
        var existing = stat()
        let exists = path.withFileName { stat($0, &existing) } == 0
        try Self.checkReplaces(path, noneOf: inputs)
        guard !exists || existing.st_mode & S_IFMT != S_IFDIR else {
            throw MediaError(
                .outputNotCreatable, source: path, problem: "is a folder, where a file was expected",
                remedy: "name a file in it")
        }
        let isDirect = exists && existing.st_mode & S_IFMT != S_IFREG
        let destination = exists && !isDirect ? Folder.resolving(path) : path
        let temporaryPath = isDirect ? nil : Self.temporaryPath(beside: destination)
        let flags = isDirect ? O_WRONLY | O_CLOEXEC : O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
        let descriptor = try Self.open(temporaryPath ?? path, flags, name: path)
        if exists && !isDirect { fchmod(descriptor, existing.st_mode & 0o7777) }
        self.name = path
        self.destination = destination
        self.temporaryPath = temporaryPath
        self.descriptor = descriptor
    }

    deinit {
        guard isOpen else { return }
        close(descriptor)
        temporaryPath?.withFileName { _ = unlink($0) }
    }

    /// Appends `bytes` at the descriptor's offset.
    public func write(_ bytes: [UInt8]) throws(MediaError) {
        if let failure = writeAll(bytes, to: descriptor) { throw .writing(name, failure) }
    }

    /// Moves the file into place.
    ///
    /// - Throws: ``MediaError`` `.inputOutput` if the system reports a late write error, or the rename fails; the
    ///   destination is then unchanged.
    public consuming func commit() throws(MediaError) {
        isOpen = false
        var failure = close(descriptor) == 0 ? 0 : errno
        if let temporaryPath {
            if failure == 0 {
                let result = temporaryPath.withFileName { from in destination.withFileName { rename(from, $0) } }
                if result != 0 { failure = errno }
            }
            if failure != 0 { temporaryPath.withFileName { _ = unlink($0) } }
        }
        if failure != 0 {
            throw MediaError(.inputOutput, source: name, problem: "cannot be completed: \(systemMessage(failure))")
        }
    }

    /// Checks that `path` does not refer to one of `inputs`, by any name or link.
    ///
    /// - Throws: ``MediaError`` `.invalidArgument` if it does.
    public static func checkReplaces(_ path: String, noneOf inputs: [String]) throws(MediaError) {
        guard let existing = FileStatus(path: path) else { return }
        for input in inputs where FileStatus(path: input) == existing {
            throw MediaError(
                .invalidArgument, source: path, problem: "is an input itself, which is never overwritten",
                remedy: "choose another output")
        }
    }

    /// Returns a hidden file name with a random part: among 2³² names, a clash with a leftover file is unlikely.
    private static func temporaryPath(beside destination: String) -> String {
        let slash = destination.lastIndex(of: "/").map(destination.index(after:)) ?? destination.startIndex
        let token = String(UInt32.random(in: .min ... .max), radix: 36)
        return "\(destination[..<slash]).\(destination[slash...].prefix(100)).\(token).part"
    }

    private static func open(_ path: String, _ flags: CInt, name: String) throws(MediaError) -> CInt {
        #if canImport(Glibc)
            let descriptor = path.withFileName { Glibc.open($0, flags, 0o666) }
        #elseif canImport(Musl)
            let descriptor = path.withFileName { Musl.open($0, flags, 0o666) }
        #else
            let descriptor = path.withFileName { Darwin.open($0, flags, 0o666) }
        #endif
        guard descriptor >= 0 else { throw creationFailure(errno, name: name) }
        return descriptor
    }

    private static func creationFailure(_ code: CInt, name: String) -> MediaError {
        let (problem, remedy): (String, String?) =
            switch code {
            case ENOENT, ENOTDIR: ("its folder does not exist", "create the folder first")
            case EACCES, EPERM, EROFS: ("its folder may not be written (permission denied)", "choose another folder")
            default: ("cannot be created: \(systemMessage(code))", nil)
            }
        return MediaError(.outputNotCreatable, source: name, problem: problem, remedy: remedy)
    }
}

/// Writes all of `bytes` at the descriptor's offset, in as many calls as needed.
///
/// - Returns: The `errno` value of the failed call; `nil` for success.
public func writeAll(_ bytes: [UInt8], to descriptor: CInt) -> CInt? {
    bytes.withUnsafeBytes { buffer in
        var written = 0
        while written < buffer.count, let base = buffer.baseAddress {
            let count = write(descriptor, base + written, buffer.count - written)
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            written += count
        }
        return nil
    }
}
