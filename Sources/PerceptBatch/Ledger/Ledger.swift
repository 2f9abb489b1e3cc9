import Percept
import PerceptCore
public import PerceptInference
import Synchronization

/// The record of finished inputs, so that a run that was interrupted continues where it ended.
///
/// A ledger is an SQLite file that belongs to one verb and is written by one run at a time. An input is finished if its
/// content and the options are unchanged and its outputs exist. For each input, ask ``decision(for:at:)``, process it
/// if necessary, then ``record(_:json:outputs:for:)`` the result before it is printed:
///
/// ```swift
/// switch try await ledger.decision(for: item, at: position) {
/// case .finished(let entry): print(entry.json)
/// case .known(let entry, let claim): // write the outputs again from entry.json, then record
/// case .unfinished(let claim): // process the item, then record
/// }
/// ```
///
/// What was recorded survives the end of the process, however it ends. A power failure may cost the results of its last
/// 20 ms.
public final class Ledger: Sendable {
    /// The work that remains for an input.
    public enum Decision: Sendable {
        /// Nothing: the input was answered, or failed and is not attempted again.
        case finished(LedgerEntry)
        /// The content was answered with these options, under another key or with outputs that are missing now: the
        /// outputs have to be made from the entry and recorded, but nothing has to be sent.
        ///
        /// If an entry with all its outputs exists, it is that one.
        case known(LedgerEntry, LedgerClaim)
        /// The input has to be processed.
        case unfinished(LedgerClaim)
    }

    /// The path, as named by the caller.
    public let path: String
    /// The verb that the ledger belongs to.
    public let verb: String
    /// The failures that are attempted again.
    public let retriedFailures: RetriedFailures
    /// The recorded inputs of this run and earlier ones.
    public let reader: LedgerReader

    /// The paths that the ledger uses, which may exist: neither inputs nor outputs of a run.
    ///
    /// A process that opens and closes one of them releases SQLite's locks, so inputs must not even be searched there.
    public var files: [String] { ["", "-wal", "-shm", "-journal", ".lock"].map { path + $0 } }

    private let connections: LedgerConnections
    private let lookup: LedgerLookup
    private let writer: LedgerWriter
    private let claims = ContentClaims()
    private let lock: Mutex<LedgerLock?>

    /// Opens a ledger for a run, or creates it.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - verb: The kind of processing, such as `detect`.
    ///   - options: The options that results depend on. Inputs that were recorded with others are unfinished.
    ///   - retriedFailures: The failures that are attempted again.
    /// - Throws: ``LedgerError`` if the file belongs to another verb or version, is damaged, not a ledger, in use by
    ///   another run or not writable; it is then unchanged.
    public convenience init(
        path: String, verb: String, options: JSONObject, retriedFailures: RetriedFailures = .transient
    ) throws(LedgerError) {
        try self.init(path: path, verb: verb, options: options, retriedFailures: retriedFailures, pageLimit: nil)
    }

    /// - Parameter pageLimit: The number of pages above which the disk counts as full, for tests.
    package init(
        path: String, verb: String, options: JSONObject, retriedFailures: RetriedFailures = .transient, pageLimit: Int?
    ) throws(LedgerError) {
        lock = Mutex(try LedgerLock(for: path))
        let number: Int64
        (connections, number) = try LedgerFile.open(path, verb: verb, options: options, pageLimit: pageLimit)
        lookup = LedgerLookup(path: path, connections.reading, options: number, retriedFailures: retriedFailures)
        self.path = path
        self.verb = verb
        self.retriedFailures = retriedFailures
        writer = LedgerWriter(connections.writing, source: path)
        reader = LedgerReader(path: path, verb: verb, connections.reading)
    }

    /// Records everything that was submitted, closes the file and lets other runs use it.
    ///
    /// Without this call the file is closed with the value, and its auxiliary files may remain, which belong to it.
    ///
    /// - Throws: ``LedgerError``.
    public func close() async throws(LedgerError) {
        try await writer.flush()
        guard let lock = lock.withLock({ $0.take() }) else { return }
        try LedgerFile.close(connections, path)
        _ = consume lock
    }

