import Foundation
import HTTPTypes
import PerceptInference
import PerceptTestSupport
import Synchronization
import Testing

@testable import PerceptBatch

/// A service that answers every request after a while, or as `answer` says, and counts requests.
final class CountingService: HTTPTransport {
    private struct State {
        var count = 0
        var inFlight = 0
        var most = 0
    }

    private let state = Mutex(State())
    private let delay: Duration
    private let answer: @Sendable (Int) -> TransportReply

    init(
        delay: Duration = .zero,
        answer: @escaping @Sendable (Int) -> TransportReply = { _ in CountingService.classes }
    ) {
        self.delay = delay
        self.answer = answer
    }

    static let classes = reply(200, #"[{"label":"cat","score":0.9}]"#)

    static func reply(_ status: Int, _ text: String) -> TransportReply {
        TransportReply(status: status, headers: [.contentType: "application/json"], body: Array(text.utf8))
    }

    var reachesNetwork: Bool { false }
    var count: Int { state.withLock(\.count) }
    var most: Int { state.withLock(\.most) }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportReply {
        let index = state.withLock { state in
            state.count += 1
            state.inFlight += 1
            state.most = max(state.most, state.inFlight)
            return state.count - 1
        }
        defer { state.withLock { $0.inFlight -= 1 } }
        do { try await Task.sleep(for: delay) } catch { throw TransportError(.cancelled, problem: "cancelled") }
        return answer(index)
    }
}

@Suite struct BatchTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The inputs `0` to `count - 1`, all with the contents of one image.
    private func inputs(_ count: Int) throws -> ItemSequence {
        let bytes = try TestFiles.bytes(of: TestFiles.media("images/photo-orientation-6.jpg"))
        return ItemSequence(
            (0..<count).map { number in
                .item(
                    BatchItem(
                        key: "\(number)", source: .bytes(bytes, name: "photo \(number)"), outputPath: "\(number)"))
            })
    }

    private func batch(
        _ service: CountingService, jobs: Int = 4, ledger: Ledger? = nil
    ) -> Batch<ClassifyOperation> {
        var client = InferenceClient(token: nil, transport: service)
        client.retry.maximumRetries = 0
        return Batch(
            Perceiver(client: client, imagePreparation: ImagePreparation(longestSide: 32)),
            options: BatchOptions(jobs: jobs), ledger: ledger
        ) { _ in ClassifyOperation() }
    }

    private func keys(_ outcomes: BatchOutcomes<Classification>) async throws -> [String] {
        var keys: [String] = []
        for try await outcome in outcomes { keys.append(outcome.key) }
        return keys
    }

    @Test func outcomesAreInOrderAndRequestsWithinTheLimit() async throws {
        // Longer than a slow machine takes to prepare three inputs.
        let service = CountingService(delay: .milliseconds(300))
        let keys = try await keys(batch(service).outcomes(of: inputs(16)))
        #expect(keys == (0..<16).map { "\($0)" })
        #expect(service.count == 16)
        #expect(service.most == 4)
    }

    @Test func outcomesArriveWhileTheNextInputIsAwaited() async throws {
        let service = CountingService()
        let (stream, continuation) = AsyncStream<BatchInput>.makeStream()
        var iterator = batch(service).outcomes(of: stream).makeAsyncIterator()
        for input in try inputs(3).elements {
            continuation.yield(input)
            #expect(try await iterator.next()?.key == input.key)
        }
        continuation.finish()
        #expect(try await iterator.next() == nil)
    }

    @Test func readingWaitsForOutcomesToBeTaken() async throws {
        let service = CountingService()
        let sequence = try inputs(500)
        var batch = batch(service)
        batch.options.itemLimit = 2
        var iterator = batch.outcomes(of: sequence).makeAsyncIterator()
        _ = try await iterator.next()
        try await Task.sleep(for: .milliseconds(300))
        // The window of 64, one more that was delivered, and one that waits for its place.
        #expect(sequence.readCount <= 66)
        while try await iterator.next() != nil {}
        #expect(service.count == 500)
    }

