import Dispatch
import PerceptCore
import Synchronization

/// Runs blocking work on several items at once, on one thread per core including the caller's.
enum ParallelWork {
    /// Returns the results of `body` for all items, in order.
    ///
    /// Items are started in order, and no more are started after a failure, so that the error is that of the first item
    /// that fails, as in a loop. Before each item the caller's task is checked for cancellation.
    ///
    /// - Throws: the error of `body`; `MediaError` `.cancelled`.
    static func map<Input: Sendable, Output: Sendable>(
        _ inputs: [Input], _ body: @Sendable (Int, Input) throws(MediaError) -> Output
    ) throws(MediaError) -> [Output] {
        let schedule = Schedule<Output>(count: inputs.count)
        let threadCount = min(inputs.count, ProcessEnvironment.processorCount)
        withUnsafeCurrentTask { task in
            // The cancellation state of a task may be read from any thread.
            nonisolated(unsafe) let task = task
            DispatchQueue.concurrentPerform(iterations: threadCount) { _ in
                while let index = schedule.begin(isCancelled: task?.isCancelled ?? false) {
                    do throws(MediaError) {
                        schedule.finish(index, .success(try body(index, inputs[index])))
                    } catch {
                        schedule.finish(index, .failure(error))
                    }
                }
            }
        }
        return try schedule.outputs()
    }
}

/// The items that have been started, and their results.
private final class Schedule<Output: Sendable>: Sendable {
    private struct State: Sendable {
        var outputs: [Output?]
        var next = 0
        var failure: (index: Int, error: MediaError)?

        mutating func fail(at index: Int, _ error: MediaError) {
            if failure.map({ index < $0.index }) ?? true { failure = (index, error) }
        }
    }

    private let state: Mutex<State>

    init(count: Int) {
        state = Mutex(State(outputs: [Output?](repeating: nil, count: count)))
    }

    /// Returns the index of the next item; `nil` if there are no more, or no more may be started.
    func begin(isCancelled: Bool) -> Int? {
        state.withLock { state in
            guard state.failure == nil, state.next < state.outputs.count else { return nil }
            if isCancelled {
                state.fail(at: state.next, .cancelled)
                return nil
            }
            defer { state.next += 1 }
            return state.next
        }
    }

    func finish(_ index: Int, _ result: Result<Output, MediaError>) {
        state.withLock { state in
            switch result {
            case .success(let output): state.outputs[index] = output
            case .failure(let error): state.fail(at: index, error)
            }
        }
    }

    func outputs() throws(MediaError) -> [Output] {
        let end = state.withLock { ($0.outputs, $0.failure) }
        if let failure = end.1 { throw failure.error }
        return end.0.compactMap(\.self)
    }
}
