#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import PerceptCore
import PerceptInference

/// The file of a ledger: what is checked before it is opened, and how it is left.
enum LedgerFile {
    /// Checks that `path` is a file that may be read.
    ///
    /// - Throws: ``LedgerError`` `.missing`, `.notALedger` or `.notReadable`.
    static func requireReadable(_ path: String) throws(LedgerError) {
        _ = try sqlitePath(path)
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR {
                throw LedgerError(
                    .missing, source: path, problem: "the ledger does not exist", remedy: "check the path")
            }
            throw LedgerError(.notReadable, source: path, problem: "cannot be opened: \(systemMessage(errno))")
        }
        try requireRegular(status, path)
        guard access(path, R_OK) == 0 else {
            throw LedgerError(
                .notReadable, source: path, problem: "the ledger may not be read (permission denied)",
                remedy: "check its permissions")
        }
    }

    /// Checks an existing file through a connection that changes nothing, then opens it for writing.
    ///
    /// - Returns: The connections, and the number of the options.
    /// - Throws: ``LedgerError``.
    static func open(
        _ path: String, verb: String, options: JSONObject, pageLimit: Int?
    ) throws(LedgerError) -> (LedgerConnections, options: Int64) {
        try withLedgerErrors(path) {
            let isNew = try checkExisting(path, verb: verb)
            let writing = try SharedConnection(ledger: path, isReadOnly: false, pageLimit: pageLimit)
            let number = try writing.use { connection in
                try connection.transaction(isWriting: true) { database in
                    if isNew { try LedgerSchema.create(&database, verb: verb) }
                    return try LedgerSchema.register(options, &database)
                }
            }
            let reading = try SharedConnection(ledger: path, isReadOnly: true)
            return (LedgerConnections(writing: writing, reading: reading), number)
        }
    }

    /// Returns true if the file is missing or empty.
    private static func checkExisting(_ path: String, verb: String) throws -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return true }
        try requireRegular(status, path)
        if status.st_size == 0 { return true }
        try requireReadable(path)
        guard access(path, W_OK) == 0 else {
            throw LedgerError(
                .notWritable, source: path, problem: "the ledger may not be written (permission denied)",
                remedy: "check its permissions, or use another file")
        }
        guard let found = try SharedConnection(ledger: path, isReadOnly: true).check(path) else { return true }
        try require(found, is: verb, path)
        return false
    }

    /// - Throws: ``LedgerError`` `.otherVerb`.
    static func require(_ found: String, is verb: String, _ path: String) throws(LedgerError) {
        guard found == verb else {
            throw LedgerError(
                .otherVerb, source: path, problem: "the ledger belongs to “\(found)”, not to “\(verb)”",
                remedy: "use one ledger per verb")
        }
    }

    /// Returns true if there is something at `path`.
    static func exists(_ path: String) -> Bool { FileStatus(path: path) != nil }

    private static func requireRegular(_ status: stat, _ path: String) throws(LedgerError) {
        guard status.st_mode & S_IFMT != S_IFREG else { return }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        throw LedgerError(
            .notALedger, source: path, problem: isFolder ? "is a folder, not a file" : "is not a regular file",
            remedy: "name a file")
    }

    /// Closes the connections and leaves one file, which is also readable in a read-only folder.
    ///
    /// If another process reads the ledger meanwhile, its auxiliary files remain.
    static func close(_ connections: LedgerConnections, _ path: String) throws(LedgerError) {
        try withLedgerErrors(path) {
            try connections.reading.use { try $0.close() }
            try connections.writing.use { database in
                try? database.run("PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE")
                try database.close()
            }
        }
    }
}

/// The connections of a run to its ledger: one writes, and one reads meanwhile.
struct LedgerConnections: Sendable {
    let writing: SharedConnection
    let reading: SharedConnection
}
