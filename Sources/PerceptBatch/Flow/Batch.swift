import PerceptInference

/// Performs an operation on many inputs, with several requests in flight.
///
/// Inputs are read lazily, prepared on all cores, sent over persistent connections and reported in order. Memory does
/// not grow with their number: a slow service delays reading and decoding.
///
///     var batch = Batch(Perceiver(client: client)) { _ in DetectOperation() }
///     batch.options.jobs = 16
///     for try await outcome in batch.outcomes(of: try BatchInputs(["photos"])) {
///         print(outcome.input.key, try outcome.result.get().objects.count)
///     }
public struct Batch<Verb: Operation>: Sendable {
    /// The perceiver that all inputs share.
    public var perceiver: Perceiver
    /// The settings of the run.
    public var options: BatchOptions
    /// Returns the operation for one input. It is called for each input in order, never concurrently.
    public var operation: @Sendable (BatchItem) throws -> Verb

    /// Creates a batch.
    ///
    /// - Parameters:
    ///   - perceiver: the preparations, limits and client to use; all inputs share its connections.
    ///   - options: the settings of the run.
    ///   - operation: a closure that returns the operation for one input, such as one that writes to its
    ///     ``BatchItem/outputPath``.
    public init(
        _ perceiver: Perceiver, options: BatchOptions = BatchOptions(),
        operation: @escaping @Sendable (BatchItem) throws -> Verb
    ) {
        self.perceiver = perceiver
        self.options = options
        self.operation = operation
    }

    /// Performs the operation on each input.
    ///
    /// The run ends with the sequence: cancel the task that iterates over it, or stop iterating, to cancel what is in
    /// progress.
    ///
    /// - Parameter inputs: the inputs; errors that it throws end the run.
    /// - Returns: one outcome per input, in the order of the inputs or of their completion. The sequence throws
    ///   ``BatchStop`` if the run ends early, and `CancellationError`.
    public func outcomes<Inputs: AsyncSequence & Sendable>(
        of inputs: Inputs
    ) -> BatchOutcomes<Verb.Output> where Inputs.Element == BatchInput {
        var perceiver = perceiver
        perceiver.client.pool = RequestPool(limit: options.jobs, requestsPerSecond: options.requestsPerSecond)
        perceiver.concurrentChunkCount = max(1, options.jobs)
        return BatchOutcomes(options) { [perceiver] flow in
            try await flow.run(inputs) { item in
                let verb = try operation(item)
                return { try await perform(verb, on: item, with: perceiver) }
            }
        }
    }

    private func perform(
        _ verb: Verb, on item: BatchItem, with perceiver: Perceiver
    ) async throws -> Verb.Output {
        guard let deadline = options.deadline else { return try await perceiver.perform(verb, on: item.source) }
        return try await withThrowingTaskGroup(of: Verb.Output?.self) { group in
            group.addTask { try await perceiver.perform(verb, on: item.source) }
            group.addTask {
                try await Task.sleep(for: deadline)
                return nil
            }
            defer { group.cancelAll() }
            guard let output = try await group.next() ?? nil else {
                throw InferenceError.deadlineExceeded(deadline)
            }
            return output
        }
    }
}

/// The settings of a batch.
public struct BatchOptions: Sendable, Hashable {
    /// The maximum number of requests in flight, at least 1. After a 429, a 503 or a timeout it is halved, and each
    /// success adds one back.
    public var jobs: Int
    /// The maximum number of requests per second; `nil` for no limit.
    public var requestsPerSecond: Double?
    /// The maximum time for one input, including its retries, from the moment it is read; `nil` for no limit.
    public var deadline: Duration?
    /// The number of inputs in a row whose requests failed after which the run ends; `nil` for no limit.
    public var consecutiveFailureLimit: Int?
    /// Reports outcomes in the order of the inputs; otherwise as they arrive.
    public var isOrdered: Bool
    /// The maximum number of inputs in progress; `nil` for as many as keep all cores and requests busy.
    public var itemLimit: Int?

    /// Creates settings.
    public init(
        jobs: Int = 8, requestsPerSecond: Double? = nil, deadline: Duration? = nil,
        consecutiveFailureLimit: Int? = 20, isOrdered: Bool = true, itemLimit: Int? = nil
    ) {
        self.jobs = jobs
        self.requestsPerSecond = requestsPerSecond
        self.deadline = deadline
        self.consecutiveFailureLimit = consecutiveFailureLimit
        self.isOrdered = isOrdered
        self.itemLimit = itemLimit
    }
}

extension InferenceError {
    /// The error for an input that was not finished in time.
    fileprivate static func deadlineExceeded(_ deadline: Duration) -> InferenceError {
        InferenceError(
            .timedOut, problem: "not finished within \(deadline)", remedy: "try again later, or allow more time",
            retryAdvice: .later(afterSeconds: nil))
    }
}
