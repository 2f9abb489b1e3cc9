import PerceptAudio
public import PerceptCore
import PerceptImage

/// The size of one medium and the number of requests about it, found without sending anything.
public struct MediumEstimate: Sendable, Hashable {
    /// The size of the source in bytes.
    public var byteCount: Int
    /// The duration of a recording in seconds; `nil` for an image, and if the header does not state it.
    public var duration: Double?
    /// The number of pixels of an image; `nil` for a recording.
    public var pixelCount: Int?
    /// The number of requests without retries: one per chunk of a recording.
    public var requestCount: Int

    /// Creates an estimate.
    public init(byteCount: Int, duration: Double? = nil, pixelCount: Int? = nil, requestCount: Int) {
        self.byteCount = byteCount
        self.duration = duration
        self.pixelCount = pixelCount
        self.requestCount = requestCount
    }
}

extension Perceiver {
    /// Estimates an operation on one source from its header. A recording that is sent in chunks is read to its end,
    /// since its quiet places decide their number.
    ///
    /// - Throws: `MediaError` if the source cannot be read or is neither a recording nor an image,
    ///   `CancellationError`.
    public func estimate<Verb: Operation>(_ verb: Verb.Type, on source: MediaSource) async throws -> MediumEstimate {
        try await throwingCancellation { try await BlockingWork.run { try estimated(verb, source) } }
    }

    private func estimated<Verb: Operation>(_ verb: Verb.Type, _ source: MediaSource) throws -> MediumEstimate {
        var estimate = MediumEstimate(byteCount: try source.byteCount(), requestCount: verb.sendsRequests ? 1 : 0)
        let reading = audioPreparation.reading
        switch try source.kind(reading: reading) {
        case .image:
            let header = try ImageReader(source, limits: limits).header
            estimate.pixelCount = header.size.width * header.size.height
        case .recording:
            let whole = try RecordingReader(source, options: reading, limits: limits).header.duration
            let part = audioPreparation.part
            let start = part.offset / .seconds(1)
            estimate.duration = whole.map {
                min(part.duration.map { $0 / .seconds(1) } ?? .infinity, max(0, $0 - start))
            }
            if verb.splitsRecordings, let chunking {
                estimate.requestCount =
                    try source.chunked(by: audioPreparation, chunking: chunking, limits: limits).chunks.count
            }
        }
        return estimate
    }
}
