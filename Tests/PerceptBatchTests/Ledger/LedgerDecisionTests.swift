import Foundation
import PerceptBatch
import PerceptTestSupport
import Testing

@Suite struct LedgerDecisionTests {
    private let fixture: LedgerFixture

    init() throws { fixture = try LedgerFixture() }

    @Test func anAnsweredInputIsFinished() async throws {
        let item = try fixture.input("a.jpg", "photo")
        let ledger = try fixture.open()
        try await ledger.answer(item, json: #"{"file":"a.jpg"}"#, outputs: [fixture.folder.file("a.jpg")])
        let (name, entry) = try await ledger.state(of: item)
        #expect(name == "finished")
        #expect(
            entry
                == LedgerEntry(
                    key: "a.jpg", position: 0, outcome: .answered, outputs: [fixture.folder.file("a.jpg")],
                    json: #"{"file":"a.jpg"}"#))
    }

    @Test func anUnchangedFileIsNotRead() async throws {
        let item = try fixture.input("a.jpg", "photo")
        try fixture.touch(item)
        let ledger = try fixture.open()
        try await ledger.answer(item)
        // The same size and time with another content, which only reading would reveal.
        _ = try fixture.input("a.jpg", "PHOTO")
        try fixture.touch(item)
        #expect(try await ledger.state(of: item).name == "finished")
    }

    @Test func anotherTimeWithTheSameContentIsFinished() async throws {
        let item = try fixture.input("a.jpg", "photo")
        let ledger = try fixture.open()
        try await ledger.answer(item)
        try fixture.touch(item)
        #expect(try await ledger.state(of: item).name == "finished")
        try await ledger.flush()
        // The new time was noted: from now on the file is not read.
        _ = try fixture.input("a.jpg", "PHOTO")
        try fixture.touch(item)
        #expect(try await ledger.state(of: item).name == "finished")
    }

    @Test func anotherContentIsUnfinished() async throws {
        let item = try fixture.input("a.jpg", "photo")
        try fixture.touch(item)
        let ledger = try fixture.open()
        try await ledger.answer(item)
        _ = try fixture.input("a.jpg", "PHOTO")
        #expect(try await ledger.state(of: item).name == "unfinished")
    }

    @Test func otherOptionsAreUnfinished() async throws {
        let item = try fixture.input("a.jpg", "photo")
        let first = try fixture.open(options: ["threshold": 0.5])
        try await first.answer(item, json: "1")
        try await first.close()
        let second = try fixture.open(options: ["threshold": 0.6])
        #expect(try second.reader.counts().outdated == 1)
        try await second.answer(item, json: "2")
        #expect(try second.reader.counts().outdated == 0)
        #expect(try second.reader.counts().total == 1)
    }

    @Test func equalContentUnderAnotherKeyIsKnown() async throws {
        let (item, copy) = (try fixture.input("a.jpg", "photo"), try fixture.input("b.jpg", "photo"))
        let ledger = try fixture.open()
        try await ledger.answer(item, json: "{1}")
        guard case .known(let entry, let claim) = try await ledger.decision(for: copy, at: 1) else {
            Issue.record("the copy is sent again")
            return
        }
        #expect((entry.key, entry.json) == ("a.jpg", "{1}"))
        try await ledger.record(.answered, json: "{2}", for: claim)
        let (name, own) = try await ledger.state(of: copy, at: 1)
        #expect(name == "finished")
        #expect((own?.key, own?.json) == ("b.jpg", "{2}"))
        #expect(try ledger.reader.counts().answered == 2)
    }

    @Test func equalContentInMemoryIsKnown() async throws {
        let ledger = try fixture.open()
        try await ledger.answer(BatchItem(key: "a", source: .bytes([1, 2]), outputPath: "a"))
        #expect(
            try await ledger.state(of: BatchItem(key: "a", source: .bytes([1, 2]), outputPath: "a")).name == "finished")
        #expect(
            try await ledger.state(of: BatchItem(key: "b", source: .bytes([1, 2]), outputPath: "b")).name == "known")
        #expect(
            try await ledger.state(of: BatchItem(key: "a", source: .bytes([1, 3]), outputPath: "a")).name
                == "unfinished")
    }

    @Test func partsOfARecordingAreDifferentContents() async throws {
        let ledger = try fixture.open()
        func item(_ key: String, _ part: BatchItem.Part) -> BatchItem {
            BatchItem(key: key, source: .bytes([1, 2]), part: part, outputPath: key)
        }
        let part = BatchItem.Part(offset: .seconds(1), duration: .milliseconds(1500))
        try await ledger.answer(item("a", part))
        #expect(try await ledger.state(of: item("a", part)).name == "finished")
        #expect(try await ledger.state(of: item("a", .whole)).name == "unfinished")
        #expect(try await ledger.state(of: item("b", part)).name == "known")
        #expect(try await ledger.state(of: item("b", .init(offset: .seconds(1)))).name == "unfinished")
        let later = BatchItem.Part(offset: .seconds(1), duration: .milliseconds(1501))
        #expect(try await ledger.state(of: item("b", later)).name == "unfinished")
    }

    @Test func aMissingOutputIsMadeAgainWithoutSending() async throws {
        let item = try fixture.input("a.jpg", "photo")
        let output = try fixture.folder.write([1], as: "out.jpg")
        let ledger = try fixture.open()
        try await ledger.answer(item, outputs: [output])
        #expect(try await ledger.state(of: item).name == "finished")
        try FileManager.default.removeItem(atPath: output)
        let (name, entry) = try await ledger.state(of: item)
        #expect(name == "known")
        #expect(entry?.key == "a.jpg")
    }

    @Test func anAnswerWithItsOutputsIsPreferred() async throws {
        let ledger = try fixture.open()
        let outputs = [fixture.folder.file("none.jpg"), try fixture.folder.write([1], as: "out.jpg")]
        for (key, output) in zip(["a", "b"], outputs) {
            let item = try fixture.input(key, "photo")
            guard case .unfinished(let claim) = try await ledger.decision(for: item, at: 0) else {
                guard case .known(_, let claim) = try await ledger.decision(for: item, at: 0) else { return }
                try await ledger.record(.answered, json: "{}", outputs: [output], for: claim)
                continue
            }
            try await ledger.record(.answered, json: "{}", outputs: [output], for: claim)
        }
        for key in ["a", "c"] {
            let (name, entry) = try await ledger.state(of: fixture.input(key, "photo"))
            #expect((name, entry?.key) == ("known", "b"))
        }
    }

    @Test(
        "which failures are attempted again",
        arguments: [
            (RetriedFailures.transient, false, "finished"), (.transient, true, "unfinished"),
            (.all, false, "unfinished"), (.all, true, "unfinished"), (.none, false, "finished"),
            (.none, true, "finished"),
        ])
    func retrying(retried: RetriedFailures, isTransient: Bool, expected: String) async throws {
        let item = try fixture.input("a.jpg", "photo")
        let ledger = try fixture.open(retrying: retried)
        try await ledger.finish(item, .failed(kind: "x", isTransient: isTransient), json: "failure")
        let (name, entry) = try await ledger.state(of: item)
        #expect(name == expected)
        if let entry {
            #expect(entry.outcome == .failed(kind: "x", isTransient: isTransient))
            #expect(entry.json == "failure")
        }
        // A failure never answers for an equal content.
        let copy = try fixture.input("b.jpg", "photo")
        #expect(try await ledger.state(of: copy).name == "unfinished")
    }

    @Test func attemptsAreCountedWhileContentAndOptionsAreTheSame() async throws {
        let item = try fixture.input("a.jpg", "photo")
        let ledger = try fixture.open()
        for attempt in 0..<3 {
            guard case .unfinished(let claim) = try await ledger.decision(for: item, at: 0) else { return }
            #expect(claim.earlierAttempts == attempt)
            try await ledger.record(.failed(kind: "timeout", isTransient: true), json: "{}", for: claim)
        }
        try await ledger.answer(item)
        #expect(try await ledger.state(of: item).entry?.attempts == 4)
        let changed = try fixture.input("a.jpg", "another photo")
        try await ledger.answer(changed)
        #expect(try await ledger.state(of: changed).entry?.attempts == 1)
    }

    @Test func aMissingFileIsProcessedAndItsFailureRecorded() async throws {
        let item = BatchItem(key: "a", source: .file(fixture.folder.file("a")), outputPath: "a")
        let ledger = try fixture.open()
        try await ledger.finish(item, .failed(kind: "inputMissing", isTransient: false))
        #expect(try await ledger.state(of: item).name == "finished")
        _ = try fixture.input("a", "now it is here")
        #expect(try await ledger.state(of: item).name == "unfinished")
    }

    @Test func anAnswerOutlivesAnAbsenceOfItsInput() async throws {
        let item = try fixture.input("a.jpg", "photo")
        let ledger = try fixture.open()
        try await ledger.answer(item, json: "{1}")
        try FileManager.default.removeItem(atPath: #require(item.source.path))
        try await ledger.finish(item, .failed(kind: "inputMissing", isTransient: false))
        let counts = try ledger.reader.counts()
        #expect((counts.answered, counts.failed) == (1, 0))
        _ = try fixture.input("a.jpg", "photo")
        #expect(try await ledger.state(of: item).entry?.json == "{1}")
    }
}