    /// Returns the work that remains for an input, and notes its position.
    ///
    /// A file of the recorded size and modification time is not read; otherwise its SHA-256 decides. If equal content
    /// is being processed, this waits for its result.
    ///
    /// - Parameters:
    ///   - item: The input.
    ///   - position: The position of the input in the run, from 0, for the order of exported results.
    /// - Throws: ``LedgerError`` if the ledger cannot be read; `MediaError` `.cancelled` or `CancellationError` if the
    ///   task is cancelled. An input that cannot be read is ``Decision/unfinished(_:)``.
    public func decision(for item: BatchItem, at position: Int) async throws -> Decision {
        let examined = try await BlockingWork.run { [self] in try examine(item, position) }
        switch examined {
        case .decided(let decision):
            if writer.isBehind { try await writer.flush() }
            return decision
        case .read(let identity, let attempts):
            let content = ContentClaims.Content(identity)
            try await claims.acquire(content)
            let claim = LedgerClaim(
                key: item.key, position: position, identity: identity, earlierAttempts: attempts,
                release: { [claims] in claims.release(content) })
            let answer: LedgerRow? = try await BlockingWork.run { [self] in
                try self.lookup.answer(to: identity, for: item.key)
            }
            guard let answer else { return .unfinished(claim) }
            claim.end()
            // The same input twice in a run.
            let isOwn = answer.entry.key == item.key && lookup.isFinished(answer)
            return isOwn ? .finished(finish(answer, position, identity.stamp)) : .known(answer.entry, claim)
        }
    }

    /// Records the result of an input; returns when its transaction was committed.
    ///
    /// Concurrent calls share a transaction. The failure of an input that could not be read does not replace an
    /// earlier answer, which counts again when the input is back.
    ///
    /// - Parameters:
    ///   - outcome: The outcome.
    ///   - json: The result's or the failure's JSON object on one line.
    ///   - outputs: The paths of the outputs, which were renamed into place before. An input is unfinished while one of
    ///     them is missing; relative paths refer to the current folder.
    ///   - claim: The input, from ``decision(for:at:)``.
    /// - Throws: ``LedgerError`` if it was not recorded.
    public func record(
        _ outcome: LedgerEntry.Outcome, json: String, outputs: [String] = [], for claim: LedgerClaim
    ) async throws(LedgerError) {
        defer { claim.end() }
        let entry = LedgerEntry(
            key: claim.key, position: claim.position, outcome: outcome, outputs: outputs, json: json)
        try await writer.write(.record(LedgerRow(entry: entry, identity: claim.identity, options: lookup.options)))
    }

    /// Waits until everything that was submitted is recorded, including new positions.
    ///
    /// - Throws: ``LedgerError`` if the last transaction failed.
    public func flush() async throws(LedgerError) { try await writer.flush() }
}

extension Ledger {
    /// The state of an input after a look at its row, its stamp and, if necessary, its content.
    private enum Examined {
        case decided(Decision)
        case read(ContentIdentity, attempts: Int)
    }

    private func examine(_ item: BatchItem, _ position: Int) throws -> Examined {
        switch try lookup.state(of: item) {
        case .finished(let row, let stamp): .decided(.finished(finish(row, position, stamp)))
        case .unreadable:
            .decided(
                .unfinished(LedgerClaim(key: item.key, position: position, identity: nil, earlierAttempts: 0)))
        case .unfinished(let identity, let attempts): .read(identity, attempts: attempts)
        }
    }

    private func finish(_ row: LedgerRow, _ position: Int, _ stamp: ContentIdentity.Stamp?) -> LedgerEntry {
        if row.entry.position != position || row.stamp != stamp {
            writer.writeLater(.touch(id: row.id, position: position, stamp: stamp))
        }
        var entry = row.entry
        entry.position = position
        return entry
    }
}
