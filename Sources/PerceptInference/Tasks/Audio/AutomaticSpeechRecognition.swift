/// Turns speech into text.
///
/// - Note: Whisper models refuse recordings of more than 30 seconds unless ``timestamps`` is set.
public struct AutomaticSpeechRecognition: InferenceTask {
    public static let name = "automatic-speech-recognition"
    public static let defaultModel = "facebook/wav2vec2-large-960h-lv60-self"

    /// Which pieces of the text get times of their own.
    public enum Timestamps: Sendable, Hashable {
        /// `return_timestamps: true`, the pieces that the model itself makes; `false` asks for none.
        case enabled(Bool)
        /// `"word"`: every word; of CTC models and Whisper.
        case words
        /// `"chunk"`: phrases, as `enabled(true)` for servers that want the word.
        case chunks

        var json: JSONValue {
            switch self {
            case .enabled(let value): .bool(value)
            case .words: "word"
            case .chunks: "chunk"
            }
        }
    }

    public var audio: MediaInput
    /// `return_timestamps`; left out when `nil`.
    public var timestamps: Timestamps?
    /// `generation_parameters`, in the service's spelling (`temperature`, `num_beams`, `max_new_tokens`, …).
    public var generationParameters: JSONObject

    public init(audio: MediaInput, timestamps: Timestamps? = nil, generationParameters: JSONObject = [:]) {
        self.audio = audio
        self.timestamps = timestamps
        self.generationParameters = generationParameters
    }

    public func payload() throws(InferenceError) -> RequestPayload {
        var parameters = JSONObject()
        parameters["return_timestamps"] = timestamps?.json
        if !generationParameters.isEmpty { parameters["generation_parameters"] = .object(generationParameters) }
        return try .media(audio, parameters: parameters)
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> RecognizedSpeech {
        let reader = try AnswerReader(answer, task: Self.name)
        let entries = try reader.elements()
        guard entries.count == 1, let speech = try entries.first?.object() else {
            throw reader.mismatch(expected: "an object with a text")
        }
        var chunks: [RecognizedSpeech.Chunk] = []
        if !speech.member("chunks").value.isNull {
            for chunk in try speech.member("chunks").elements() {
                let times = chunk.member("timestamp")
                guard times.value.isNull || times.value.arrayValue != nil else {
                    throw times.mismatch(expected: "a list of start and end")
                }
                chunks.append(
                    RecognizedSpeech.Chunk(
                        text: try chunk.member("text").string(), start: try times.element(0).optionalDouble(),
                        end: try times.element(1).optionalDouble()))
            }
        }
        return RecognizedSpeech(text: try speech.member("text").string(), chunks: chunks)
    }
}

/// The text of a recording, with the times of its pieces where they were asked for.
public struct RecognizedSpeech: Sendable, Hashable {
    /// A piece of the text; times in seconds from the start of what was sent.
    public struct Chunk: Sendable, Hashable {
        /// As sent, often with a leading space.
        public var text: String
        public var start: Double?
        /// `nil` where the service does not say, as when speech is cut off by the end of the recording.
        public var end: Double?

        public init(text: String, start: Double?, end: Double?) {
            self.text = text
            self.start = start
            self.end = end
        }

        /// The text without white space around it.
        public var trimmedText: String { AccessToken.trimmed(text) }
    }

    /// As sent, often with a leading space.
    public var text: String
    /// Empty when no times were asked for.
    public var chunks: [Chunk]

    public init(text: String, chunks: [Chunk] = []) {
        self.text = text
        self.chunks = chunks
    }

    /// The text without white space around it.
    public var trimmedText: String { AccessToken.trimmed(text) }
}
