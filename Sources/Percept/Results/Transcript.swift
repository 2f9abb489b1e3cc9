public import PerceptAudio
public import PerceptInference

/// The text of the speech in a recording.
public struct Transcript: Sendable, Hashable {
    /// A part of the text with its time.
    public struct Chunk: Sendable, Hashable {
        /// The text.
        public var text: String
        /// The start in seconds of the source; `nil` if the service does not state it.
        public var start: Double?
        /// The end in seconds of the source; `nil` if the service does not state it, for example if speech is cut off.
        public var end: Double?

        /// Creates a chunk.
        public init(text: String, start: Double?, end: Double?) {
            self.text = text
            self.start = start
            self.end = end
        }
    }

    /// A part of the recording that the transcript does not cover.
    public struct Gap: Sendable, Hashable {
        /// The start in seconds of the source.
        public var start: Double
        /// The end in seconds of the source.
        public var end: Double
        /// The reason, as a clause without a full stop.
        public var reason: String
        /// The error of the request that would have covered the gap; `nil` if no request failed.
        public var error: InferenceError?

        /// Creates a gap.
        public init(start: Double, end: Double, reason: String, error: InferenceError? = nil) {
            self.start = start
            self.end = end
            self.reason = reason
            self.error = error
        }
    }

    /// The whole text.
    public var text: String
    /// The parts of the text with their times; empty if no times were requested.
    public var chunks: [Chunk]
    /// The map from all uploads together back to the source.
    public let receipt: TimeReceipt
    /// The receipts of the uploads, in order; there is one unless the recording was sent in chunks.
    public let uploads: [TimeReceipt]
    /// The uploads; `nil` if they are unknown, for example for a transcript that was created in code.
    public let sent: SentMedia?
    /// The parts of the recording that the text does not cover, in order; empty if the service failed for no chunk.
    public let gaps: [Gap]
    /// The warnings about the recording and the responses.
    public let warnings: [String]

    /// Creates a transcript; if `uploads` is `nil`, `receipt` is the only upload.
    public init(
        text: String, chunks: [Chunk], receipt: TimeReceipt, uploads: [TimeReceipt]? = nil, sent: SentMedia? = nil,
        gaps: [Gap] = [], warnings: [String] = []
    ) {
        self.text = text
        self.chunks = chunks
        self.receipt = receipt
        self.uploads = uploads ?? [receipt]
        self.sent = sent
        self.gaps = gaps
        self.warnings = warnings
    }

    /// Creates the transcript of one upload.
    ///
    /// - Parameters:
    ///   - isTimed: `true` if times were requested; a text without times is then one chunk over the whole upload.
    ///   - notice: a notice about the form of the request.
    init(_ speech: RecognizedSpeech, _ prepared: PreparedAudio, isTimed: Bool = false, notice: String? = nil) {
        let receipt = prepared.receipt
        text = speech.trimmedText
        chunks = speech.chunks.map { chunk in
            Chunk(
                text: chunk.trimmedText, start: chunk.start.map(receipt.sourceTime(forUploadTime:)),
                end: chunk.end.map(receipt.sourceTime(forUploadTime:)))
        }
        let isUntimed = isTimed && !speech.hasTimes && !text.isEmpty
        if isUntimed { chunks = [Chunk(text: text, start: receipt.sourceStart, end: receipt.sourceEnd)] }
        self.receipt = receipt
        uploads = [receipt]
        sent = SentMedia(prepared)
        gaps = []
        warnings = prepared.warnings + [notice].compactMap(\.self) + Self.warning(ofUntimed: isUntimed ? 1 : 0, of: 1)
    }
}

extension Transcript {
    /// Returns the warning that requested times are missing.
    ///
    /// - Parameters:
    ///   - count: the number of uploads that have a text without times.
    ///   - total: the number of uploads.
    static func warning(ofUntimed count: Int, of total: Int) -> [String] {
        guard count > 0 else { return [] }
        let share = total == 1 ? "" : " for \(count) of \(total) chunks"
        let extent = total == 1 ? "the text is one piece over the whole upload" : "their texts are one piece per chunk"
        return [
            "the response has no times\(share): \(extent); choose a model that returns times, or send shorter chunks"
        ]
    }
}
