import HTTPTypes
import Synchronization
import Testing

@testable import PerceptInference

@Suite struct RetryTests {
    private static let loading = TransportReply(503, #"{"error":"Model is currently loading","estimated_time":20.0}"#)
    private static let away = TransportReply(503, #"{"error":"503 Service Unavailable"}"#)
    private static let success = TransportReply(200, "[1]")

    private func header(_ name: String, _ value: String) throws -> HTTPFields {
        [try #require(HTTPField.Name(name)): value]
    }

    @Test func waitsForALoadingModelAsEstimated() async throws {
        let transport = ClosureTransport(Self.loading, Self.success)
        let time = FakeTime()
        let notices = Mutex<[WaitNotice]>([])
        let client = try makeClient(transport, time: time, random: 0.5)
        let answer = try await client.send(AnyTask()) { notice in notices.withLock { $0.append(notice) } }
        #expect(answer == [1])
        // 20 s, plus half of the jitter of a quarter.
        #expect(time.sleeps == [22.5])
        let notice = try #require(notices.withLock { $0.first })
        #expect(notice.attempt == 2)
        #expect(notice.seconds == 22.5)
        #expect(notice.reason.kind == .modelLoading)
        let waits = transport.requests.map { $0.headers.value("X-Wait-For-Model") }
        #expect(waits == [nil, "true"])
    }

    @Test func longEstimatesAreCapped() async throws {
        let long = TransportReply(503, #"{"error":"loading","estimated_time":1809}"#)
        let time = FakeTime()
        _ = try await makeClient(ClosureTransport(long, Self.success), time: time).send(AnyTask())
        #expect(time.sleeps == [30])
    }

    @Test(arguments: [500, 502, 503, 504, 429, 408])
    func failuresThatTimeHealsAreTriedAgain(status: Int) async throws {
        let transport = ClosureTransport(TransportReply(status, #"{"error":"x"}"#))
        let time = FakeTime()
        let error = await failure { try await makeClient(transport, time: time).send(AnyTask()) }
        #expect(error?.status == status)
        #expect(error?.retryAdvice == .later(afterSeconds: nil))
        #expect(time.sleeps == [1, 2, 4, 8])
        #expect(transport.requests.count == 5)
        // Only a loading model is waited for.
        #expect(transport.requests.allSatisfy { $0.headers.value("X-Wait-For-Model") == nil })
    }

    @Test(arguments: [204, 302, 400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 418, 422, 501, 505])
    func refusalsAreFinal(status: Int) async throws {
        // Even with headers that would otherwise cause a wait.
        let reply = TransportReply(
            status, #"{"error":"x","estimated_time":1}"#, try header("retry-after", "1"))
        let transport = ClosureTransport(reply)
        let time = FakeTime()
        let error = await failure { try await makeClient(transport, time: time).send(AnyTask()) }
        #expect(error?.status == status)
        #expect(error?.retryAdvice == .never)
        #expect(transport.requests.count == 1)
        #expect(time.sleeps.isEmpty)
    }

    @Test(arguments: [
        ("retry-after", "7", 7.0), ("retry-after", "0", 0), ("retry-after", "55.5", 55.5),
        ("retry-after", "Thu, 01 Jan 2026 00:00:40 GMT", 40), ("retry-after", "Wed, 31 Dec 2025 00:00:00 GMT", 0),
        ("ratelimit", #""api";r=0;t=55"#, 55), ("ratelimit", #""a";r=3;t=90, "b";r=0;t=12"#, 12),
        ("retry-after", "soon", 1), ("ratelimit", "nonsense", 1),
        // One request remaining is not none; a policy that states no remainder counts as exhausted.
        ("ratelimit", #""a";r=1;t=55"#, 1), ("ratelimit", #""a";t=55"#, 55),
        // Of two exhausted policies the later reset counts.
        ("ratelimit", #""a";r=0;t=12, "b";r=0;t=55"#, 55), ("ratelimit", #""a";r=0;t=55, "b";r=0;t=12"#, 55),
    ])
    func theServiceSaysWhen(name: String, value: String, seconds: Double) async throws {
        let limited = TransportReply(429, #"{"error":"Rate limit reached"}"#, try header(name, value))
        let time = FakeTime()
        _ = try await makeClient(ClosureTransport(limited, Self.success), time: time).send(AnyTask())
        #expect(time.sleeps == [seconds])
    }

    @Test func headersOfASuccessAreIgnored() async throws {
        var reply = Self.success
        reply.headers = try header("retry-after", "2")
        let time = FakeTime()
        _ = try await makeClient(ClosureTransport(reply), time: time).send(AnyTask())
        #expect(time.sleeps.isEmpty)
    }

    @Test func noWaitExceedsTheDeadline() async throws {
        let limited = TransportReply(429, "{}", try header("retry-after", "301"))
        let time = FakeTime()
        let error = await failure { try await makeClient(ClosureTransport(limited), time: time).send(AnyTask()) }
        #expect(time.sleeps.isEmpty)
        #expect(error?.retryAdvice == .later(afterSeconds: 301))

        let transport = ClosureTransport(Self.away)
        let policy = RetryPolicy(maximumRetries: 100, totalDeadline: .seconds(100))
        _ = await failure { try await makeClient(transport, retry: policy, time: time).send(AnyTask()) }
        // 1 + 2 + 4 + 8 + 16 + 30 + 30 s are 91 s; another 30 s would exceed the deadline.
        #expect(time.sleeps == [1, 2, 4, 8, 16, 30, 30])
        #expect(transport.requests.map(\.timeout).last == .seconds(9))
        #expect(transport.requests.first?.timeout == .seconds(100))
    }

    /// A wait that would end with the deadline of 300 s leaves no time for an attempt.
    @Test(arguments: [("299", [299.0]), ("300", [])])
    func aWaitUntilTheDeadlineIsNotStarted(seconds: String, sleeps: [Double]) async throws {
        let limited = TransportReply(429, "{}", try header("retry-after", seconds))
        let time = FakeTime()
        let result = try? await makeClient(ClosureTransport(limited, Self.success), time: time).send(AnyTask())
        #expect((result == nil) == sleeps.isEmpty)
        #expect(time.sleeps == sleeps)
    }

    @Test func hugeEstimatesAndCountsAreHarmless() async throws {
        for estimate in ["1e300", "-5", "9223372036854775807"] {
            let reply = TransportReply(503, #"{"estimated_time":\#(estimate)}"#)
            let time = FakeTime()
            let policy = RetryPolicy(maximumRetries: 200, totalDeadline: .seconds(1_000_000))
            let error = await failure {
                try await makeClient(ClosureTransport(reply), retry: policy, time: time).send(AnyTask())
            }
            #expect(error?.kind == .modelLoading)
            #expect(time.sleeps.count == 200)
            #expect(time.sleeps.allSatisfy { (0...30).contains($0) })
        }
        let limited = TransportReply(429, "{}", try header("retry-after", "1e300"))
        let error = await failure { try await makeClient(ClosureTransport(limited)).send(AnyTask()) }
        #expect(error?.kind == .rateLimited)
        #expect(error?.description.contains("(the service suggests 86400 s)") == true)
    }

    /// Numbers that no integer can hold, from a service and from a program.
    @Test(arguments: ["1e300", "99999999999999999999999", "-1e300"])
    func estimatesBeyondReasonAreTold(estimate: String) async throws {
        let loading = TransportReply(503, #"{"error":"loading","estimated_time":\#(estimate)}"#)
        let error = try #require(
            await failure {
                try await makeClient(ClosureTransport(loading), retry: RetryPolicy(maximumRetries: 0))
                    .send(AnyTask())
            })
        #expect(error.retryAdvice == .later(afterSeconds: estimate.hasPrefix("-") ? 0 : 86_400))
        #expect(error.description.contains(estimate.hasPrefix("-") ? "suggests 0 s" : "suggests 86400 s"))
        for seconds in [Double.nan, .infinity, 1e300] {
            let mine = InferenceError(.rateLimited, problem: "x", retryAdvice: .later(afterSeconds: seconds))
            #expect(mine.description == "x")
        }
    }

    @Test func lostConnectionsAreRetriedAndRefusedOnesOnce() async throws {
        let counts: [(TransportError.Kind, Int)] = [
            (.connectionLost, 5), (.notConnected, 2), (.notSecure, 1), (.timedOut, 1), (.answerTooLarge, 1),
            (.answerMalformed, 1), (.cancelled, 1), (.notAvailable, 1),
        ]
        #expect(counts.count == TransportError.Kind.allCases.count)
        for (kind, count) in counts {
            let transport = ClosureTransport { _, _ throws(TransportError) in throw TransportError(kind, problem: "x") }
            let error = await failure { try await makeClient(transport).send(AnyTask()) }
            #expect(error != nil)
            #expect(transport.requests.count == count, "\(kind)")
        }
    }

    @Test func withoutRetryOnErrorTheFirstFailureIsFinal() async throws {
        let transport = ClosureTransport(Self.loading, Self.success)
        let error = await failure {
            try await makeClient(transport).send(AnyTask(), options: RequestOptions(retryOnError: false))
        }
        #expect(error?.kind == .modelLoading)
        #expect(error?.retryAdvice == .later(afterSeconds: 20))
        #expect(transport.requests.count == 1)
    }

    @Test func cancellationEndsAWaitAtOnce() async throws {
        var client = InferenceClient(
            token: try AccessToken(secret), transport: ClosureTransport(Self.loading),
            retry: RetryPolicy(delayCap: .seconds(3600), jitter: 0))
        client.timekeeping = .system
        let (notices, continuation) = AsyncStream.makeStream(of: WaitNotice.self)
        let task = Task { [client] in
            await failure { try await client.send(AnyTask()) { continuation.yield($0) } }
        }
        for await _ in notices { break }
        task.cancel()
        // The wait is 20 seconds, so without cancellation this test would exceed its time limit.
        let start = ContinuousClock.now
        #expect(await task.value?.kind == .cancelled)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func aCancelledTaskSendsNothing() async throws {
        let transport = ClosureTransport(Self.success)
        let client = try makeClient(transport)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await failure { try await client.send(AnyTask()) }
        }
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        #expect(transport.requests.isEmpty)
    }
}

@Suite struct HTTPDateTests {
    // The example of RFC 9110 §5.6.7 in its three forms; `date -d "1994-11-06 08:49:37 UTC" +%s` prints 784111777. The
    // other values are from the same command.
    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777.0), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 29 Feb 2024 23:59:60 GMT", 1_709_251_200),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Fri, 31 Dec 1999 23:59:59 GMT", 946_684_799),
        ("Tue, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
    ])
    func forms(text: String, seconds: Double) {
        #expect(HTTPDate.secondsSince1970(text) == seconds)
    }

    @Test(arguments: [
        "", "tomorrow", "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 99999999999 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sun, 06 Nov 1994 08::37 GMT",
    ])
    func otherTextIsNoDate(text: String) {
        #expect(HTTPDate.secondsSince1970(text) == nil)
    }
}
