#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A regular file opened for reading; closed with the value.
public struct InputFile: ~Copyable, Sendable {
    /// The file descriptor, valid as long as this value lives. Callers may move its offset.
    public let descriptor: CInt
    /// The size of the file when it was opened, in bytes.
    public let byteCount: Int
    private let name: String

    /// Opens `path`.
    ///
    /// - Parameters:
    ///   - path: The path of a regular file.
    ///   - name: The name of the file in errors; `nil` uses the path.
    /// - Throws: ``MediaError`` `.inputMissing` if it does not exist, `.inputNotReadable` if it cannot be opened,
    ///   `.inputNotAFile` if it is not a regular file.
    public init(path: String, name: String? = nil) throws(MediaError) {
        let name = name ?? path
        // Without O_NONBLOCK, opening a named pipe waits for a writer; regular files are not affected.
        let descriptor = path.withFileName { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw Self.openFailure(errno, name: name) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw MediaError(
                .inputNotAFile, source: name,
                problem: status.st_mode & S_IFMT == S_IFDIR ? "is a folder, not a file" : "is not a regular file",
                remedy: "pass a file, or - to read standard input")
        }
        self.descriptor = descriptor
        self.byteCount = Int(status.st_size)
        self.name = name
    }

    deinit {
        close(descriptor)
    }

    /// Reads up to `count` bytes at `offset`, without moving the file's own offset; returns fewer only at the end of
    /// the file.
    public func read(at offset: Int, count: Int) throws(MediaError) -> [UInt8] {
        let wanted = max(0, min(count, byteCount - offset))
        var failure: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, initialized in
            while initialized < wanted, let base = buffer.baseAddress {
                let got = pread(descriptor, base + initialized, wanted - initialized, off_t(offset + initialized))
                if got < 0 {
                    if errno == EINTR { continue }
                    failure = errno
                    break
                }
                if got == 0 { break }
                initialized += got
            }
        }
        guard failure == 0 else {
            throw MediaError(.inputOutput, source: name, problem: "reading failed: \(systemMessage(failure))")
        }
        return bytes
    }

    private static func openFailure(_ code: CInt, name: String) -> MediaError {
        switch code {
        case ENOENT, ENOTDIR:
            MediaError(.inputMissing, source: name, problem: "there is no such file", remedy: "check the path")
        case EACCES, EPERM:
            MediaError(
                .inputNotReadable, source: name, problem: "may not be read (permission denied)",
                remedy: "check its permissions")
        default:
            MediaError(.inputNotReadable, source: name, problem: "cannot be opened: \(systemMessage(code))")
        }
    }
}

/// Returns the system's message for an `errno` value.
public func systemMessage(_ code: CInt) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    _ = strerror_r(code, &buffer, buffer.count)
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