    @Test func aFailureIsTheOutcomeOfItsInput() async throws {
        let service = CountingService {
            $0 == 1 ? CountingService.reply(400, #"{"error":"bad"}"#) : CountingService.classes
        }
        var kinds: [String] = []
        for try await outcome in batch(service, jobs: 1).outcomes(of: try inputs(3)) {
            switch outcome.result {
            case .success: kinds.append("ok")
            case .failure(let error): kinds.append(ItemFailure(error).kind)
            }
        }
        #expect(kinds.sorted() == ["invalidRequest", "ok", "ok"])
    }

    @Test(arguments: [(3, 3), (4, 6)]) func theRunStopsAfterFailuresInARow(limit: Int, expected: Int) async throws {
        // The third request succeeds only where a fourth failure in a row is needed.
        let service = CountingService { index in
            limit == 4 && index == 1 ? CountingService.classes : CountingService.reply(400, #"{"error":"bad"}"#)
        }
        var batch = batch(service, jobs: 1)
        batch.options.itemLimit = 1
        batch.options.consecutiveFailureLimit = limit
        var count = 0
        do {
            for try await _ in batch.outcomes(of: try inputs(20)) { count += 1 }
            Issue.record("the run did not stop")
        } catch let error as BatchStop {
            #expect(error.reason == .consecutiveFailures(limit))
        }
        #expect(count == expected)
        #expect(service.count == expected)
    }

    @Test func aRejectedTokenStopsTheRun() async throws {
        let service = CountingService { _ in CountingService.reply(401, #"{"error":"no"}"#) }
        var batch = batch(service)
        batch.options.itemLimit = 1
        await #expect(throws: BatchStop.self) { try await keys(batch.outcomes(of: try inputs(9))) }
        #expect(service.count == 1)
    }

    @Test func anInputThatTakesTooLongTimesOut() async throws {
        let service = CountingService(delay: .seconds(60))
        var batch = batch(service)
        batch.options.deadline = .milliseconds(50)
        for try await outcome in batch.outcomes(of: try inputs(1)) {
            let failure = try #require(outcome.result.failure.map(ItemFailure.init))
            #expect(failure.kind == "timedOut" && failure.isTransient)
        }
    }

    @Test func cancellingEndsTheRunAtOnce() async throws {
        let service = CountingService(delay: .seconds(60))
        let outcomes = batch(service).outcomes(of: try inputs(9))
        let run = Task { try await keys(outcomes) }
        while service.count < 4 { try await Task.sleep(for: .milliseconds(1)) }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
    }

    @Test func sharesAreDisjointAndComplete() async throws {
        var all: [String] = []
        for index in 0..<3 {
            var batch = batch(CountingService())
            batch.options.share = try Share(index: index, count: 3)
            all += try await keys(batch.outcomes(of: inputs(30)))
        }
        #expect(all.sorted() == (0..<30).map { "\($0)" }.sorted())
    }

    // MARK: Ledger

    private func ledger() throws -> Ledger {
        try Ledger(path: folder.file("run.sqlite"), verb: "classify", options: [:])
    }

    /// All inputs have the same content, so one request answers them all, in this run and in the next.
    @Test func contentThatWasAnsweredIsNotSentAgain() async throws {
        for expected in [1, 0] {
            let service = CountingService()
            let ledger = try ledger()
            var files: [String] = []
            for try await outcome in batch(service, ledger: ledger).outcomes(of: try inputs(10)) {
                files.append(try outcome.result.get().file)
                #expect(outcome.isFromLedger == (expected == 0 || outcome.position > 0) || outcome.position < 10)
            }
            try await ledger.close()
            #expect(files == (0..<10).map { "photo \($0)" })
            #expect(service.count == expected)
        }
    }

    @Test func anInputWithoutAnOperationIsRecordedAsFailed() async throws {
        let ledger = try ledger()
        var batch = batch(CountingService(), ledger: ledger)
        batch.operation = { item in
            if item.key == "1" { throw MediaError(.invalidArgument, source: item.key, problem: "two outputs") }
            return ClassifyOperation()
        }
        #expect(try await keys(batch.outcomes(of: inputs(3))) == ["0", "1", "2"])
        let counts = try ledger.reader.counts()
        #expect(counts.answered == 2)
        #expect(counts.failures.map(\.kind) == ["invalidArgument"])
        try await ledger.close()
    }

    @Test func resultsOfTheLedgerDoNotInterruptFailuresInARow() throws {
        var rule = StopRule(limit: 2)
        let item = try inputs(1).elements[0]
        func outcome(_ result: Result<Int, any Error>, isFromLedger: Bool = false) -> BatchOutcome<Int> {
            BatchOutcome(position: 0, input: item, result: result, isFromLedger: isFromLedger)
        }
        let failed = outcome(.failure(InferenceError(.serviceFailed, problem: "")))
        try rule.check(failed)
        try rule.check(outcome(.success(1)))
        try rule.check(failed)
        try rule.check(outcome(.success(1), isFromLedger: true))
        try rule.check(outcome(.failure(MediaError(.malformedInput, problem: ""))))
        #expect(throws: BatchStop.self) { try rule.check(failed) }
    }

    @Test func transientFailuresAreRetriedAndPermanentOnesAreNot() async throws {
        for (status, expected) in [(503, 1), (400, 0)] {
            let path = folder.file("\(status).sqlite")
            let failing = CountingService { _ in CountingService.reply(status, #"{"error":"no"}"#) }
            let first = try Ledger(path: path, verb: "classify", options: [:])
            _ = try await keys(batch(failing, ledger: first).outcomes(of: inputs(1)))
            try await first.close()
            let working = CountingService()
            let second = try Ledger(path: path, verb: "classify", options: [:])
            for try await outcome in batch(working, ledger: second).outcomes(of: try inputs(1)) {
                if status == 400 {
                    #expect(outcome.isFromLedger == false)
                    #expect((outcome.result.failure as? ItemFailure)?.kind == "invalidRequest")
                } else {
                    #expect(outcome.result.failure == nil)
                }
            }
            try await second.close()
            #expect(working.count == expected)
        }
    }
}

extension Result {
    fileprivate var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}

/// Inputs in memory, which count how many were read.
final class ItemSequence: AsyncSequence, Sendable {
    let elements: [BatchInput]
    private let position = Mutex(0)

    init(_ elements: [BatchInput]) { self.elements = elements }

    var readCount: Int { position.withLock { $0 } }

    struct Iterator: AsyncIteratorProtocol {
        let sequence: ItemSequence

        func next() async -> BatchInput? {
            sequence.position.withLock { position in
                guard position < sequence.elements.count else { return nil }
                defer { position += 1 }
                return sequence.elements[position]
            }
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(sequence: self) }
}
