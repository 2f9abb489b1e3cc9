import PerceptBatch
import Testing

@Suite struct LedgerClaimTests {
    private let ledger: Ledger
    private let fixture: LedgerFixture

    init() throws {
        fixture = try LedgerFixture()
        ledger = try fixture.open()
    }

    private func item(_ key: String, _ content: UInt8 = 1) -> BatchItem {
        BatchItem(key: key, source: .bytes([content]), outputPath: key)
    }

    @Test func equalContentsAtTheSameTimeAreProcessedOnce() async throws {
        let processed = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<40 {
                group.addTask { [ledger] in
                    let item = BatchItem(key: "\(number)", source: .bytes([UInt8(number % 4)]), outputPath: "")
                    switch try await ledger.decision(for: item, at: number) {
                    case .finished: return 0
                    case .known(_, let claim):
                        try await ledger.record(.answered, json: "{}", for: claim)
                        return 0
                    case .unfinished(let claim):
                        try await Task.sleep(for: .milliseconds(20))
                        try await ledger.record(.answered, json: "{}", for: claim)
                        return 1
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(processed == 4)
        #expect(try ledger.reader.counts().answered == 40)
    }

    @Test func afterAFailureTheNextOneIsProcessed() async throws {
        guard case .unfinished(let first) = try await ledger.decision(for: item("a"), at: 0) else { return }
        async let second = ledger.state(of: item("b"), at: 1)
        try await ledger.record(.failed(kind: "x", isTransient: true), json: "{}", for: first)
        #expect(try await second.name == "unfinished")
    }

    @Test func anAbandonedClaimLetsTheNextOneContinue() async throws {
        var decision: Ledger.Decision? = try await ledger.decision(for: item("a"), at: 0)
        guard case .unfinished? = decision else { return }
        async let second = ledger.state(of: item("b"), at: 1)
        decision = nil
        #expect(try await second.name == "unfinished")
    }

    @Test func waitingEndsWithTheTask() async throws {
        let first = try await ledger.decision(for: item("a"), at: 0)
        let waiting = Task { [ledger, item = item("b")] in try await ledger.state(of: item) }
        try await Task.sleep(for: .milliseconds(20))
        waiting.cancel()
        await #expect(throws: (any Error).self) { try await waiting.value }
        guard case .unfinished(let claim) = first else { return }
        try await ledger.record(.answered, json: "{}", for: claim)
        #expect(try await ledger.state(of: item("c")).name == "known")
    }

    @Test func theSameInputTwiceIsFinishedTheSecondTime() async throws {
        guard case .unfinished(let first) = try await ledger.decision(for: item("a"), at: 0) else { return }
        async let second = ledger.state(of: item("a"), at: 1)
        try await Task.sleep(for: .milliseconds(20))
        try await ledger.record(.answered, json: "{}", for: first)
        #expect(try await second.name == "finished")
    }
}
