import PerceptCore
import Synchronization
import Testing

@testable import PerceptInference

@Suite struct RequestPoolTests {
    private let time = FakeTime()

    private func pool(_ limit: Int, rate: Double? = nil) -> RequestPool {
        RequestPool(limit: limit, requestsPerSecond: rate, timekeeping: time.timekeeping())
    }

    private func slots(_ count: Int, of pool: RequestPool) async throws -> [RequestPool.Slot] {
        var slots: [RequestPool.Slot] = []
        for _ in 0..<count { slots.append(try await pool.enter(isRetry: false)) }
        return slots
    }

    @Test func noMoreRequestsThanTheLimitAreInFlight() async throws {
        let pool = pool(5)
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    let slot = try await pool.enter(isRetry: false)
                    defer { pool.leave(slot, .success) }
                    await Task.yield()
                    return pool.inFlight
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts.count == 100)
        #expect(counts.max() == 5)
        #expect(pool.inFlight == 0)
    }

    @Test func anOverloadHalvesTheLimitOnceForAllRequestsThatWereInFlight() async throws {
        let pool = pool(8)
        let first = try await slots(8, of: pool)
        _ = try? await time.timekeeping().sleep(1)
        for slot in first { pool.leave(slot, .overload(pause: 0)) }
        #expect(pool.window == 4)
        let second = try await slots(1, of: pool)
        pool.leave(second[0], .overload(pause: 0))
        #expect(pool.window == 2)
    }

    @Test func theLimitNeverFallsBelowOne() async throws {
        let pool = pool(3)
        for _ in 0..<4 { pool.leave(try await pool.enter(isRetry: false), .overload(pause: 0)) }
        #expect(pool.window == 1)
    }

    @Test func eachSuccessAddsOneUpToTheLimit() async throws {
        let pool = pool(8)
        for _ in 0..<2 { pool.leave(try await pool.enter(isRetry: false), .overload(pause: 0)) }
        #expect(pool.window == 2)
        for expected in [3, 4, 5, 6, 7, 8, 8] {
            pool.leave(try await pool.enter(isRetry: false), .success)
            #expect(pool.window == expected)
        }
        pool.leave(try await pool.enter(isRetry: false), .other)
        #expect(pool.window == 8)
    }

    @Test func noRequestStartsBeforeThePauseIsOver() async throws {
        let pool = pool(8)
        let slot = try await pool.enter(isRetry: false)
        pool.leave(slot, .overload(pause: 7))
        let next = try await pool.enter(isRetry: true)
        #expect(next.start == slot.start + 7)
        #expect(time.sleeps == [7])
    }

    @Test func requestsAreSpacedEvenly() async throws {
        let pool = pool(8, rate: 4)
        #expect(try await slots(5, of: pool).map(\.start) == [0, 0.25, 0.5, 0.75, 1])
    }

    @Test func retriesPrecedeFirstAttempts() async throws {
        let pool = pool(1)
        let slot = try await pool.enter(isRetry: false)
        let order = Names()
        func waiting(_ name: String, isRetry: Bool) -> Task<Void, any Error> {
            Task {
                let slot = try await pool.enter(isRetry: isRetry)
                order.append(name)
                pool.leave(slot, .success)
            }
        }
        let first = waiting("first", isRetry: false)
        while pool.waitingCount < 1 { await Task.yield() }
        let retry = waiting("retry", isRetry: true)
        while pool.waitingCount < 2 { await Task.yield() }
        pool.leave(slot, .success)
        try await first.value
        try await retry.value
        #expect(order.all == ["retry", "first"])
    }

    @Test func aCancelledRequestLeavesTheQueue() async throws {
        let pool = pool(1)
        let slot = try await pool.enter(isRetry: false)
        let waiting = Task { try await pool.enter(isRetry: false) }
        while pool.waitingCount < 1 { await Task.yield() }
        waiting.cancel()
        #expect(await failure { _ = try await waiting.value }?.kind == .cancelled)
        pool.leave(slot, .success)
        #expect(pool.inFlight == 0 && pool.waitingCount == 0)
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await pool.enter(isRetry: false)
        }
        #expect(await failure { _ = try await late.value }?.kind == .cancelled)
    }

    @Test(arguments: [
        (InferenceError.Kind.rateLimited, RequestPool.Outcome.overload(pause: 3)),
        (.serviceUnavailable, .overload(pause: 0)), (.modelLoading, .overload(pause: 0)),
        (.timedOut, .overload(pause: 0)), (.serviceFailed, .other), (.connectionLost, .other), (.notFound, .other),
    ])
    func whatAFailureSaysAboutTheLoad(kind: InferenceError.Kind, outcome: RequestPool.Outcome) {
        let error = InferenceError(kind, problem: "", retryAdvice: .later(afterSeconds: 3))
        #expect(error.poolOutcome == outcome)
    }

    @Test func eachAttemptOfAClientTakesASlot() async throws {
        let transport = ClosureTransport(
            TransportReply(429, "slow down", ["Retry-After": "5"].headers), TransportReply(200, "[1]"))
        var client = try makeClient(transport, time: time)
        let pool = pool(4)
        client.pool = pool
        #expect(try await client.send(AnyTask()) == [1])
        #expect(pool.window == 3 && pool.inFlight == 0)
        #expect(transport.requests.count == 2)
    }
}

/// Names in the order in which tasks add them.
private final class Names: Sendable {
    private let names = Mutex<[String]>([])

    var all: [String] { names.withLock { $0 } }

    func append(_ name: String) { names.withLock { $0.append(name) } }
}
