import PerceptTestSupport
import Testing

@testable import PerceptBatch

@Suite struct SQLiteConnectionTests {
    @Test func valuesComeBackAsTheyWere() throws {
        var database = try SQLiteConnection(path: ":memory:", isReadOnly: false)
        try database.run("CREATE TABLE t (value)")
        let values: [SQLiteValue] = [
            .null, .integer(.min), .integer(.max), .real(0.1), .text(""), .text("é\u{0}a"), .blob([]), .blob([0, 255]),
        ]
        for value in values { try database.execute("INSERT INTO t VALUES (?)", [value]) }
        #expect(try database.rows("SELECT value FROM t ORDER BY rowid").map { $0[0] } == values)
        #expect(try database.value("SELECT count(*) FROM t")?.integer == 8)
        #expect(try database.value("SELECT value FROM t WHERE 0") == nil)
    }

    @Test func aTransactionThatThrowsLeavesNothing() throws {
        struct Stop: Error {}
        var database = try SQLiteConnection(path: ":memory:", isReadOnly: false)
        try database.run("CREATE TABLE t (value)")
        #expect(throws: Stop.self) {
            try database.transaction(isWriting: true) { database in
                try database.execute("INSERT INTO t VALUES (1)", [])
                throw Stop()
            }
        }
        #expect(try database.rows("SELECT * FROM t").isEmpty)
        try database.transaction(isWriting: true) { try $0.execute("INSERT INTO t VALUES (2)", []) }
        #expect(try database.rows("SELECT * FROM t") == [[.integer(2)]])
    }

    /// Result codes of SQLite, from its own behaviour.
    @Test func errorsHaveTheirKind() throws {
        let folder = try TemporaryFolder()
        let missing = #expect(throws: SQLiteError.self) {
            _ = try SQLiteConnection(path: folder.file("none.sqlite"), isReadOnly: true)
        }
        #expect(missing?.kind == .notReadable)
        let text = try folder.write([UInt8](repeating: 65, count: 4096), as: "text.sqlite")
        var database = try SQLiteConnection(path: text, isReadOnly: true)
        let other = #expect(throws: SQLiteError.self) { try database.run("SELECT * FROM sqlite_master") }
        #expect(other?.kind == .notADatabase)
        var memory = try SQLiteConnection(path: ":memory:", isReadOnly: false)
        let syntax = #expect(throws: SQLiteError.self) { try memory.run("SELEC") }
        #expect(syntax?.kind == .other && syntax?.message.contains("SELEC") == true)
        try memory.close()
        #expect(throws: SQLiteError.self) { try memory.run("SELECT 1") }
    }

    @Test func anOpenQueryDoesNotBlockAWriter() throws {
        let folder = try TemporaryFolder()
        let writing = try SharedConnection(ledger: folder.file("t.sqlite"), isReadOnly: false)
        try writing.use { try $0.run("CREATE TABLE t (value); INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)") }
        let reading = try SharedConnection(ledger: folder.file("t.sqlite"), isReadOnly: true)
        // A query that is not read to its end is reset.
        #expect(try reading.use { try $0.value("SELECT value FROM t ORDER BY value") } == .integer(1))
        try writing.use { try $0.run("UPDATE t SET value = value + 10") }
        #expect(try reading.use { try $0.value("SELECT value FROM t ORDER BY value") } == .integer(11))
    }
}
