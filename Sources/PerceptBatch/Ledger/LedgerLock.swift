#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import PerceptCore

/// The exclusive right to write a ledger, held until the value is released or the process ends, however it ends.
///
/// A file next to the ledger is locked, not the ledger, since SQLite uses locks of that file itself. It names the
/// process and is removed at the end; a file that remains after a crash is not locked.
final class LedgerLock: Sendable {
    private let descriptor: CInt
    private let path: String

    /// Locks the ledger at `ledger`.
    ///
    /// - Throws: ``LedgerError`` `.locked` if another run holds the lock, `.notWritable` if the file cannot be created.
    init(for ledger: String) throws(LedgerError) {
        _ = try sqlitePath(ledger)
        let path = Folder.resolving(ledger) + ".lock"
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else { throw Self.creationFailure(errno, ledger) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let code = errno
                let holder = Self.holder(descriptor)
                close(descriptor)
                if code == EINTR { continue }
                throw Self.lockFailure(code, ledger, holder: holder)
            }
            // The previous holder may have removed the file between the two calls.
            guard Self.isFile(descriptor, at: path) else {
                close(descriptor)
                continue
            }
            ftruncate(descriptor, 0)
            _ = writeAll(Array("\(getpid()) \(Self.hostName())\n".utf8), to: descriptor)
            self.descriptor = descriptor
            self.path = path
            return
        }
    }

    deinit {
        unlink(path)
        close(descriptor)
    }

    private static func isFile(_ descriptor: CInt, at path: String) -> Bool {
        var opened = stat()
        var named = stat()
        return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino
            && opened.st_dev == named.st_dev
    }

    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Returns the process that holds the lock, such as `process 4711 on node3`.
    private static func holder(_ descriptor: CInt) -> String {
        var text = [UInt8](repeating: 0, count: 300)
        let count = pread(descriptor, &text, text.count, 0)
        let words = String(decoding: text.prefix(max(count, 0)), as: UTF8.self).split { $0.isWhitespace }
        guard words.count == 2, Int(words[0]) != nil else { return "another run" }
        return "process \(words[0]) on \(words[1])"
    }

    private static func lockFailure(_ code: CInt, _ ledger: String, holder: String) -> LedgerError {
        guard code == EWOULDBLOCK || code == EACCES else {
            return LedgerError(
                .notWritable, source: ledger, problem: "the file system has no locks (\(systemMessage(code)))",
                remedy: "put the ledger on a local disk")
        }
        return LedgerError(
            .locked, source: ledger, problem: "the ledger is in use by \(holder)",
            remedy: "wait for it to end, or use one ledger per run")
    }

    private static func creationFailure(_ code: CInt, _ ledger: String) -> LedgerError {
        let (kind, problem, remedy): (LedgerError.Kind, String, String?) =
            switch code {
            case ENOENT, ENOTDIR: (.notWritable, "its folder does not exist", "create the folder first")
            case EACCES, EPERM, EROFS:
                (.notWritable, "its folder may not be written (permission denied)", "choose another folder")
            case ENOSPC, EDQUOT: (.diskFull, "the ledger cannot be locked: the disk is full", "free some space")
            default: (.notWritable, "cannot be locked: \(systemMessage(code))", nil)
            }
        return LedgerError(kind, source: ledger, problem: problem, remedy: remedy)
    }
}
