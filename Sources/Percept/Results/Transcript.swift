public import PerceptAudio
public import PerceptCore
public import PerceptInference

/// The text of the speech in a recording.
public struct Transcript: PerceptResult, Hashable {
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

        /// The chunk as `{"text", "timestamp": [start, end]}`, in seconds or `null`.
        public var json: JSONValue {
            ["text": .string(text), "timestamp": [JSONValue(start), JSONValue(end)]]
        }

        /// Creates a chunk from ``json``; `nil` without a text. Times before 0 become 0.
        public init?(json: JSONValue) {
            guard let text = json["text"]?.stringValue else { return nil }
            let times = (0...1).map { json["timestamp"]?[$0]?.finiteValue.map { max(0, $0) } }
            self.init(text: text, start: times[0], end: times[1])
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

        /// The gap as `{"timestamp": [start, end], "reason"}`.
        public var json: JSONValue {
            ["timestamp": [.double(start), .double(end)], "reason": .string(reason)]
        }

        /// Creates a gap from ``json``; `nil` without times.
        public init?(json: JSONValue) {
            guard let start = json["timestamp"]?[0]?.finiteValue, let end = json["timestamp"]?[1]?.finiteValue else {
                return nil
            }
            self.init(start: start, end: end, reason: json["reason"]?.stringValue ?? "")
        }
    }

    /// The name of the recording.
    public var file: String
    /// The whole text.
    public var text: String
    /// The parts of the text with their times; empty if no times were requested.
    public var chunks: [Chunk]
    /// The path of the drawing of the recording; `nil` if none was written.
    public var picture: String?
    /// The paths of the transcript's files; empty if none were written.
    public var files: [String] = []
    /// The map from all uploads together back to the source; `nil` if it is unknown.
    public var receipt: TimeReceipt?
    /// The receipts of the uploads, in order; there is one unless the recording was sent in chunks.
    public var uploads: [TimeReceipt]
    /// The uploads; `nil` if they are unknown.
    public var sent: SentMedia?
    /// The parts of the recording that the text does not cover, in order; empty if the service failed for no chunk.
    public var gaps: [Gap]
    /// The warnings about the recording and the responses.
    public var warnings: [Warning]

    /// Creates a transcript; if `uploads` is `nil`, `receipt` is the only upload.
    public init(
        file: String, text: String, chunks: [Chunk] = [], receipt: TimeReceipt? = nil, uploads: [TimeReceipt]? = nil,
        sent: SentMedia? = nil, gaps: [Gap] = [], warnings: [Warning] = []
    ) {
        self.file = file
        self.text = text
        self.chunks = chunks
        self.receipt = receipt
        self.uploads = uploads ?? [receipt].compactMap(\.self)
        self.sent = sent
        self.gaps = gaps
        self.warnings = warnings
    }

    /// Creates the transcript of one upload.
    ///
    /// - Parameters:
    ///   - isTimed: `true` if times were requested; a text without times is then one chunk over the whole upload.
    ///   - notice: a notice about the form of the request.
    init(
        _ speech: RecognizedSpeech, file: String, _ prepared: PreparedAudio, isTimed: Bool = false,
        notice: Warning? = nil
    ) {
        let receipt = prepared.receipt
        self.file = file
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
    /// The files and the drawing.
    public var outputPaths: [String] { files + [picture].compactMap(\.self) }

    /// The errors of the requests that would have covered the gaps.
    public var failures: [InferenceError] { gaps.compactMap(\.error) }

    /// The transcript as `{"file", "text", "chunks": [{"text", "timestamp"}], "gaps", "sent", "receipt", "warnings"}`;
    /// `"chunks"` exists if there are times, `"gaps"` if parts are missing, `"files"` and `"picture"` if they were
    /// written, and `"uploads"` if the recording was sent in chunks.
    public var json: JSONObject {
        var json: JSONObject = ["file": .string(file), "text": .string(text)]
        if !chunks.isEmpty { json["chunks"] = .array(chunks.map(\.json)) }
        if !gaps.isEmpty { json["gaps"] = .array(gaps.map(\.json)) }
        if !files.isEmpty { json["files"] = files.json }
        json["picture"] = picture.map { .string($0) }
        if uploads.count > 1 { json["uploads"] = .array(uploads.map { JSONValue(encoding: $0) }) }
        json["sent"] = sent?.json
        json["receipt"] = receipt.map { JSONValue(encoding: $0) }
        json["warnings"] = warnings.map(\.description).json
        return json
    }

    /// Creates a transcript from ``json``. Gaps have no ``Gap/error``.
    public init(json: JSONObject) throws(MediaError) {
        let members = ResultMembers(json, of: "transcript")
        self.init(
            file: try members.string("file"), text: try members.string("text"),
            chunks: json["chunks"] == nil ? [] : try members.list("chunks", Chunk.init(json:)),
            receipt: try members.decoded("receipt", as: TimeReceipt.self),
            uploads: try members.decoded("uploads", as: [TimeReceipt].self),
            sent: json["sent"].flatMap(SentMedia.init(json:)),
            gaps: json["gaps"] == nil ? [] : try members.list("gaps", Gap.init(json:)),
            warnings: members.strings("warnings").map { Warning($0) })
        picture = json["picture"]?.stringValue
        files = members.strings("files")
    }

    /// Returns the warning that requested times are missing.
    ///
    /// - Parameters:
    ///   - count: the number of uploads that have a text without times.
    ///   - total: the number of uploads.
    static func warning(ofUntimed count: Int, of total: Int) -> [Warning] {
        guard count > 0 else { return [] }
        let share = total == 1 ? "" : " for \(count) of \(total) chunks"
        let extent = total == 1 ? "the text is one piece over the whole upload" : "their texts are one piece per chunk"
        return [
            "the response has no times\(share): \(extent); choose a model that returns times, or send shorter chunks"
        ]
    }
}
