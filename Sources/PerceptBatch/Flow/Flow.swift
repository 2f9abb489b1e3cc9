import PerceptCore
import PerceptInference
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Runs the inputs of a batch side by side, and hands out their outcomes in order.
///
/// Two limits keep memory flat: inputs in progress, and inputs ahead of the last outcome that was taken.
final class Flow<Output: Sendable>: Sendable {
    private let options: BatchOptions
    private let deliver: @Sendable (BatchOutcome<Output>) -> Void
    /// Limits the inputs in progress.
    private let places: AsyncSemaphore
    /// Limits how far reading is ahead of the outcomes taken.
    private let window: AsyncSemaphore
    private let state: Mutex<State>

    private struct State {
        var order: OutcomeOrder<Output>
        var stopRule: StopRule
        /// The error that ends the run.
        var failure: (any Error)?
    }

    init(_ options: BatchOptions, deliver: @escaping @Sendable (BatchOutcome<Output>) -> Void) {
        self.options = options
        self.deliver = deliver
        // While `jobs` requests wait for the service, each core prepares or finishes another input, and has one to
        // continue with.
        let coreCount = ProcessEnvironment.processorCount
        let itemLimit = max(1, options.itemLimit ?? max(1, options.jobs) + 2 * coreCount)
        places = AsyncSemaphore(count: itemLimit)
        window = AsyncSemaphore(count: max(4 * itemLimit, 64))
        state = Mutex(
            State(
                order: OutcomeOrder(isOrdered: options.isOrdered),
                stopRule: StopRule(limit: options.consecutiveFailureLimit)))
    }

    /// The closure that processes one input.
    typealias Work = @Sendable () async throws -> Finished<Output>

    /// Runs all inputs. Outcomes are delivered as they arrive, also while the next input is awaited.
    ///
    /// - Parameter plan: Returns the work for one input and its position; called in order.
    /// - Throws: ``BatchStop``, ``LedgerError``, `CancellationError`, or the error of the inputs.
    func run<Inputs: AsyncSequence>(
        _ inputs: Inputs, plan: @Sendable (BatchInput, Int) -> Work
    ) async throws where Inputs.Element == BatchInput {
        let run = withUnsafeCurrentTask { RunningTask(task: $0) }
        do {
            try await withThrowingDiscardingTaskGroup { group in
                var iterator = inputs.makeAsyncIterator()
                var position = 0
                while true {
                    try await places.wait()
                    try await window.wait()
                    var next = try await iterator.next()
                    while let input = next, !options.share.contains(input.key) { next = try await iterator.next() }
                    guard let input = next else { break }
                    let work = plan(input, position)
                    group.addTask { [position] in
                        self.finish(await Self.outcome(of: work, for: input, at: position), run)
                    }
                    position += 1
                }
            }
            try Task.checkCancellation()
        } catch {
            // Outcomes that wait for earlier ones are not lost when the run ends early.
            let (rest, failure) = state.withLock { ($0.order.rest, $0.failure) }
            for outcome in rest { deliver(outcome) }
            throw failure ?? error
        }
    }

    private static func outcome(
        of work: Work, for input: BatchInput, at position: Int
    ) async -> BatchOutcome<Output> {
        do {
            let finished = try await work()
            return BatchOutcome(
                position: position, input: input, result: .success(finished.output),
                isFromLedger: finished.isFromLedger)
        } catch {
            return BatchOutcome(position: position, input: input, result: .failure(error))
        }
    }

    /// Delivers an outcome when its turn has come, and cancels the run if it cannot continue.
    private func finish(_ outcome: BatchOutcome<Output>, _ run: RunningTask) {
        state.withLock { state in
            switch outcome.result {
            case .failure(let error) where error.isCancellation: return
            case .failure(let error as LedgerError): state.failure = state.failure ?? error
            default:
                for next in state.order.add(outcome) { deliver(next) }
                do throws(BatchStop) {
                    try state.stopRule.check(outcome)
                } catch {
                    state.failure = state.failure ?? error
                }
            }
            if state.failure != nil { run.task?.cancel() }
        }
        places.signal()
    }

    /// Allows another input to be read, since an outcome was taken.
    func hasDelivered() { window.signal() }
}

/// The task of a run, which may be cancelled from any thread while the run lasts.
private struct RunningTask: @unchecked Sendable {
    let task: UnsafeCurrentTask?
}

/// Puts outcomes that arrive in any order into the order of their inputs.
struct OutcomeOrder<Output: Sendable> {
    private let isOrdered: Bool
    private var waiting: [Int: BatchOutcome<Output>] = [:]
    private var next = 0

    init(isOrdered: Bool) { self.isOrdered = isOrdered }

    /// Adds an outcome and returns those whose turn has come.
    mutating func add(_ outcome: BatchOutcome<Output>) -> [BatchOutcome<Output>] {
        guard isOrdered else { return [outcome] }
        waiting[outcome.position] = outcome
        var ready: [BatchOutcome<Output>] = []
        while let outcome = waiting.removeValue(forKey: next) {
            ready.append(outcome)
            next += 1
        }
        return ready
    }

    /// The outcomes that wait for earlier ones, in order.
    var rest: [BatchOutcome<Output>] { waiting.sorted { $0.key < $1.key }.map(\.value) }
}

/// Decides when further inputs would fail too.
struct StopRule {
    let limit: Int?
    private var failureCount = 0

    init(limit: Int?) { self.limit = limit }

    /// Counts the failures at the service; results of the ledger, and errors about an input itself, neither count nor
    /// interrupt the count.
    ///
    /// - Throws: ``BatchStop``.
    mutating func check(_ outcome: BatchOutcome<some Any>) throws(BatchStop) {
        switch outcome.result {
        case .success: if !outcome.isFromLedger { failureCount = 0 }
        case .failure(let error as InferenceError):
            switch error.kind {
            case .tokenMissing, .tokenRefused: throw BatchStop(reason: .tokenRefused, underlying: error)
            case .creditExhausted: throw BatchStop(reason: .creditExhausted, underlying: error)
            case .invalidArgument: return
            default: failureCount += 1
            }
            if let limit, failureCount >= limit {
                throw BatchStop(reason: .consecutiveFailures(failureCount), underlying: error)
            }
        case .failure: break
        }
    }
}

/// A counting semaphore whose waiters suspend; used by one waiter at a time.
final class AsyncSemaphore: Sendable {
    private struct State {
        var count: Int
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(count: Int) { state = Mutex(State(count: count)) }

    /// Takes a permit if one is left.
    func tryWait() -> Bool {
        state.withLock { state in
            guard state.count > 0 else { return false }
            state.count -= 1
            return true
        }
    }

    /// Waits for a permit and takes it.
    ///
    /// - Throws: `CancellationError`.
    func wait() async throws {
        while !tryWait() {
            await withTaskCancellationHandler {
                await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                    state.withLock { state in
                        if state.count > 0 || Task.isCancelled {
                            continuation.resume()
                        } else {
                            state.waiter = continuation
                        }
                    }
                }
            } onCancel: {
                wake()
            }
            try Task.checkCancellation()
        }
    }

    /// Adds a permit.
    func signal() {
        state.withLock { $0.count += 1 }
        wake()
    }

    private func wake() {
        state.withLock { state in
            state.waiter?.resume()
            state.waiter = nil
        }
    }
}
