import Dispatch
import Synchronization

/// The only writer of a ledger: collects what arrives during a transaction and commits it in the next one.
///
/// A commit survives the end of the process. It is also synchronized to the disk, which survives a power failure,
/// unless the last synchronization was less than ``interval`` ago; then that follows when the interval is over. So
/// isolated results are always synchronized, and bursts are not slowed by the disk.
final class LedgerWriter: Sendable {
    /// A change of one row.
    enum Change: Sendable {
        case record(LedgerRow)
        /// The position and stamp of a row that is otherwise unchanged.
        case touch(id: Int64, position: Int, stamp: ContentIdentity.Stamp?)
    }

    private struct Job {
        let change: Change?
        let continuation: CheckedContinuation<Void, any Error>?
    }

    private struct State {
        var jobs: [Job] = []
        var isWriting = false
    }

    private struct Synchronization {
        /// SQLite's setting: true if commits are synchronized.
        var isFull = false
        /// True if the last commit was synchronized, and so all before it.
        var isComplete = true
        var isScheduled = false
        var last = ContinuousClock.now - LedgerWriter.interval
    }

    /// The time between two synchronizations, which limits what a power failure may cost.
    static let interval = Duration.milliseconds(20)
    /// The largest number of changes in one transaction, so that no caller waits long.
    private static let largestTransaction = 500
    private static let largestBacklog = 10_000

    private let connection: SharedConnection
    private let source: String
    private let queue = DispatchQueue(label: "percept.ledger-writer")
    private let state = Mutex(State())
    private let synchronization = Mutex(Synchronization())

    init(_ connection: SharedConnection, source: String) {
        self.connection = connection
        self.source = source
    }

    /// True if so many changes wait that callers should wait for them.
    var isBehind: Bool { state.withLock { $0.jobs.count > Self.largestBacklog } }

    /// Writes a change; returns when its transaction was committed.
    ///
    /// - Throws: ``LedgerError`` if its transaction failed.
    func write(_ change: Change) async throws(LedgerError) {
        try await wait(for: change)
    }

    /// Writes a change some time soon, with the next one or by itself.
    func writeLater(_ change: Change) {
        append(Job(change: change, continuation: nil))
    }

    /// Waits until all changes so far were committed.
    ///
    /// - Throws: ``LedgerError`` if the last transaction failed.
    func flush() async throws(LedgerError) {
        try await wait(for: nil)
    }

    private func wait(for change: Change?) async throws(LedgerError) {
        do {
            try await withCheckedThrowingContinuation { append(Job(change: change, continuation: $0)) }
        } catch {
            throw .translating(error, source: source)
        }
    }

    private func append(_ job: Job) {
        let begins = state.withLock { state in
            state.jobs.append(job)
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if begins { queue.async { [self] in writeAll() } }
    }

    private func writeAll() {
        while let jobs = next() {
            let result: Result<Void, any Error>
            do {
                let changes = jobs.compactMap(\.change)
                if !changes.isEmpty { try commit { try Self.apply(changes, &$0, source: source) } }
                result = .success(())
            } catch {
                result = .failure(error)
            }
            for job in jobs { job.continuation?.resume(with: result) }
        }
        let begins = synchronization.withLock { synchronization in
            let begins = !synchronization.isComplete && !synchronization.isScheduled
            if begins { synchronization.isScheduled = true }
            return begins
        }
        if begins { queue.asyncAfter(deadline: .now() + .milliseconds(20)) { [weak self] in self?.synchronize() } }
    }

    private func commit(isForced: Bool = false, _ body: (inout SQLiteConnection) throws -> Void) throws {
        let now = ContinuousClock.now
        let (isFull, wasFull) = synchronization.withLock { ($0.last + Self.interval <= now || isForced, $0.isFull) }
        try connection.use { database in
            if isFull != wasFull {
                try database.run("PRAGMA synchronous = \(isFull ? "FULL" : "NORMAL")")
                synchronization.withLock { $0.isFull = isFull }
            }
            try database.transaction(isWriting: true, body)
        }
        synchronization.withLock { synchronization in
            synchronization.isComplete = isFull
            if isFull { synchronization.last = now }
        }
    }

    /// Synchronizes earlier commits with one that changes nothing.
    private func synchronize() {
        let isComplete = synchronization.withLock { synchronization in
            synchronization.isScheduled = false
            return synchronization.isComplete
        }
        if isComplete { return }
        // A failure shows again in the next commit.
        try? commit(isForced: true) { try $0.run("UPDATE ledger SET value = value WHERE name = 'verb'") }
    }

    /// Returns the jobs of the next transaction; `nil` ends the writing.
    private func next() -> [Job]? {
        state.withLock { state in
            let jobs = Array(state.jobs.prefix(Self.largestTransaction))
            state.jobs.removeFirst(jobs.count)
            state.isWriting = !jobs.isEmpty
            return jobs.isEmpty ? nil : jobs
        }
    }

    private static func apply(_ changes: [Change], _ database: inout SQLiteConnection, source: String) throws {
        var tallies = Tallies()
        for change in changes {
            switch change {
            case .record(var row):
                let earlier = try LedgerLookup.row(of: row.entry.key, &database, source: source)
                if let earlier, earlier.isKept(insteadOf: row) { continue }
                if let earlier { tallies.count(earlier, -1) }
                row.entry.attempts = 1 + (earlier.map { row.hasContentAndOptions(of: $0) ? $0.entry.attempts : 0 } ?? 0)
                try row.write(&database, replacing: earlier?.id)
                tallies.count(row, 1)
            case .touch(let id, let position, let stamp):
                try database.execute(
                    "UPDATE item SET position = ?, byteCount = ?, modificationTime = ? WHERE id = ?",
                    [
                        SQLiteValue(position), SQLiteValue(stamp?.byteCount), SQLiteValue(stamp?.modificationTime),
                        .integer(id),
                    ])
            }
        }
        try tallies.write(&database)
    }
}

/// The changes of the table `tally` in one transaction.
private struct Tallies {
    private struct Kind: Hashable {
        let options: Int64
        let state: String
        let errorKind: String
        let isTransient: Bool
    }

    private var counts: [Kind: Int] = [:]

    mutating func count(_ row: LedgerRow, _ number: Int) {
        let kind = Kind(
            options: row.options, state: row.state, errorKind: row.errorKind ?? "", isTransient: row.isTransient)
        counts[kind, default: 0] += number
    }

    func write(_ database: inout SQLiteConnection) throws(SQLiteError) {
        for (kind, count) in counts where count != 0 {
            let sql = """
                INSERT INTO tally VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET count = count + excluded.count
                """
            try database.execute(
                sql,
                [
                    .integer(kind.options), .text(kind.state), .text(kind.errorKind), SQLiteValue(kind.isTransient),
                    SQLiteValue(count),
                ])
        }
    }
}

extension LedgerRow {
    /// Returns true if another row is about the same content and options.
    func hasContentAndOptions(of other: LedgerRow) -> Bool {
        content == other.content && part == other.part && options == other.options
    }

    /// Returns true for an answer with the same options, if the input cannot be read at present.
    fileprivate func isKept(insteadOf later: LedgerRow) -> Bool {
        entry.isAnswered && !later.entry.isAnswered && later.stamp == nil && options == later.options
    }
}
