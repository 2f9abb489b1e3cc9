import PerceptCore
public import PerceptInference

/// The contents of a ledger, for reading: also while a run writes it, and from a read-only folder.
public final class LedgerReader: Sendable {
    /// The path, as named by the caller.
    public let path: String
    /// The verb of the runs that the ledger belongs to.
    public let verb: String
    private let database: SharedConnection

    /// Opens a ledger, which is not changed.
    ///
    /// - Throws: ``LedgerError`` if the file is missing, damaged, not a ledger or of another version.
    public convenience init(path: String) throws(LedgerError) {
        let (verb, database) = try withLedgerErrors(path) {
            try LedgerFile.requireReadable(path)
            let database = try SharedConnection(ledger: path, isReadOnly: true)
            guard let verb = try database.check(path) else {
                throw LedgerError(.notALedger, source: path, problem: "the ledger is empty: no run has written to it")
            }
            return (verb, database)
        }
        self.init(path: path, verb: verb, database)
    }

    init(path: String, verb: String, _ database: SharedConnection) {
        self.path = path
        self.verb = verb
        self.database = database
    }

    /// Returns the options of the latest run.
    public func options() throws(LedgerError) -> JSONObject {
        let text = try read { database in
            let sql = "SELECT json FROM options WHERE id = (SELECT value FROM ledger WHERE name = 'options')"
            return try database.value(sql)?.text
        }
        guard let text, case .object(let object)? = try? JSONValue(parsing: Array(text.utf8)) else {
            throw .damaged(path, "its options are missing")
        }
        return object
    }

    /// Returns the numbers of recorded inputs; takes the same time for any number of them.
    public func counts() throws(LedgerError) -> LedgerCounts {
        try read { database in
            let current = try LedgerSchema.value("options", &database).flatMap { Int64($0) }
            var counts = LedgerCounts()
            var failures: [LedgerCounts.Failure] = []
            let sql =
                "SELECT options, state, errorKind, isTransient, count FROM tally WHERE count > 0 ORDER BY errorKind"
            for row in try database.rows(sql) {
                let number = Int(row[4].integer ?? 0)
                if row[0].integer != current { counts.outdated += number }
                guard row[1].text == "failed" else {
                    counts.answered += number
                    continue
                }
                let failure = LedgerCounts.Failure(
                    kind: row[2].text ?? "", isTransient: row[3].integer == 1, count: number)
                let index = failures.firstIndex { $0.kind == failure.kind && $0.isTransient == failure.isTransient }
                if let index { failures[index].count += number } else { failures.append(failure) }
            }
            counts.failures = failures.sorted { ($1.count, $0.kind) < ($0.count, $1.kind) }
            return counts
        }
    }

    /// Calls `body` for each recorded input in input order.
    ///
    /// Inputs that are not part of the latest run keep the position of their last run. Entries are read in small
    /// groups: memory does not depend on their number, and a run may write meanwhile.
    ///
    /// - Parameters:
    ///   - failedOnly: Skips answered inputs.
    ///   - body: Receives each entry.
    /// - Throws: ``LedgerError``, or the error of `body`.
    public func forEachEntry(failedOnly: Bool = false, _ body: (LedgerEntry) throws -> Void) throws {
        var last: (position: Int, id: Int64)?
        while true {
            let rows = try page(after: last, failedOnly: failedOnly)
            guard let end = rows.last else { return }
            last = (end.entry.position, end.id)
            for row in rows { try body(row.entry) }
        }
    }

    /// Calls `write` with each result line in input order, of answered and failed inputs, with its line feed.
    ///
    /// - Throws: ``LedgerError``, or the error of `write`.
    public func export(_ write: ([UInt8]) throws -> Void) throws {
        try forEachEntry { try write(Array($0.json.utf8) + [UInt8(ascii: "\n")]) }
    }

    /// Writes all result lines in input order to a file, which appears when it is complete.
    ///
    /// - Throws: ``LedgerError`` if the ledger cannot be read, `MediaError` if the file cannot be written or is the
    ///   ledger itself.
    public func export(to path: String) throws {
        let file = try OutputFile(path: path, protecting: [self.path])
        var pending: [UInt8] = []
        try export { line in
            pending += line
            guard pending.count >= 1 << 16 else { return }
            if let failure = writeAll(pending, to: file.descriptor) { throw MediaError.writing(path, failure) }
            pending.removeAll(keepingCapacity: true)
        }
        try file.write(pending)
        try file.commit()
    }

    private static let pageRowCount = 500
    private static let pageByteCount = 1 << 20

    private func page(after last: (position: Int, id: Int64)?, failedOnly: Bool) throws(LedgerError) -> [LedgerRow] {
        try read { database in
            let (position, id) = last ?? (.min, .min)
            let sql = """
                SELECT \(LedgerRow.columns) FROM item
                WHERE (position, id) > (?, ?)\(failedOnly ? " AND state = 'failed'" : "")
                ORDER BY position, id LIMIT \(Self.pageRowCount)
                """
            var rows: [Result<LedgerRow, any Error>] = []
            var byteCount = 0
            try database.forEachRow(sql, [SQLiteValue(position), .integer(id)]) { values in
                rows.append(Result { try LedgerRow(values, source: path) })
                if case .success(let row)? = rows.last { byteCount += row.entry.json.utf8.count }
                return byteCount < Self.pageByteCount
            }
            return try rows.map { try $0.get() }
        }
    }

    private func read<Value: Sendable>(
        _ body: (inout SQLiteConnection) throws -> Value
    ) throws(LedgerError) -> Value {
        try withLedgerErrors(path) { try database.use { try $0.transaction(isWriting: false, body) } }
    }
}
