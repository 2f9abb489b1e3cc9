import PerceptInference

/// The tables of a ledger, and the checks of a file before it is written.
enum LedgerSchema {
    /// The bytes `Prcp` in the file's header, which identify a ledger among SQLite files.
    static let applicationID: Int64 = 0x5072_6370
    static let version: Int64 = 1

    /// The size up to which a file is checked completely when it is opened: about 0.1 s.
    static let completeCheckByteCount = 32 << 20

    /// `tally` has the numbers of rows, kept in the same transactions, since counting a million rows takes long.
    /// Contents are indexed by their first 8 bytes, a quarter of the size; a query compares the rest.
    static let statements = """
        CREATE TABLE ledger (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE options (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, json TEXT NOT NULL);
        CREATE TABLE item (
            id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, position INTEGER NOT NULL,
            byteCount INTEGER, modificationTime INTEGER, content BLOB, part TEXT, options INTEGER NOT NULL,
            state TEXT NOT NULL, errorKind TEXT, isTransient INTEGER NOT NULL, attempts INTEGER NOT NULL,
            outputs TEXT, json TEXT NOT NULL);
        CREATE INDEX itemPosition ON item(position);
        CREATE INDEX itemFailed ON item(position) WHERE state = 'failed';
        CREATE INDEX itemContent ON item(substr(content, 1, 8)) WHERE state = 'answered';
        CREATE TABLE tally (
            options INTEGER, state TEXT, errorKind TEXT, isTransient INTEGER, count INTEGER NOT NULL,
            PRIMARY KEY (options, state, errorKind, isTransient)) WITHOUT ROWID;
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(version);
        """
    static let objects: Set = [
        "ledger", "options", "item", "itemPosition", "itemFailed", "itemContent", "tally",
    ]

    /// Creates the tables in an empty file.
    static func create(_ database: inout SQLiteConnection, verb: String) throws {
        try database.run(statements)
        try database.execute("INSERT INTO ledger VALUES ('verb', ?)", [.text(verb)])
    }

    /// Records the options of a run and returns the number that rows refer to.
    static func register(_ options: JSONObject, _ database: inout SQLiteConnection) throws -> Int64 {
        let digest = OptionsDigest(options).hexadecimal
        let json = String(decoding: JSONValue.object(options).serialized(), as: UTF8.self)
        try database.execute(
            "INSERT OR IGNORE INTO options (digest, json) VALUES (?, ?)", [.text(digest), .text(json)])
        let number = try number(of: options, &database) ?? 0
        try database.execute("INSERT OR REPLACE INTO ledger VALUES ('options', ?)", [.text(String(number))])
        return number
    }

    /// Returns the number of options; `nil` if no run had them.
    static func number(of options: JSONObject, _ database: inout SQLiteConnection) throws -> Int64? {
        let digest = OptionsDigest(options).hexadecimal
        return try database.value("SELECT id FROM options WHERE digest = ?", [.text(digest)])?.integer
    }

    static func value(_ name: String, _ database: inout SQLiteConnection) throws -> String? {
        try database.value("SELECT value FROM ledger WHERE name = ?", [.text(name)])?.text
    }

    /// Checks a file and returns its verb; `nil` if it has no tables yet, as after a run that was killed at its start.
    ///
    /// Files above ``completeCheckByteCount`` are checked by samples: all pages of one index, the number of rows, and
    /// the rows at both ends. Damage elsewhere is found when it is read.
    ///
    /// - Throws: ``LedgerError`` `.notALedger`, `.otherVersion` or `.damaged`.
    static func check(_ database: inout SQLiteConnection, source: String) throws -> String? {
        let application = try database.value("PRAGMA application_id")?.integer ?? 0
        let foundVersion = try database.value("PRAGMA user_version")?.integer ?? 0
        let names = Set(
            try database.rows("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%'").compactMap(\.first?.text))
        if names.isEmpty && application == 0 && foundVersion == 0 { return nil }
        guard application == applicationID else {
            throw LedgerError(
                .notALedger, source: source, problem: "not a ledger (an SQLite file of another program)",
                remedy: "choose another file; this one was not changed")
        }
        guard foundVersion == version else {
            throw LedgerError(
                .otherVersion, source: source,
                problem: "the ledger has format \(foundVersion), and this version of Percept expects \(version)",
                remedy: "use the version that wrote it, or another file")
        }
        guard names == objects else { throw LedgerError.damaged(source, "a table is missing") }
        try checkPages(&database, source: source)
        guard let verb = try value("verb", &database) else { throw LedgerError.damaged(source, "its verb is missing") }
        return verb
    }

    private static func checkPages(_ database: inout SQLiteConnection, source: String) throws {
        let pages = try database.value("PRAGMA page_count")?.integer ?? 0
        let pageByteCount = try database.value("PRAGMA page_size")?.integer ?? 0
        if pages * pageByteCount <= completeCheckByteCount {
            let finding = try database.value("PRAGMA quick_check(1)")?.text
            guard finding == "ok" else { throw LedgerError.damaged(source, finding ?? "no result") }
        }
        let rows = try database.value("SELECT count(*) FROM item")
        let tallied = try database.value("SELECT coalesce(sum(count), 0) FROM tally")
        guard rows == tallied else { throw LedgerError.damaged(source, "its number of rows is wrong") }
        for order in ["id", "id DESC", "key", "key DESC", "position", "position DESC"] {
            _ = try database.rows("SELECT * FROM item ORDER BY \(order) LIMIT 1")
        }
    }
}

extension SharedConnection {
    /// Opens a connection to a ledger.
    ///
    /// - Parameters:
    ///   - isReadOnly: Changes nothing; otherwise the file is created if necessary, and written with a log beside it.
    ///   - pageLimit: The number of pages above which the disk counts as full.
    /// - Throws: ``SQLiteError``, or ``LedgerError`` `.notReadable`.
    convenience init(ledger path: String, isReadOnly: Bool, pageLimit: Int? = nil) throws {
        try self.init(path: sqlitePath(path), isReadOnly: isReadOnly)
        try use { database in
            try database.run("PRAGMA cache_size = -2000")
            if let pageLimit { try database.run("PRAGMA max_page_count = \(pageLimit)") }
            if !isReadOnly { try database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL") }
        }
    }

    /// Checks the file, in one state of it; see ``LedgerSchema/check(_:source:)``.
    func check(_ path: String) throws -> String? {
        try use { try $0.transaction(isWriting: false) { try LedgerSchema.check(&$0, source: path) } }
    }
}

/// Returns the path as SQLite takes it literally: names such as `:memory:` have a meaning of their own.
///
/// - Throws: ``LedgerError`` `.notReadable` if the path is not UTF-8, which SQLite requires.
func sqlitePath(_ path: String) throws(LedgerError) -> String {
    guard Array(path.utf8) == path.fileNameBytes else {
        throw LedgerError(
            .notReadable, source: path, problem: "the name of the ledger is not UTF-8", remedy: "use another name")
    }
    return path.hasPrefix("/") ? path : "./" + path
}
