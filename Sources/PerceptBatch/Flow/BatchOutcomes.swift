import Synchronization

/// The outcomes of a run, as an asynchronous sequence; see ``Batch/outcomes(of:)``.
///
/// The run begins with the first iterator and ends with it. Outcomes that are not taken delay further inputs.
public struct BatchOutcomes<Output: Sendable>: AsyncSequence, Sendable {
    /// The outcome for one input.
    public typealias Element = BatchOutcome<Output>

    private let options: BatchOptions
    private let body: @Sendable (Flow<Output>) async throws -> Void

    init(_ options: BatchOptions, _ body: @escaping @Sendable (Flow<Output>) async throws -> Void) {
        self.options = options
        self.body = body
    }

    /// Starts the run.
    public func makeAsyncIterator() -> Iterator {
        let (stream, continuation) = AsyncThrowingStream<Element, any Error>.makeStream()
        let flow = Flow<Output>(options) { continuation.yield($0) }
        let run = Task { [body] in
            do {
                try await body(flow)
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        return Iterator(run: Run(run), flow: flow, outcomes: stream.makeAsyncIterator())
    }

    /// Cancels the run when the iterator is released.
    fileprivate final class Run: Sendable {
        private let task: Task<Void, Never>
        init(_ task: Task<Void, Never>) { self.task = task }
        func cancel() { task.cancel() }
        /// Waits until nothing is in progress any more.
        func end() async { await task.value }
        deinit { task.cancel() }
    }

    /// The iterator of a run.
    public struct Iterator: AsyncIteratorProtocol {
        private let run: Run
        private let flow: Flow<Output>
        private var outcomes: AsyncThrowingStream<Element, any Error>.Iterator

        fileprivate init(run: Run, flow: Flow<Output>, outcomes: AsyncThrowingStream<Element, any Error>.Iterator) {
            self.run = run
            self.flow = flow
            self.outcomes = outcomes
        }

        /// Cancels the run and waits until nothing is in progress, so that no partial output remains.
        public func cancel() async {
            run.cancel()
            await run.end()
        }

        /// Returns the next outcome, or `nil` after the last.
        ///
        /// - Throws: ``BatchStop``, `CancellationError`, or the error of the inputs.
        public mutating func next() async throws -> Element? {
            let run = run
            if Task.isCancelled {
                await cancel()
                throw CancellationError()
            }
            // The stream ends with the run, so cancelling the run ends the wait.
            let next = try await withTaskCancellationHandler {
                try await outcomes.next()
            } onCancel: {
                run.cancel()
            }
            guard let next else {
                await run.end()
                try Task.checkCancellation()
                return nil
            }
            flow.hasDelivered()
            return next
        }
    }
}
