import Percept
import PerceptInference

/// The work of a run, counted by reading its inputs and sending nothing.
public struct BatchEstimate: Sendable, Hashable {
    /// The number of inputs, including those that cannot be read.
    public var inputCount = 0
    /// The number of inputs that cannot be read.
    public var failureCount = 0
    /// The number of recordings that can be read.
    public var recordingCount = 0
    /// The number of images that can be read.
    public var imageCount = 0
    /// The size of all inputs that can be read, in bytes.
    public var byteCount = 0
    /// The duration of the recordings in seconds, without those that do not state it.
    public var duration = 0.0
    /// The number of recordings whose duration is unknown.
    public var unknownDurationCount = 0
    /// The number of pixels of the images.
    public var pixelCount = 0
    /// The number of requests without retries. With a ledger, inputs that are finished or have the content of another
    /// input cause none.
    public var requestCount = 0
    /// The number of inputs with the content of an earlier one, or of one that the ledger has an answer for.
    public var duplicateCount = 0
    /// The number of inputs that the ledger has as finished.
    public var finishedCount = 0

    /// Creates an estimate of nothing.
    public init() {}

    mutating func add(_ outcome: InputEstimate, hasLedger: Bool) {
        byteCount += outcome.medium.byteCount
        if let pixels = outcome.medium.pixelCount {
            imageCount += 1
            pixelCount += pixels
        } else {
            recordingCount += 1
            if let seconds = outcome.medium.duration { duration += seconds } else { unknownDurationCount += 1 }
        }
        switch outcome.state {
        case .new: requestCount += outcome.medium.requestCount
        case .duplicate:
            duplicateCount += 1
            if !hasLedger { requestCount += outcome.medium.requestCount }
        case .finished: finishedCount += 1
        }
    }
}

/// The part of an estimate that one input adds.
struct InputEstimate: Sendable {
    enum State: Sendable {
        case new, duplicate, finished
    }

    var medium: MediumEstimate
    var state: State
    /// `nil` if the ledger makes reading the content unnecessary.
    var content: ContentIdentity?
}

extension Batch {
    /// Reads all inputs and counts what a run would do, without sending or writing anything.
    ///
    /// The content of each input is read once, on all cores, to find duplicates. Memory grows by some 50 bytes per
    /// input.
    ///
    /// - Parameters:
    ///   - inputs: The inputs; an error that it throws ends the estimate.
    ///   - lookup: The ledger of the run; `nil` for none. ``ledger`` is not used.
    ///   - onFailure: Called with each input that cannot be read, in order.
    /// - Throws: ``LedgerError`` if the ledger cannot be read, `CancellationError`.
    public func estimate<Inputs: AsyncSequence & Sendable>(
        of inputs: Inputs, in lookup: LedgerLookup? = nil,
        onFailure: (BatchInput, any Error) -> Void = { _, _ in }
    ) async throws -> BatchEstimate where Inputs.Element == BatchInput {
        let outcomes = BatchOutcomes<InputEstimate>(options) { [perceiver] flow in
            try await flow.run(inputs) { input, _ in
                switch input {
                case .item(let item): { Finished(output: try await Self.estimate(item, perceiver, lookup)) }
                case .failure(let failure): { throw failure.error }
                }
            }
        }
        var total = BatchEstimate()
        var contents: Set<Content> = []
        for try await outcome in outcomes {
            total.inputCount += 1
            switch outcome.result {
            case .success(var found):
                if let content = found.content, !contents.insert(Content(content)).inserted, found.state == .new {
                    found.state = .duplicate
                }
                total.add(found, hasLedger: lookup != nil)
            case .failure(let error):
                total.failureCount += 1
                onFailure(outcome.input, error)
            }
        }
        return total
    }

    /// 128 bits of the SHA-256 of a content, and its part.
    private struct Content: Hashable {
        var digest: SIMD2<UInt64>
        var part: RecordingPart

        init(_ identity: ContentIdentity) {
            digest = SIMD2(
                identity.digest[..<8].reduce(0) { $0 << 8 | UInt64($1) },
                identity.digest[8..<16].reduce(0) { $0 << 8 | UInt64($1) })
            part = identity.part
        }
    }

    private static func estimate(
        _ item: BatchItem, _ perceiver: Perceiver, _ lookup: LedgerLookup?
    ) async throws -> InputEstimate {
        var perceiver = perceiver
        perceiver.audioPreparation.part = item.part
        let (state, content) = try await BlockingWork.run { () throws -> (InputEstimate.State, ContentIdentity?) in
            guard let lookup else { return (.new, try ContentIdentity(readable: item)) }
            switch try lookup.state(of: item) {
            case .finished: return (.finished, nil)
            case .unreadable: return (.new, nil)
            case .unfinished(let identity, _):
                let isAnswered = try lookup.answer(to: identity, for: item.key) != nil
                return (isAnswered ? .duplicate : .new, identity)
            }
        }
        return InputEstimate(
            medium: try await perceiver.estimate(Verb.self, on: item.source), state: state, content: content)
    }
}
