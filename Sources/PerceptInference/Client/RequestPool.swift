import Synchronization

/// Limits the requests in flight of all clients that share it, and adapts the limit to the service.
///
/// Additive increase, multiplicative decrease (Chiu and Jain, 1989): a 429, a 503 or a timeout halves the number of
/// requests in flight, each success adds one, up to ``limit``. Several failures of requests that were in flight
/// together halve it once. A 429 that names a time (`Retry-After`) is about the client as a whole, so that no request
/// starts before. Waiting requests start in order; retries precede first attempts.
package final class RequestPool: Sendable {
    /// The maximum number of requests in flight.
    package let limit: Int
    /// The minimum time between the starts of two requests, in seconds; 0 for no limit.
    private let interval: Double
    private let timekeeping: Timekeeping
    private let state: Mutex<State>

    /// A request in flight.
    struct Slot {
        /// The time at which the request started, in seconds.
        let start: Double
    }

    /// The effect of a request on the number of requests in flight.
    enum Outcome: Equatable {
        case success
        /// The service is overloaded, or limits this client; no request starts before the pause in seconds is over.
        case overload(pause: Double)
        /// Says nothing about the load of the service.
        case other
    }

    private struct State {
        /// The adapted limit, 1…`limit`.
        var window: Int
        var inFlight = 0
        var waiting: [Waiter] = []
        var nextID = 0
        /// The time before which no request starts.
        var earliestStart = -Double.infinity
        var lastHalving = -Double.infinity
        /// The time at which a timer will start waiting requests; `nil` if none is needed.
        var timer: Double?
    }

    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Slot?, Never>
    }

    /// Creates a pool.
    ///
    /// - Parameters:
    ///   - limit: The maximum number of requests in flight, at least 1.
    ///   - requestsPerSecond: The maximum rate of requests, evenly spaced; `nil` for no limit.
    package convenience init(limit: Int, requestsPerSecond: Double? = nil) {
        self.init(limit: limit, requestsPerSecond: requestsPerSecond, timekeeping: .system)
    }

    init(limit: Int, requestsPerSecond: Double?, timekeeping: Timekeeping) {
        self.limit = max(1, limit)
        interval = requestsPerSecond.map { 1 / max($0, 1e-9) } ?? 0
        self.timekeeping = timekeeping
        state = Mutex(State(window: max(1, limit)))
    }

    /// The present number of requests that may be in flight, 1…``limit``.
    package var window: Int { state.withLock(\.window) }

    /// The present number of requests in flight.
    package var inFlight: Int { state.withLock(\.inFlight) }

    /// The number of requests that wait for a slot.
    var waitingCount: Int { state.withLock(\.waiting.count) }

    /// Waits until a request may start.
    ///
    /// - Throws: ``InferenceError`` `.cancelled`.
    func enter(isRetry: Bool) async throws(InferenceError) -> Slot {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let slot = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Slot?, Never>) in
                state.withLock { state in
                    guard !Task.isCancelled else { return continuation.resume(returning: nil) }
                    let waiter = Waiter(id: id, continuation: continuation)
                    state.waiting.insert(waiter, at: isRetry ? 0 : state.waiting.count)
                    startWaiting(&state)
                }
            }
        } onCancel: {
            state.withLock { state in
                guard let index = state.waiting.firstIndex(where: { $0.id == id }) else { return }
                state.waiting.remove(at: index).continuation.resume(returning: nil)
            }
        }
        guard let slot else { throw .cancelled }
        return slot
    }

    /// Ends a request.
    func leave(_ slot: Slot, _ outcome: Outcome) {
        state.withLock { state in
            state.inFlight -= 1
            switch outcome {
            case .success: state.window = min(limit, state.window + 1)
            case .other: break
            case .overload(let pause):
                let now = timekeeping.now()
                if slot.start >= state.lastHalving {
                    state.window = max(1, state.window / 2)
                    state.lastHalving = now
                }
                state.earliestStart = max(state.earliestStart, now + pause)
            }
            startWaiting(&state)
        }
    }

    /// Starts as many waiting requests as are allowed now, and sets a timer if only time is missing.
    private func startWaiting(_ state: inout State) {
        while !state.waiting.isEmpty, state.inFlight < state.window {
            let now = timekeeping.now()
            guard now >= state.earliestStart else { return setTimer(state.earliestStart, now, &state) }
            state.earliestStart = now + interval
            state.inFlight += 1
            state.waiting.removeFirst().continuation.resume(returning: Slot(start: now))
        }
    }

    private func setTimer(_ time: Double, _ now: Double, _ state: inout State) {
        guard state.timer.map({ $0 > time }) ?? true else { return }
        state.timer = time
        Task { [self] in
            try? await timekeeping.sleep(time - now)
            self.state.withLock { state in
                if state.timer == time { state.timer = nil }
                startWaiting(&state)
            }
        }
    }
}

extension InferenceError {
    /// The effect of the error on the number of requests in flight.
    var poolOutcome: RequestPool.Outcome {
        switch kind {
        case .rateLimited: .overload(pause: retryAdvice.seconds ?? 0)
        case .modelLoading, .serviceUnavailable, .timedOut: .overload(pause: 0)
        default: .other
        }
    }
}
