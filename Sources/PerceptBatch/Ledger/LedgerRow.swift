import PerceptInference

/// A row of the table `item`.
struct LedgerRow: Sendable {
    var entry: LedgerEntry
    var id: Int64 = 0
    var options: Int64
    /// `nil` if the input could not be read.
    var stamp: ContentIdentity.Stamp?
    var content: [UInt8]?
    var part: String?

    static let columns = """
        id, key, position, byteCount, modificationTime, content, part, options, state, errorKind, isTransient, \
        attempts, outputs, json
        """

    init(entry: LedgerEntry, identity: ContentIdentity?, options: Int64) {
        self.entry = entry
        self.options = options
        stamp = identity?.stamp
        content = identity?.digest
        part = identity?.part.label
    }

    /// Reads a row of ``columns``.
    ///
    /// - Throws: ``LedgerError`` `.damaged` if a value has another type than it was written with.
    init(_ row: [SQLiteValue], source: String) throws(LedgerError) {
        guard let id = row[0].integer, let key = Self.key(row[1]), let position = row[2].integer,
            let state = row[8].text, let attempts = row[11].integer, let json = row[13].text
        else { throw LedgerError.damaged(source, "a row is incomplete") }
        self.id = id
        options = row[7].integer ?? 0
        stamp = row[3].integer.map { ContentIdentity.Stamp(byteCount: Int($0), modificationTime: row[4].integer) }
        content = row[5].blob
        part = row[6].text
        let outcome: LedgerEntry.Outcome =
            state == "answered"
            ? .answered : .failed(kind: row[9].text ?? "", isTransient: row[10].integer == 1)
        entry = LedgerEntry(
            key: key, position: Int(position), outcome: outcome, attempts: Int(attempts),
            outputs: Self.outputs(row[12].text), json: json)
    }

    /// Inserts the row, or replaces the one with the same key and the number `id`.
    func write(_ database: inout SQLiteConnection, replacing id: Int64?) throws(SQLiteError) {
        let values: [SQLiteValue] = [
            SQLiteValue(id), Self.databaseKey(entry.key), SQLiteValue(entry.position), SQLiteValue(stamp?.byteCount),
            SQLiteValue(stamp?.modificationTime), SQLiteValue(content), SQLiteValue(part), .integer(options),
            .text(state), SQLiteValue(errorKind), SQLiteValue(isTransient), SQLiteValue(entry.attempts),
            SQLiteValue(Self.text(entry.outputs)), .text(entry.json),
        ]
        try database.execute(
            "INSERT OR REPLACE INTO item (\(Self.columns)) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", values)
    }

    var state: String { entry.isAnswered ? "answered" : "failed" }
    var errorKind: String? {
        if case .failed(let kind, _) = entry.outcome { kind } else { nil }
    }
    var isTransient: Bool {
        if case .failed(_, let isTransient) = entry.outcome { isTransient } else { false }
    }

    /// The key as text; as a blob if it contains NUL, where SQLite's text ends.
    static func databaseKey(_ key: String) -> SQLiteValue {
        key.utf8.contains(0) ? .blob(Array(key.utf8)) : .text(key)
    }

    private static func key(_ value: SQLiteValue) -> String? {
        value.text ?? value.blob.map { String(decoding: $0, as: UTF8.self) }
    }

    private static func text(_ outputs: [String]) -> String? {
        guard !outputs.isEmpty else { return nil }
        return String(decoding: JSONValue.array(outputs.map(JSONValue.string)).serialized(), as: UTF8.self)
    }

    private static func outputs(_ text: String?) -> [String] {
        guard let text, let value = try? JSONValue(parsing: Array(text.utf8)) else { return [] }
        return value.arrayValue?.compactMap(\.stringValue) ?? []
    }
}
