internal import CSQLite

/// A value of a column or of a parameter.
enum SQLiteValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    var integer: Int64? { if case .integer(let number) = self { number } else { nil } }
    var text: String? { if case .text(let text) = self { text } else { nil } }
    var blob: [UInt8]? { if case .blob(let bytes) = self { bytes } else { nil } }
}

extension SQLiteValue {
    init(_ number: (some BinaryInteger)?) { self = number.map { .integer(Int64($0)) } ?? .null }
    init(_ text: String?) { self = text.map { .text($0) } ?? .null }
    init(_ bytes: [UInt8]?) { self = bytes.map { .blob($0) } ?? .null }
    init(_ flag: Bool) { self = .integer(flag ? 1 : 0) }
}

/// A failure that SQLite reports.
struct SQLiteError: Error, Sendable, Hashable {
    /// The cause, as far as users can act on it.
    enum Kind: Sendable, Hashable {
        case notADatabase, corrupt, full, busy, notWritable, notReadable, other
    }

    let kind: Kind
    /// SQLite's own words.
    let message: String

    /// - Parameters:
    ///   - code: A result code of SQLite (https://www.sqlite.org/rescode.html), extended or not.
    ///   - message: The message of the connection; `nil` for that of the code.
    init(code: Int32, message: String?) {
        kind =
            switch code & 0xFF {
            case SQLITE_NOTADB: .notADatabase
            case SQLITE_CORRUPT: .corrupt
            case SQLITE_FULL: .full
            case SQLITE_BUSY, SQLITE_LOCKED: .busy
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH: .notWritable
            case SQLITE_CANTOPEN: .notReadable
            default: .other
            }
        self.message = message ?? String(cString: sqlite3_errstr(code))
    }
}
