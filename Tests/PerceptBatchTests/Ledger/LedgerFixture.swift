import Foundation
import PerceptBatch
import PerceptTestSupport
import Testing

/// A folder with inputs and a ledger, and a run that records what it is given.
final class LedgerFixture: Sendable {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("run.sqlite")
    }

    func open(
        verb: String = "detect", options: JSONObject = ["threshold": 0.5], retrying: RetriedFailures = .transient,
        pageLimit: Int? = nil
    ) throws -> Ledger {
        try Ledger(path: path, verb: verb, options: options, retriedFailures: retrying, pageLimit: pageLimit)
    }

    /// Writes an input and returns it.
    func input(_ name: String, _ content: String, part: BatchItem.Part = .whole) throws -> BatchItem {
        let path = try folder.write(Array(content.utf8), as: name)
        return BatchItem(key: name, source: .file(path, name: name), part: part, outputPath: name)
    }

    /// Makes a file look modified at another time.
    func touch(_ item: BatchItem, secondsSince1970: Double = 1_000_000) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: secondsSince1970)], ofItemAtPath: #require(item.source.path)
        )
    }

    /// Copies the ledger as a crash at this moment would leave it: without its shared memory and lock.
    ///
    /// The two files are one state if the first and the header of the second do not change meanwhile.
    func copyAfterCrash() throws -> LedgerFixture {
        let copy = try LedgerFixture()
        while true {
            let (content, log) = (try TestFiles.bytes(of: path), try TestFiles.bytes(of: path + "-wal"))
            let logAgain = try TestFiles.bytes(of: path + "-wal")
            guard try TestFiles.bytes(of: path) == content, log.prefix(32) == logAgain.prefix(32) else { continue }
            _ = try copy.folder.write(content, as: "run.sqlite")
            _ = try copy.folder.write(log, as: "run.sqlite-wal")
            return copy
        }
    }

    /// Changes the bytes of the closed ledger.
    func patch(at offset: Int, _ bytes: [UInt8]) throws {
        var content = try TestFiles.bytes(of: path)
        content.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        try Data(content).write(to: URL(fileURLWithPath: path))
    }

    /// Fills and closes a ledger with `count` answered inputs in memory.
    func fill(_ count: Int) async throws {
        let ledger = try open()
        try await withThrowingTaskGroup { group in
            for number in 0..<count {
                group.addTask {
                    let item = BatchItem(
                        key: "key\(number)", source: .bytes(Array("content \(number)".utf8)), outputPath: "")
                    try await ledger.answer(item, at: number, json: #"{"file":"key\#(number)"}"#)
                }
            }
            try await group.waitForAll()
        }
        try await ledger.close()
    }
}

extension Ledger {
    /// Records an answer for an input that is unfinished.
    func answer(_ item: BatchItem, at position: Int = 0, json: String = "{}", outputs: [String] = []) async throws {
        try await finish(item, at: position, .answered, json: json, outputs: outputs)
    }

    /// Records an outcome for an input that is unfinished.
    func finish(
        _ item: BatchItem, at position: Int = 0, _ outcome: LedgerEntry.Outcome, json: String = "{}",
        outputs: [String] = []
    ) async throws {
        guard case .unfinished(let claim) = try await decision(for: item, at: position) else {
            Issue.record("\(item.key) is finished")
            return
        }
        try await record(outcome, json: json, outputs: outputs, for: claim)
    }

    /// Returns the decision's name and entry.
    func state(of item: BatchItem, at position: Int = 0) async throws -> (name: String, entry: LedgerEntry?) {
        switch try await decision(for: item, at: position) {
        case .finished(let entry): ("finished", entry)
        case .known(let entry, _): ("known", entry)
        case .unfinished: ("unfinished", nil)
        }
    }
}

/// Expects `body` to throw a ``LedgerError`` of `kind` that has a source and names no option, and returns it.
@discardableResult
func expectLedgerError(
    _ kind: LedgerError.Kind, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async -> LedgerError? {
    do {
        try await body()
        Issue.record("no error was thrown; expected \(kind)", sourceLocation: sourceLocation)
    } catch let error as LedgerError {
        #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
        #expect(!error.source.isEmpty && !error.description.contains("--"), sourceLocation: sourceLocation)
        return error
    } catch {
        Issue.record("not a ledger error: \(error)", sourceLocation: sourceLocation)
    }
    return nil
}
