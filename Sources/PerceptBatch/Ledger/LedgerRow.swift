import Foundation
import GRDB
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
    init(_ row: Row, source: String) throws {
        guard let key = String.fromDatabaseValue(row[1]), let position = Int.fromDatabaseValue(row[2]),
            let state = String.fromDatabaseValue(row[8]), let attempts = Int.fromDatabaseValue(row[11]),
            let json = String.fromDatabaseValue(row[13])
        else { throw LedgerError.damaged(source, "a row is incomplete") }
        id = row[0]
        options = Int64.fromDatabaseValue(row[7]) ?? 0
        stamp = Int.fromDatabaseValue(row[3]).map { byteCount in
            ContentIdentity.Stamp(byteCount: byteCount, modificationTime: Int64.fromDatabaseValue(row[4]))
        }
        content = Data.fromDatabaseValue(row[5]).map { [UInt8]($0) }
        part = String.fromDatabaseValue(row[6])
        let isTransient = Bool.fromDatabaseValue(row[10]) ?? false
        let outcome: LedgerEntry.Outcome =
            state == "answered"
            ? .answered : .failed(kind: String.fromDatabaseValue(row[9]) ?? "", isTransient: isTransient)
        entry = LedgerEntry(
            key: key, position: position, outcome: outcome, attempts: attempts,
            outputs: Self.outputs(String.fromDatabaseValue(row[12])), json: json)
    }

    /// Inserts the row, or replaces the one with the same key and the number `id`.
    func write(_ database: Database, replacing id: Int64?) throws {
        let values: [(any DatabaseValueConvertible)?] = [
            id, Self.databaseKey(entry.key), entry.position, stamp?.byteCount, stamp?.modificationTime,
            content.map { Data($0) }, part, options, state, errorKind, isTransient, entry.attempts,
            Self.text(entry.outputs), entry.json,
        ]
        let statement = try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO item (\(Self.columns)) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
        try statement.execute(arguments: StatementArguments(values))
    }

    var state: String { entry.isAnswered ? "answered" : "failed" }
    var errorKind: String? {
        if case .failed(let kind, _) = entry.outcome { kind } else { nil }
    }
    var isTransient: Bool {
        if case .failed(_, let isTransient) = entry.outcome { isTransient } else { false }
    }

    /// The key as text; as a blob if it contains NUL, where SQLite's text ends.
    static func databaseKey(_ key: String) -> any DatabaseValueConvertible {
        key.utf8.contains(0) ? Data(key.utf8) : key
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
