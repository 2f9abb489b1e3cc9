internal import CSQLite
import Synchronization

/// A connection to an SQLite database. Its C pointers do not leave this file.
///
/// A connection is used by one thread at a time; ``SharedConnection`` lets several take turns.
struct SQLiteConnection: ~Copyable {
    private var handle: OpaquePointer?
    /// The prepared statements, by their text.
    private var statements: [String: OpaquePointer] = [:]

    /// Opens a database.
    ///
    /// - Parameters:
    ///   - path: The path of the file, or `:memory:`.
    ///   - isReadOnly: Changes nothing; the file has to exist.
    /// - Throws: ``SQLiteError``.
    init(path: String, isReadOnly: Bool) throws(SQLiteError) {
        let flags = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            // A connection that failed to open has to be closed too.
            let error = SQLiteError(code: code, message: opened.map(Self.message))
            sqlite3_close_v2(opened)
            throw error
        }
        sqlite3_busy_timeout(opened, 5000)
        handle = opened
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    /// Closes the connection before the end of the value, to learn of an error.
    ///
    /// - Throws: ``SQLiteError``; the connection is closed nevertheless.
    mutating func close() throws(SQLiteError) {
        for statement in statements.values { sqlite3_finalize(statement) }
        statements = [:]
        let code = sqlite3_close_v2(handle)
        handle = nil
        guard code == SQLITE_OK else { throw SQLiteError(code: code, message: nil) }
    }

    /// Executes statements without parameters, and ignores their rows.
    ///
    /// - Throws: ``SQLiteError``.
    mutating func run(_ statements: String) throws(SQLiteError) {
        let handle = try open()
        let code = sqlite3_exec(handle, statements, nil, nil, nil)
        guard code == SQLITE_OK else { throw SQLiteError(code: code, message: Self.message(handle)) }
    }

    /// Executes a statement, and ignores its rows.
    ///
    /// - Throws: ``SQLiteError``.
    mutating func execute(_ sql: String, _ arguments: [SQLiteValue]) throws(SQLiteError) {
        try forEachRow(sql, arguments) { _ in true }
    }

    /// Returns all rows of a query.
    ///
    /// - Throws: ``SQLiteError``.
    mutating func rows(_ sql: String, _ arguments: [SQLiteValue] = []) throws(SQLiteError) -> [[SQLiteValue]] {
        var rows: [[SQLiteValue]] = []
        try forEachRow(sql, arguments) { row in
            rows.append(row)
            return true
        }
        return rows
    }

    /// Returns the first column of the first row; `nil` if there is no row.
    ///
    /// - Throws: ``SQLiteError``.
    mutating func value(_ sql: String, _ arguments: [SQLiteValue] = []) throws(SQLiteError) -> SQLiteValue? {
        var value: SQLiteValue?
        try forEachRow(sql, arguments) { row in
            value = row.first
            return false
        }
        return value
    }

    /// Calls `body` with each row until it returns false. The statement is prepared once for a connection.
    ///
    /// - Throws: ``SQLiteError``.
    mutating func forEachRow(
        _ sql: String, _ arguments: [SQLiteValue], _ body: ([SQLiteValue]) -> Bool
    ) throws(SQLiteError) {
        let handle = try open()
        let statement = try prepared(sql, handle)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, argument) in arguments.enumerated() {
            let code = Self.bind(argument, to: statement, at: Int32(index + 1))
            guard code == SQLITE_OK else { throw SQLiteError(code: code, message: Self.message(handle)) }
        }
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else { throw SQLiteError(code: code, message: Self.message(handle)) }
            let row = (0..<sqlite3_column_count(statement)).map { Self.column($0, of: statement) }
            guard body(row) else { return }
        }
    }

    /// Executes `body` in a transaction, which is rolled back if it throws.
    ///
    /// - Parameter isWriting: Waits for other writers at the start; otherwise the transaction reads one state of the
    ///   database.
    /// - Throws: ``SQLiteError``, or the error of `body`.
    mutating func transaction<Value>(
        isWriting: Bool, _ body: (inout SQLiteConnection) throws -> Value
    ) throws -> Value {
        try run(isWriting ? "BEGIN IMMEDIATE" : "BEGIN")
        do {
            let value = try body(&self)
            try run("COMMIT")
            return value
        } catch {
            // After some errors, such as a full disk, SQLite has rolled back already.
            try? run("ROLLBACK")
            throw error
        }
    }

    private func open() throws(SQLiteError) -> OpaquePointer {
        guard let handle else { throw SQLiteError(code: SQLITE_MISUSE, message: "the connection is closed") }
        return handle
    }

    private mutating func prepared(_ sql: String, _ handle: OpaquePointer) throws(SQLiteError) -> OpaquePointer {
        if let statement = statements[sql] { return statement }
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else {
            throw SQLiteError(code: code, message: Self.message(handle))
        }
        statements[sql] = statement
        return statement
    }

    /// The destructor value that has SQLite copy what is bound; its macro is a cast, which Swift does not import.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private static func bind(_ value: SQLiteValue, to statement: OpaquePointer, at index: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(statement, index)
        case .integer(let number): return sqlite3_bind_int64(statement, index, number)
        case .real(let number): return sqlite3_bind_double(statement, index, number)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    // An empty string may have no address, which would bind NULL.
                    guard let base = $0.baseAddress else { return sqlite3_bind_text(statement, index, "", 0, copied) }
                    return sqlite3_bind_text64(
                        statement, index, base, UInt64($0.count), copied, UInt8(SQLITE_UTF8))
                }
            }
        case .blob(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(statement, index, 0) }
            return sqlite3_bind_blob64(statement, index, bytes, UInt64(bytes.count), copied)
        }
    }

    private static func column(_ index: Int32, of statement: OpaquePointer) -> SQLiteValue {
        switch sqlite3_column_type(statement, index) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, index))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, index))
        case SQLITE_TEXT:
            let text = sqlite3_column_text(statement, index)
            let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, index)))
            return .text(String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            let blob = sqlite3_column_blob(statement, index)
            let count = Int(sqlite3_column_bytes(statement, index))
            return .blob(Array(UnsafeRawBufferPointer(start: blob, count: count)))
        default: return .null
        }
    }

    private static func message(_ handle: OpaquePointer) -> String { String(cString: sqlite3_errmsg(handle)) }
}

/// A connection that several threads use in turn.
final class SharedConnection: Sendable {
    private let connection: Mutex<SQLiteConnection>

    /// - Throws: ``SQLiteError``.
    init(path: String, isReadOnly: Bool) throws(SQLiteError) {
        connection = Mutex(try SQLiteConnection(path: path, isReadOnly: isReadOnly))
    }

    func use<Value: Sendable>(_ body: (inout SQLiteConnection) throws -> Value) rethrows -> Value {
        try connection.withLock { try body(&$0) }
    }
}
