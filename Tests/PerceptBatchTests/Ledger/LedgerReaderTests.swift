import Foundation
import PerceptBatch
import PerceptTestSupport
import Testing

@Suite struct LedgerReaderTests {
    private let fixture: LedgerFixture

    init() throws { fixture = try LedgerFixture() }

    private func item(_ key: String, _ content: String? = nil) -> BatchItem {
        BatchItem(key: key, source: .bytes(Array((content ?? key).utf8)), outputPath: "")
    }

    @Test func inputsAreCountedByKindOfFailure() async throws {
        let ledger = try fixture.open(retrying: .all)
        let timeout = LedgerEntry.Outcome.failed(kind: "timeout", isTransient: true)
        try await ledger.answer(item("a"), at: 0)
        try await ledger.finish(item("b"), at: 1, timeout)
        try await ledger.finish(item("c"), at: 2, timeout)
        try await ledger.finish(item("d"), at: 3, .failed(kind: "malformedInput", isTransient: false))
        try await ledger.finish(item("e"), at: 4, .failed(kind: "http", isTransient: true))
        try await ledger.finish(item("f"), at: 5, .failed(kind: "http", isTransient: false))
        var counts = try ledger.reader.counts()
        #expect((counts.answered, counts.failed, counts.transient, counts.total) == (1, 5, 3, 6))
        #expect(
            counts.failures == [
                .init(kind: "timeout", isTransient: true, count: 2), .init(kind: "http", isTransient: false, count: 1),
                .init(kind: "http", isTransient: true, count: 1),
                .init(kind: "malformedInput", isTransient: false, count: 1),
            ])
        for key in ["b", "c", "e"] { try await ledger.answer(item(key)) }
        counts = try ledger.reader.counts()
        #expect((counts.answered, counts.failed, counts.transient, counts.total) == (4, 2, 0, 6))
    }

    @Test func resultsAreExportedInInputOrder() async throws {
        let ledger = try fixture.open()
        for position in [3, 0, 4, 1, 2] {
            let outcome: LedgerEntry.Outcome =
                position == 1 ? .failed(kind: "x", isTransient: false) : .answered
            try await ledger.finish(item("\(position)"), at: position, outcome, json: #"{"n":\#(position)}"#)
        }
        let output = fixture.folder.file("out.jsonl")
        try ledger.reader.export(to: output)
        let expected = (0..<5).map { #"{"n":\#($0)}"# + "\n" }.joined()
        #expect(String(decoding: try TestFiles.bytes(of: output), as: UTF8.self) == expected)
        var failed: [String] = []
        try ledger.reader.forEachEntry(failedOnly: true) { failed.append($0.key) }
        #expect(failed == ["1"])
    }

    @Test func theOrderIsThatOfTheLatestRun() async throws {
        try await fixture.fill(3)
        let ledger = try fixture.open()
        // A file was added in front: the others move.
        try await ledger.answer(item("first"), at: 0, json: "first")
        for number in 0..<3 {
            let state = try await ledger.state(of: item("key\(number)", "content \(number)"), at: number + 1)
            #expect((state.name, state.entry?.position) == ("finished", number + 1))
        }
        try await ledger.flush()
        var keys: [String] = []
        try ledger.reader.forEachEntry { keys.append($0.key) }
        #expect(keys == ["first", "key0", "key1", "key2"])
    }

    /// More entries than are read at once, with equal positions at the border between two groups.
    @Test func allEntriesAreReadInGroups() async throws {
        let ledger = try fixture.open()
        try await withThrowingTaskGroup { group in
            for number in 0..<1300 {
                group.addTask { try await ledger.answer(item("key\(number)"), at: number / 300, json: "\(number)") }
            }
            try await group.waitForAll()
        }
        var numbers: [Int] = []
        var positions: [Int] = []
        try ledger.reader.forEachEntry {
            numbers.append(Int($0.json) ?? -1)
            positions.append($0.position)
        }
        #expect(numbers.sorted() == Array(0..<1300))
        #expect(positions == positions.sorted())
    }

    @Test func largeResultsAreReadInGroups() async throws {
        let ledger = try fixture.open()
        let json = String(repeating: "0", count: 400_000)
        for number in 0..<8 { try await ledger.answer(item("\(number)"), at: number, json: json) }
        var count = 0
        try ledger.reader.export { line in
            count += 1
            #expect(line.count == 400_001)
        }
        #expect(count == 8)
    }

    @Test func anExportNeverReplacesItsLedger() async throws {
        try await fixture.fill(2)
        let reader = try LedgerReader(path: fixture.path)
        expectMediaError(.invalidArgument) { try reader.export(to: fixture.path) }
        #expect(try reader.counts().answered == 2)
    }

    @Test func theVerbAndTheOptionsCanBeRead() async throws {
        try await fixture.open(options: ["threshold": 0.25, "model": "m"]).close()
        let reader = try LedgerReader(path: fixture.path)
        #expect(reader.verb == "detect")
        #expect(try reader.options() == ["threshold": 0.25, "model": "m"])
        #expect(try reader.counts() == LedgerCounts())
    }

    @Test("keys are kept byte for byte", arguments: ["é", "e\u{301}", "a\0b", "a\0c", "a'b\"c\\n\n", "", "%FF.jpg"])
    func keys(key: String) async throws {
        let ledger = try fixture.open()
        try await ledger.answer(item(key, "one"), json: #"{"a":"\u0000é"}"#)
        let entry = try #require(try await ledger.state(of: item(key, "one")).entry)
        #expect(Array(entry.key.utf8) == Array(key.utf8))
        #expect(entry.json == #"{"a":"\u0000é"}"#)
        for other in ["é", "e\u{301}", "a\0b", "a\0c", "a"] where Array(other.utf8) != Array(key.utf8) {
            #expect(try await ledger.state(of: item(other, "two")).name == "unfinished")
        }
    }
}
