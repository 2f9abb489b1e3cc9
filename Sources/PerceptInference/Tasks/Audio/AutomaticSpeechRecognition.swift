public import PerceptCore

/// Turns speech into text.
///
///     let speech = try await client.automaticSpeechRecognition(MediaInput(sniffing: recording))
///     print(speech.trimmedText)
///
/// - Note: Whisper models refuse recordings of more than 30 seconds unless ``timestamps`` is set.
public struct AutomaticSpeechRecognition: CataloguedTask {
    public static let name = "automatic-speech-recognition"
    public static let defaultModel = "facebook/wav2vec2-large-960h-lv60-self"

    /// Which pieces of the text get times of their own.
    public enum Timestamps: Sendable, Hashable, JSONRepresentable {
        /// `return_timestamps: true`, the pieces that the model itself makes; `false` asks for none.
        case enabled(Bool)
        /// `"word"`: every word; of CTC models and Whisper.
        case words
        /// `"chunk"`: phrases, as `enabled(true)` for servers that want the word.
        case chunks

        public var json: JSONValue {
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

    /// The fields of OpenAI's form that ask for times; they follow from ``timestamps`` and the model when `nil`.
    public var transcriptionForm: TranscriptionForm?

    /// Further parameters under their names on the wire.
    public var additionalParameters: JSONObject

    public init(
        audio: MediaInput, timestamps: Timestamps? = nil, generationParameters: JSONObject = [:],
        transcriptionForm: TranscriptionForm? = nil, additionalParameters: JSONObject = [:]
    ) {
        self.audio = audio
        self.timestamps = timestamps
        self.generationParameters = generationParameters
        self.transcriptionForm = transcriptionForm
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<AutomaticSpeechRecognition>(
        .json("return_timestamps", \.timestamps), .json("generation_parameters", \.setGenerationParameters))

    private var setGenerationParameters: JSONObject? { generationParameters.isEmpty ? nil : generationParameters }

    public func payload() throws(InferenceError) -> RequestPayload {
        try .media(audio, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    /// A multipart form, the file last: `response_format` and `timestamp_granularities[]` as ``TranscriptionForm`` states;
    /// generation parameters and further ones are fields.
    public func openAIForm(for service: OpenAIService) throws(InferenceError) -> OpenAIForm? {
        try audio.requireBytes()
        var parameters = try Self.table.json(of: self, adding: additionalParameters)
        let wanted = Timestamps(parameters["return_timestamps"])
        let form = transcriptionForm ?? TranscriptionForm(wanted, model: service.model)
        let generation = parameters["generation_parameters"]?.objectValue ?? JSONObject()
        parameters["return_timestamps"] = nil
        parameters["generation_parameters"] = nil
        parameters = parameters.adding(generation)
        if let format = form.responseFormat { parameters = parameters.adding(["response_format": .string(format)]) }
        var parts: [FormPart] = []
        for (name, value) in parameters {
            guard let text = value.scalarText else {
                throw InferenceError(
                    .invalidArgument, problem: "\(name) is \(value.kindDescription), which is no field of a form",
                    remedy: "pass a text, a number or a boolean")
            }
            parts.append(FormPart(name, text))
        }
        if let granularity = form.granularity { parts.append(FormPart("timestamp_granularities[]", granularity)) }
        parts.append(
            FormPart(
                name: "file", fileName: "recording.\(audio.mediaType.fileExtension)", mediaType: audio.mediaType,
                source: audio.source))
        return OpenAIForm(route: .audioTranscriptions, payload: .form(parts))
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> RecognizedSpeech {
        try RecognizedSpeech(answer, task: Self.name)
    }
}

extension AutomaticSpeechRecognition {
    public static let methods = ["automaticSpeechRecognition"]
    public static let medium: MediaType.Kind? = .audio
    public static var parameters: [TaskParameter] { table.parameters }
    public static let example = TaskExample(answers: [
        #"{"text":"GOING ALONG SLUSHY COUNTRY ROADS"}"#, #"[{"text":" Going along"}]"#,
        #"{"text":" Going along","chunks":[{"text":" Going","timestamp":[0,9.9]},{"text":" along","timestamp":[9.9,null]}]}"#,
    ])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(audio: try arguments.medium(), additionalParameters: arguments.parameters)
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
        /// Members of the answer that have no property here, such as a speaker.
        public var additional: JSONObject

        public init(text: String, start: Double?, end: Double?, additional: JSONObject = [:]) {
            self.text = text
            self.start = start
            self.end = end
            self.additional = additional
        }

        /// The text without white space around it.
        public var trimmedText: String { AccessToken.trimmed(text) }
    }

    /// As sent, often with a leading space.
    public var text: String
    /// Empty when no times were asked for.
    public var chunks: [Chunk]
    /// Members of the answer that have no property here, such as the languages that were heard.
    public var additional: JSONObject

    public init(text: String, chunks: [Chunk] = [], additional: JSONObject = [:]) {
        self.text = text
        self.chunks = chunks
        self.additional = additional
    }

    /// The text without white space around it.
    public var trimmedText: String { AccessToken.trimmed(text) }
}
