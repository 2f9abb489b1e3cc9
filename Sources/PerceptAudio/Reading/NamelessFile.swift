import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An unnamed temporary file that another program can open and seek in: an MP4 often has its index at the end.
final class NamelessFile {
    let descriptor: CInt

    init(_ bytes: [UInt8], name: String) throws(MediaError) {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(folder)/percept-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw MediaError(
                .inputOutput, source: name, problem: "cannot create a temporary file: \(systemMessage(errno))")
        }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map { pwrite(descriptor, $0 + written, buffer.count - written, off_t(written)) }
                    ?? -1
            }
            if count < 0 {
                if errno == EINTR { continue }
                let failure = MediaError.writing(name, errno)
                close(descriptor)
                throw failure
            }
            written += count
        }
    }

    deinit {
        close(descriptor)
    }
}
