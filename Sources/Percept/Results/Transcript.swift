public import PerceptAudio
public import PerceptInference

/// What is said in a recording.
public struct Transcript: Sendable, Hashable {
    /// A piece of the text with its time.
    public struct Chunk: Sendable, Hashable {
        public var text: String
        /// Seconds from the start of the source; `nil` where the service does not say.
        public var start: Double?
        /// Seconds from the start of the source; `nil` where the service does not say, as when speech is cut off.
        public var end: Double?

        public init(text: String, start: Double?, end: Double?) {
            self.text = text
            self.start = start
            self.end = end
        }
    }

    /// A part of the recording that the transcript does not cover.
    public struct Gap: Sendable, Hashable {
        /// Seconds from the start of the source.
        public var start: Double
        /// Seconds from the start of the source.
        public var end: Double
        /// A clause without a full stop.
        public var reason: String
        /// The error of the request that would have covered it; `nil` when nothing failed.
        public var error: InferenceError?

        public init(start: Double, end: Double, reason: String, error: InferenceError? = nil) {
            self.start = start
            self.end = end
            self.reason = reason
            self.error = error
        }
    }

    public var text: String
    /// Empty when no times were asked for.
    public var chunks: [Chunk]
    /// Of all that was sent.
    public let receipt: TimeReceipt
    /// Of each upload, in order: one, unless the recording was sent in chunks.
    public let uploads: [TimeReceipt]
    /// `nil` where it is not known, as for a transcript that was put together by hand.
    public let sent: SentMedia?
    /// What of the recording is not in the text, in order: chunks for which the service failed. Empty when all was
    /// answered.
    public let gaps: [Gap]
    /// What a person should know about the recording.
    public let warnings: [String]

    /// A transcript; the uploads are `receipt` alone when `nil`.
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

    /// What was heard in one upload.
    ///
    /// - Parameters:
    ///   - isTimed: whether times were asked for: a text without any is then one piece over the upload.
    ///   - notice: what a person should know about how the service was asked.
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
    /// That times were asked for in vain.
    ///
    /// - Parameters:
    ///   - count: how many uploads have a text without times.
    ///   - total: how many uploads there are.
    static func warning(ofUntimed count: Int, of total: Int) -> [String] {
        guard count > 0 else { return [] }
        let share = total == 1 ? "" : " for \(count) of \(total) chunks"
        let extent = total == 1 ? "the text is one piece over the whole upload" : "their texts are one piece per chunk"
        return [
            "the response has no times\(share): \(extent); choose a model that returns times, or send shorter chunks"
        ]
    }
}
