import PerceptCore
public import PerceptInference

/// The state of inputs in a ledger, which is not changed: also while a run writes it, and from a read-only folder.
public struct LedgerLookup: Sendable {
    /// The state of an input.
    enum State {
        /// The input was answered, or failed and is not attempted again.
        case finished(LedgerRow, ContentIdentity.Stamp?)
        /// The input cannot be read, which processing it reports.
        case unreadable
        case unfinished(ContentIdentity, attempts: Int)
    }

    let path: String
    let options: Int64
    private let database: SharedConnection
    private let retriedFailures: RetriedFailures

    init(path: String, _ database: SharedConnection, options: Int64, retriedFailures: RetriedFailures) {
        self.path = path
        self.database = database
        self.options = options
        self.retriedFailures = retriedFailures
    }

    /// Opens a ledger as ``Ledger/init(path:verb:options:retriedFailures:)`` would for a run; one that does not exist
    /// yet is empty.
    ///
    /// - Throws: ``LedgerError`` if the file is damaged, not a ledger, or of another verb or version.
    public init(
        path: String, verb: String, options: JSONObject, retriedFailures: RetriedFailures = .transient
    ) throws(LedgerError) {
        let (database, number) = try withLedgerErrors(path) {
            guard LedgerFile.exists(path) else { return try Self.empty(verb: verb) }
            try LedgerFile.requireReadable(path)
            let database = try SharedConnection(ledger: path, isReadOnly: true)
            guard let found = try database.check(path) else { return try Self.empty(verb: verb) }
            try LedgerFile.require(found, is: verb, path)
            return (database, try database.use { try LedgerSchema.number(of: options, &$0) })
        }
        // No row has this number, like options that no run had.
        self.init(path: path, database, options: number ?? -1, retriedFailures: retriedFailures)
    }

    private static func empty(verb: String) throws -> (SharedConnection, Int64?) {
        let database = try SharedConnection(path: ":memory:", isReadOnly: false)
        try database.use { try LedgerSchema.create(&$0, verb: verb) }
        return (database, nil)
    }

    /// Returns the state of an input. A file of the recorded size and modification time is not read.
    ///
    /// - Throws: ``LedgerError`` if the ledger cannot be read; `MediaError` `.cancelled`.
    func state(of item: BatchItem) throws -> State {
        let row = try read { [path] in try Self.row(of: item.key, &$0, source: path) }
        let stamp = ContentIdentity.Stamp(of: item.source)
        let candidate = row.flatMap { $0.options == options && $0.part == item.part.label ? $0 : nil }
        if let candidate, candidate.isUnchanged(stamp), isFinished(candidate) { return .finished(candidate, stamp) }
        guard let identity = try ContentIdentity(readable: item) else { return .unreadable }
        guard let candidate, candidate.content == identity.digest else { return .unfinished(identity, attempts: 0) }
        guard isFinished(candidate) else { return .unfinished(identity, attempts: candidate.entry.attempts) }
        return .finished(candidate, identity.stamp)
    }

    /// Returns true unless a failure is attempted again or an output is missing.
    func isFinished(_ row: LedgerRow) -> Bool {
        guard row.entry.isAnswered else { return !retriedFailures.includes(row.entry.outcome) }
        return row.entry.outputs.allSatisfy(LedgerFile.exists)
    }

    /// Returns the row of an answer to the content with these options: preferably one with all its outputs, then that
    /// of `key`. Looks at a few rows only, since a content may have many names.
    func answer(to identity: ContentIdentity, for key: String) throws -> LedgerRow? {
        let rows = try read { [path, options] database in
            let sql = """
                SELECT \(LedgerRow.columns) FROM item
                WHERE substr(content, 1, 8) = ? AND state = 'answered' AND options = ? AND content = ? AND part IS ?
                LIMIT 8
                """
            let arguments: [SQLiteValue] = [
                .blob(Array(identity.digest.prefix(8))), .integer(options), .blob(identity.digest),
                SQLiteValue(identity.part.label),
            ]
            return try database.rows(sql, arguments).map { try LedgerRow($0, source: path) }
        }
        let complete = rows.filter(isFinished)
        return complete.first { $0.entry.key == key } ?? complete.first ?? rows.first { $0.entry.key == key }
            ?? rows.first
    }

    static func row(of key: String, _ database: inout SQLiteConnection, source: String) throws -> LedgerRow? {
        let sql = "SELECT \(LedgerRow.columns) FROM item WHERE key = ?"
        return try database.rows(sql, [LedgerRow.databaseKey(key)]).first.map { try LedgerRow($0, source: source) }
    }

    /// Reads with one statement, which sees one state of the ledger without a transaction of its own.
    private func read<Value: Sendable>(
        _ body: (inout SQLiteConnection) throws -> Value
    ) throws(LedgerError) -> Value {
        try withLedgerErrors(path) { try database.use(body) }
    }
}

extension ContentIdentity {
    /// Reads an input; `nil` if that fails.
    ///
    /// - Throws: `MediaError` `.cancelled`.
    init?(readable item: BatchItem) throws(MediaError) {
        do throws(MediaError) {
            try self.init(of: item.source, part: item.part)
        } catch {
            if error.kind == .cancelled { throw error }
            return nil
        }
    }
}

extension LedgerRow {
    /// Returns true if the content is certainly the recorded one, without reading it.
    fileprivate func isUnchanged(_ stamp: ContentIdentity.Stamp?) -> Bool {
        guard let stamp, let recorded = self.stamp else { return stamp == nil && self.stamp == nil }
        return stamp.provesUnchanged(since: recorded)
    }
}
