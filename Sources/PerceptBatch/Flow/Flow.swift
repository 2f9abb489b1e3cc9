import Foundation
import PerceptInference
import Synchronization

/// Runs the inputs of a batch side by side, and hands out their outcomes in order.
///
/// Two limits keep memory flat: inputs in progress, and inputs that are ahead of the last outcome that was taken.
final class Flow<Output: Sendable>: Sendable {
    private let options: BatchOptions
    private let deliver: @Sendable (BatchOutcome<Output>) -> Void
    /// Limits how far reading is ahead of the outcomes taken.
    private let window: AsyncSemaphore
    private let itemLimit: Int

    init(_ options: BatchOptions, deliver: @escaping @Sendable (BatchOutcome<Output>) -> Void) {
        self.options = options
        self.deliver = deliver
        // While `jobs` requests wait for the service, each core prepares or finishes another input, and has one to
        // continue with.
        let coreCount = ProcessInfo.processInfo.activeProcessorCount
        itemLimit = max(1, options.itemLimit ?? max(1, options.jobs) + 2 * coreCount)
        window = AsyncSemaphore(count: max(4 * itemLimit, 64))
    }

    /// The closure that processes one input.
    typealias Work = @Sendable () async throws -> Finished<Output>

    /// Runs all inputs.
    ///
    /// - Parameter plan: Returns the work for one input and its position; called in order.
    /// - Throws: ``BatchStop``, ``LedgerError``, `CancellationError`, or the error of the inputs.
    func run<Inputs: AsyncSequence>(
        _ inputs: Inputs, plan: @Sendable (BatchInput, Int) throws -> Work
    ) async throws where Inputs.Element == BatchInput {
        var order = OutcomeOrder<Output>(isOrdered: options.isOrdered)
        var stopRule = StopRule(limit: options.consecutiveFailureLimit)
        // Outcomes that wait for earlier ones are not lost when the run ends early.
        defer { for outcome in order.rest { deliver(outcome) } }
        try await withThrowingTaskGroup(of: BatchOutcome<Output>.self) { group in
            var busyCount = 0
            func takeOutcome() async throws {
                guard let outcome = try await group.next() else { return }
                busyCount -= 1
                if case .failure(is CancellationError) = outcome.result { try Task.checkCancellation() }
                if case .failure(let error as LedgerError) = outcome.result { throw error }
                for next in order.add(outcome) { deliver(next) }
                try stopRule.check(outcome.result)
            }
            var position = 0
            for try await input in inputs where options.share.contains(input.key) {
                // Inputs in progress deliver their outcomes while the window is full.
                while !window.tryWait() {
                    if busyCount > 0 {
                        try await takeOutcome()
                    } else {
                        try await window.wait()
                        break
                    }
                }
                if busyCount >= itemLimit { try await takeOutcome() }
                busyCount += 1
                let work = Result { try plan(input, position) }
                group.addTask { [position] in
                    var outcome = BatchOutcome<Output>(
                        position: position, input: input, result: .failure(CancellationError()))
                    do {
                        let finished = try await work.get()()
                        outcome.result = .success(finished.output)
                        outcome.isFromLedger = finished.isFromLedger
                    } catch {
                        outcome.result = .failure(error)
                    }
                    return outcome
                }
                position += 1
            }
            while busyCount > 0 { try await takeOutcome() }
        }
    }

    /// Allows another input to be read, since an outcome was taken.
    func hasDelivered() { window.signal() }
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

    /// Counts the failures at the service; errors about an input itself neither count nor interrupt the count.
    ///
    /// - Throws: ``BatchStop``.
    mutating func check(_ result: Result<some Any, any Error>) throws(BatchStop) {
        switch result {
        case .success: failureCount = 0
        case .failure(let error as InferenceError):
            switch error.kind {
            case .tokenMissing, .tokenRefused: throw BatchStop(reason: .tokenRefused, underlying: error)
            case .creditExhausted: throw BatchStop(reason: .creditExhausted, underlying: error)
            case .cancelled, .invalidArgument: return
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
