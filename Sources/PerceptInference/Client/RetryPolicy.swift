/// How often and how patiently a failed request is sent again.
///
/// Only failures that time may heal are tried again: a model that is loading (503 with `estimated_time`), other 500, 502,
/// 503 and 504, 429, 408, and a connection that was refused or lost. A refusal never is, nor an answer that took too long.
public struct RetryPolicy: Sendable, Hashable {
    /// How often a request is sent again after the first time. A connection that does not come about at all is tried
    /// once more at most, so that an endpoint that is down is reported soon.
    public var maximumRetries: Int
    /// From the first attempt to the end of the last one, waits included. A wait that would go beyond is not begun.
    public var totalDeadline: Duration
    /// The wait before the first retry where the service names none; doubled for each further one.
    public var baseDelay: Duration
    /// The longest of those waits, and of the waits for a model to load, whose estimate can be half an hour.
    public var delayCap: Duration
    /// The part of a wait that is added to it at random, 0…1, so that many clients do not come back at once.
    public var jitter: Double

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

    /// The seconds to wait before retry number `retry` (from 1), or `nil` when there should be none.
    ///
    /// What the service asks for (`Retry-After`, `ratelimit`) is kept to even beyond ``delayCap``; the estimate of a
    /// loading model is not, as asking again with `X-Wait-For-Model` holds the connection until it is there.
    ///
    /// - Parameter random: from 0 up to 1.
    func seconds(beforeRetry retry: Int, after error: InferenceError, random: Double) -> Double? {
        let limit = error.kind == .unreachable ? min(1, maximumRetries) : maximumRetries
        guard case .later(let requested) = error.retryAdvice, error.kind != .timedOut || error.status != nil,
            retry <= limit
        else { return nil }
        let cap = max(0, delayCap.inSeconds)
        // The exponent is bounded: 2^30 base delays are beyond every cap in use, and a power cannot overflow.
        let backoff = min(cap, max(0, baseDelay.inSeconds) * Double(1 << min(retry - 1, 30)))
        let wait = error.kind == .modelLoading ? min(requested ?? backoff, cap) : requested ?? backoff
        return wait * (1 + min(max(jitter, 0), 1) * min(max(random, 0), 1))
    }
}

/// A wait that begins now, before a request is sent again.
public struct WaitNotice: Sendable, Hashable {
    /// What the last attempt failed with.
    public var reason: InferenceError
    /// The number of the attempt that comes after the wait; the first retry is attempt 2.
    public var attempt: Int
    /// How long the wait is.
    public var seconds: Double

    public init(reason: InferenceError, attempt: Int, seconds: Double) {
        self.reason = reason
        self.attempt = attempt
        self.seconds = seconds
    }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
