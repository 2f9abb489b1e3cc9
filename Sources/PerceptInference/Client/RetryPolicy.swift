import PerceptCore

/// The number and timing of retries after a failed request.
///
/// Only failures that may be temporary are retried: a model that is loading (503 with `estimated_time`), other 500,
/// 502, 503 and 504, 429, 408, and a refused or lost connection. Rejected requests and timeouts are not retried.
public struct RetryPolicy: Sendable, Hashable {
    /// The maximum number of retries. A connection that cannot be established is retried only once, so that an endpoint
    /// that is down is reported soon.
    public var maximumRetries: Int
    /// The maximum time from the first attempt to the end of the last one, including waits. A wait that would exceed it
    /// is not started.
    public var totalDeadline: Duration
    /// The wait before the first retry if the service names none; doubled for each further one.
    public var baseDelay: Duration
    /// The maximum of those waits, and of the waits for a model to load, which may be estimated at half an hour.
    public var delayCap: Duration
    /// The maximum random addition to a wait, as a fraction 0…1, so that many clients do not retry at the same time.
    public var jitter: Double

    /// Creates a policy.
    public init(
        maximumRetries: Int = 4, totalDeadline: Duration = .seconds(300), baseDelay: Duration = .seconds(1),
        delayCap: Duration = .seconds(30), jitter: Double = 0.25
    ) {
        self.maximumRetries = maximumRetries
        self.totalDeadline = totalDeadline
        self.baseDelay = baseDelay
        self.delayCap = delayCap
        self.jitter = jitter
    }

    /// Returns the seconds to wait before retry number `retry` (from 1), or `nil` to give up.
    ///
    /// A time that the service requests (`Retry-After`, `ratelimit`) is respected even above ``delayCap``. The estimate
    /// for a loading model is capped, since retrying with `X-Wait-For-Model` holds the connection until it is loaded.
    ///
    /// - Parameter random: A random number in 0..<1.
    func seconds(beforeRetry retry: Int, after error: InferenceError, random: Double) -> Double? {
        let limit = error.kind == .unreachable ? min(1, maximumRetries) : maximumRetries
        guard case .later(let requested) = error.retryAdvice, error.kind != .timedOut || error.status != nil,
            retry <= limit
        else { return nil }
        let cap = max(0, delayCap.inSeconds)
        // The exponent is limited to avoid overflow: 2^30 base delays exceed every cap in use.
        let backoff = min(cap, max(0, baseDelay.inSeconds) * Double(1 << min(retry - 1, 30)))
        let wait = error.kind == .modelLoading ? min(requested ?? backoff, cap) : requested ?? backoff
        return wait * (1 + min(max(jitter, 0), 1) * min(max(random, 0), 1))
    }
}

/// A wait before the next attempt.
public struct WaitNotice: Sendable, Hashable {
    /// The error of the last attempt.
    public var reason: InferenceError
    /// The number of the next attempt; the first retry is attempt 2.
    public var attempt: Int
    /// The duration of the wait, in seconds.
    public var seconds: Double

}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

/// The clocks and randomness of a client, replaced in tests.
struct Timekeeping: Sendable {
    /// Seconds since a fixed moment, monotonic.
    var now: @Sendable () -> Double
    /// Waits; throws if the task is cancelled.
    var sleep: @Sendable (_ seconds: Double) async throws -> Void
    /// Seconds since 1970, for dates in headers.
    var wallClock: @Sendable () -> Double
    /// A random number in 0..<1.
    var random: @Sendable () -> Double
}

extension Timekeeping {
    static let system: Timekeeping = {
        let start = ContinuousClock.now
        return Timekeeping(
            now: { (ContinuousClock.now - start).inSeconds },
            sleep: { try await Task.sleep(for: .seconds($0)) },
            wallClock: { ProcessEnvironment.secondsSince1970 },
            random: { Double.random(in: 0..<1) })
    }()
}
