import PerceptInference

/// Performs an operation on many inputs, with several requests in flight.
///
/// Inputs are read lazily, prepared on all cores, sent over persistent connections and reported in order. Memory does
/// not grow with their number: a slow service delays reading and decoding. With a ledger, inputs that are finished are
/// not processed again, and content that was answered is not sent again.
///
///     var batch = Batch(Perceiver(client: client)) { _ in DetectOperation() }
///     batch.options.jobs = 16
///     for try await outcome in batch.outcomes(of: BatchInputs(["photos"])) {
///         print(outcome.key, try outcome.result.get().objects.count)
///     }
public struct Batch<Verb: Operation>: Sendable {
    /// The perceiver that all inputs share.
    public var perceiver: Perceiver
    /// The settings of the run.
    public var options: BatchOptions
    /// The record of finished inputs; `nil` for none.
    public var ledger: Ledger?
    /// Returns the operation for one input. It is called for each input in order, never concurrently.
    public var operation: @Sendable (BatchItem) throws -> Verb
    /// Called with the finished fraction of one input, 0…1.
    public var onProgress: (@Sendable (BatchItem, Double) -> Void)?
    /// Called before each wait for a retry.
    public var onWait: (@Sendable (BatchItem, WaitNotice) -> Void)?
    /// Returns the failure that is recorded in the ledger for an error.
    public var describeFailure: @Sendable (any Error) -> ItemFailure = ItemFailure.init
    /// Returns the name of a parameter in the results that are recorded in the ledger; `nil` omits it.
    public var parameterName: @Sendable (Parameter) -> String? = { $0.nameInDescriptions }

    /// Creates a batch.
    ///
    /// - Parameters:
    ///   - perceiver: The preparations, limits and client to use; all inputs share its connections.
    ///   - options: The settings of the run.
    ///   - ledger: The record of finished inputs; `nil` for none.
    ///   - operation: A closure that returns the operation for one input, such as one that writes to its
    ///     ``BatchItem/outputPath``.
    public init(
        _ perceiver: Perceiver, options: BatchOptions = BatchOptions(), ledger: Ledger? = nil,
        operation: @escaping @Sendable (BatchItem) throws -> Verb
    ) {
        self.perceiver = perceiver
        self.options = options
        self.ledger = ledger
        self.operation = operation
    }

    /// Performs the operation on each input.
    ///
    /// The run ends with the sequence: cancel the task that iterates over it, or stop iterating, to cancel what is in
    /// progress.
    ///
    /// - Parameter inputs: The inputs; an error that it throws ends the run.
    /// - Returns: One outcome per input, in the order of the inputs or of their completion. The sequence throws
    ///   ``BatchStop`` if the run ends early, ``LedgerError`` if a result cannot be recorded, and `CancellationError`.
    public func outcomes<Inputs: AsyncSequence & Sendable>(
        of inputs: Inputs
    ) -> BatchOutcomes<Verb.Output> where Inputs.Element == BatchInput {
        var perceiver = perceiver
        perceiver.client.pool = RequestPool(limit: options.jobs, requestsPerSecond: options.requestsPerSecond)
        perceiver.concurrentChunkCount = max(1, options.jobs)
        return BatchOutcomes(options) { [perceiver] flow in
            try await flow.run(inputs) { input, position in
                switch input {
                case .item(let item):
                    let verb = Result { try operation(item) }
                    var perceiver = perceiver
                    perceiver.audioPreparation.part = item.part
                    if let onWait { perceiver.onWait = { onWait(item, $0) } }
                    let run = ItemRun(batch: self, item: item, verb: verb, perceiver: perceiver, position: position)
                    return { try await run.finished() }
                case .failure(let failure):
                    return { try await record(failure, at: position) }
                }
            }
        }
    }

    /// Records a source that yields no input, and throws its error.
    private func record(_ failure: BatchInput.Failure, at position: Int) async throws -> Finished<Verb.Output> {
        if let ledger {
            let item = BatchItem(
                key: failure.name, source: .file(failure.name), members: failure.members, outputPath: "")
            switch try await ledger.decision(for: item, at: position) {
            case .finished: break
            case .known(_, let claim), .unfinished(let claim):
                try await ledger.record(describeFailure(failure.error), about: failure.name, failure.members, claim)
            }
        }
        throw failure.error
    }
}

/// The settings of a batch.
public struct BatchOptions: Sendable, Hashable {
    /// The maximum number of requests in flight, at least 1. After a 429, a 503 or a timeout it is halved, and each
    /// success adds one back.
    public var jobs: Int
    /// The maximum number of requests per second; `nil` for no limit.
    public var requestsPerSecond: Double?
    /// The maximum time for one input, including its retries; `nil` for no limit.
    public var deadline: Duration?
    /// The number of inputs in a row that fail at the service after which the run ends; `nil` for no limit.
    public var consecutiveFailureLimit: Int?
    /// Reports outcomes in the order of the inputs; otherwise as they arrive.
    public var isOrdered: Bool
    /// The maximum number of inputs in progress; `nil` for as many as keep all cores and requests busy.
    public var itemLimit: Int?
    /// The inputs that are processed, by their keys; all by default.
    public var share = Share.all

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
