import Foundation
import PerceptBatch
import PerceptTestSupport
import Synchronization
import Testing

@Suite struct LedgerDurabilityTests {
    private let fixture: LedgerFixture

    init() throws { fixture = try LedgerFixture() }

    private func item(_ number: Int) -> BatchItem {
        BatchItem(key: "key\(number)", source: .bytes(Array("content \(number)".utf8)), outputPath: "")
    }

    @Test func whatWasRecordedIsThereAfterACrash() async throws {
        let ledger = try fixture.open()
        for number in 0..<20 { try await ledger.answer(item(number), at: number, json: "\(number)") }
        let copy = try fixture.copyAfterCrash()
        let resumed = try copy.open()
        #expect(try resumed.reader.counts().answered == 20)
        for number in 0..<20 {
            #expect(try await resumed.state(of: item(number), at: number).entry?.json == "\(number)")
        }
        #expect(try await resumed.state(of: item(20), at: 20).name == "unfinished")
    }

    /// Copies files that are being written, with what was recorded before each copy as the oracle.
    @Test func aCrashAtAnyTimeLosesNothingThatWasRecorded() async throws {
        let ledger = try fixture.open()
        let recorded = Mutex(0)
        let writing = Task {
            for number in 0..<2000 {
                try await ledger.answer(item(number), at: number)
                recorded.withLock { $0 = number + 1 }
                if Task.isCancelled { break }
            }
        }
        var found: [Int] = []
        for _ in 0..<8 {
            try await Task.sleep(for: .milliseconds(30))
            let before = recorded.withLock { $0 }
            let copy = try fixture.copyAfterCrash()
            let resumed = try copy.open()
            let count = try resumed.reader.counts().answered
            #expect(count >= before)
            for number in [0, count / 2, count - 1] where number >= 0 && count > 0 {
                #expect(try await resumed.state(of: item(number), at: number).name == "finished")
            }
            found.append(count)
        }
        writing.cancel()
        _ = await writing.result
        #expect(found == found.sorted())
        #expect(try #require(found.last) > 0)
    }

    @Test func aRunThatWasKilledAtItsStartLeavesAFileThatIsUsed() async throws {
        _ = try fixture.folder.write([], as: "run.sqlite")
        let ledger = try fixture.open()
        try await ledger.answer(item(0))
        try await ledger.close()
        #expect(try LedgerReader(path: fixture.path).counts().answered == 1)
    }

    @Test func aClosedLedgerIsOneFile() async throws {
        try await fixture.fill(10)
        #expect(try fixture.folder.contents() == ["run.sqlite"])
        let ledger = try fixture.open()
        #expect(Set(try fixture.folder.contents().map(fixture.folder.file)).isSubset(of: ledger.files))
        try await ledger.close()
        #expect(try LedgerReader(path: fixture.path).counts().answered == 10)
        #expect(try fixture.folder.contents() == ["run.sqlite"])
    }

    @Test func manyCallersShareTransactionsAndAllAreRecorded() async throws {
        let ledger = try fixture.open()
        try await withThrowingTaskGroup { group in
            for worker in 0..<32 {
                group.addTask {
                    for step in 0..<40 {
                        let number = worker * 40 + step
                        try await ledger.answer(item(number), at: number)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try ledger.reader.counts().answered == 1280)
        var keys: [String] = []
        try ledger.reader.forEachEntry { keys.append($0.key) }
        #expect(keys == (0..<1280).map { "key\($0)" })
    }

    @Test func aFullDiskIsReportedAndKeepsWhatWasRecorded() async throws {
        let ledger = try fixture.open(pageLimit: 40)
        let json = String(repeating: "x", count: 10_000)
        var recorded = 0
        let error = await expectLedgerError(.diskFull) {
            for number in 0..<100 {
                try await ledger.answer(item(number), at: number, json: json)
                recorded += 1
            }
        }
        #expect(error?.problem == "the ledger cannot grow: the disk is full")
        #expect(recorded > 0)
        #expect(try ledger.reader.counts().answered == recorded)
        try await ledger.close()
        let resumed = try fixture.open()
        try await resumed.answer(item(recorded), at: recorded, json: json)
        #expect(try resumed.reader.counts().answered == recorded + 1)
    }

    @Test func recordingAfterClosingIsAnError() async throws {
        let ledger = try fixture.open()
        guard case .unfinished(let claim) = try await ledger.decision(for: item(0), at: 0) else { return }
        try await ledger.close()
        try await ledger.close()
        await #expect(throws: LedgerError.self) { try await ledger.record(.answered, json: "{}", for: claim) }
    }
}
