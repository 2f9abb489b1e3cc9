internal import Dispatch
internal import Synchronization

/// A thread that does one kind of work in order, on a state that only it touches.
///
/// At most `capacity` items are unfinished at a time; submitting another one waits. After the first error the remaining
/// items are dropped. Releasing the worker cancels it.
package final class SerialWorker<State: ~Copyable>: Sendable {
    private let queue: DispatchQueue
    private let room: DispatchSemaphore
    private let core: Core

    /// Creates a worker, which owns `state`.
    ///
    /// - Parameters:
    ///   - name: The name of the queue in debuggers.
    ///   - capacity: The number of unfinished items above which submitting waits; at least 1.
    package init(_ name: String, capacity: Int, _ state: consuming sending State) {
        queue = DispatchQueue(label: "percept.\(name)")
        room = DispatchSemaphore(value: capacity)
        core = Core(state)
    }

    deinit { cancel() }

    /// Submits an item; waits while the worker is full.
    ///
    /// - Returns: The item's result, for one who waits for it.
    @discardableResult
    package func begin<Value: Sendable>(
        _ work: @escaping @Sendable (inout State) throws(MediaError) -> Value
    ) -> Pending<Value> {
        let pending = Pending<Value>()
        room.wait()
        queue.async { [core, room] in
            pending.finish(core.perform(work))
            room.signal()
        }
        return pending
    }

    /// Submits an item that has no result; waits while the worker is full.
    ///
    /// - Throws: The error of an earlier item.
    package func submit(_ work: @escaping @Sendable (inout State) throws(MediaError) -> Void) throws(MediaError) {
        begin(work)
        if let failure = core.failure.withLock({ $0 }) { throw failure }
    }

    /// Waits for all items, then does `work` on the calling thread.
    ///
    /// - Throws: The error of an earlier item or of `work`; `.cancelled` after ``cancel()`` or ``finish(_:)``.
    package func perform<Value: Sendable>(
        _ work: @Sendable (inout State) throws(MediaError) -> Value
    ) throws(MediaError) -> Value {
        try queue.sync { core.perform(work) }.get()
    }

    /// Waits for all items, then hands the state to `work` on the calling thread. Further items are dropped.
    ///
    /// - Throws: The errors of ``perform(_:)``.
    package func finish<Value: Sendable>(
        _ work: @Sendable (consuming State) throws(MediaError) -> Value
    ) throws(MediaError) -> Value {
        try queue.sync { core.finish(work) }.get()
    }

    /// Waits for the item in progress, releases the state, and drops the other items.
    package func cancel() {
        core.state.withLock { $0 = nil }
    }

    /// The parts that items in the queue share, so that the queue does not keep the worker alive.
    private final class Core: Sendable {
        /// `nil` after an error, the end, or cancellation.
        let state: Mutex<State?>
        let failure = Mutex<MediaError?>(nil)

        init(_ state: consuming sending State) {
            self.state = Mutex(state)
        }

        func perform<Value: Sendable>(
            _ work: @Sendable (inout State) throws(MediaError) -> Value
        ) -> Result<Value, MediaError> {
            state.withLock { slot in
                guard var state = slot.take() else { return .failure(failure.withLock { $0 } ?? .cancelled) }
                do throws(MediaError) {
                    let value = try work(&state)
                    slot = consume state
                    return .success(value)
                } catch {
                    failure.withLock { $0 = error }
                    return .failure(error)
                }
            }
        }

        func finish<Value: Sendable>(
            _ work: @Sendable (consuming State) throws(MediaError) -> Value
        ) -> Result<Value, MediaError> {
            state.withLock { slot in
                guard let state = slot.take() else { return .failure(failure.withLock { $0 } ?? .cancelled) }
                do throws(MediaError) { return .success(try work(state)) } catch { return .failure(error) }
            }
        }
    }
}

/// The result of an item that a ``SerialWorker`` does, available once.
package final class Pending<Value: Sendable>: Sendable {
    private let isDone = DispatchSemaphore(value: 0)
    private let result = Mutex<Result<Value, MediaError>?>(nil)

    fileprivate init() {}

    fileprivate func finish(_ result: Result<Value, MediaError>) {
        self.result.withLock { $0 = result }
        isDone.signal()
    }

    /// Waits for the result and takes it.
    ///
    /// - Throws: The error of the item, or of an earlier one; `.cancelled` for an item that was dropped, or if the
    ///   result was taken before.
    package func wait() throws(MediaError) -> Value {
        isDone.wait()
        isDone.signal()
        return try result.withLock { $0.take() ?? .failure(.cancelled) }.get()
    }
}
