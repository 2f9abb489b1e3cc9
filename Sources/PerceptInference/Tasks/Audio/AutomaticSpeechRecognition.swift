package import PerceptCore

/// Transcribes speech.
///
///     let speech = try await client.automaticSpeechRecognition(MediaInput(sniffing: recording))
///     print(speech.trimmedText)
///
/// - Note: Whisper models reject recordings longer than 30 seconds unless timestamps are requested.
public struct AutomaticSpeechRecognition: InferenceTask<RecognizedSpeech>, CataloguedTask {
    package static let name = "automatic-speech-recognition"
    package static let defaultModel = "facebook/wav2vec2-large-960h-lv60-self"

    /// The granularity of timestamps.
    public enum Timestamps: Sendable, Hashable, JSONRepresentable {
        /// Sends `return_timestamps: true`, which returns the model's own pieces; `false` requests no timestamps.
        case enabled(Bool)
        /// Sends `"word"`, for each word; CTC models and Whisper support it.
        case words
        /// Sends `"chunk"`, for phrases: the spelling of `enabled(true)` at some servers.
        case chunks

        package var json: JSONValue {
            switch self {
            case .enabled(let value): .bool(value)
            case .words: "word"
            case .chunks: "chunk"
            }
        }
    }

    package var audio: MediaInput
    package var timestamps: Timestamps?
    package var generationParameters: JSONObject
    /// The fields of OpenAI's form that request timestamps; derived from ``timestamps`` and the model if `nil`.
    package var transcriptionForm: TranscriptionForm?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - audio: The recording to transcribe.
    ///   - timestamps: The value of `return_timestamps`; omitted if `nil`.
    ///   - generationParameters: The value of `generation_parameters`, in the service's spelling (`temperature`,
    ///     `num_beams`, `max_new_tokens`, …).
    ///   - additionalParameters: Further parameters under their names on the wire.
    public init(
        audio: MediaInput, timestamps: Timestamps? = nil, generationParameters: JSONObject = [:],
        additionalParameters: JSONObject = [:]
    ) {
        self.audio = audio
        self.timestamps = timestamps
        self.generationParameters = generationParameters
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<AutomaticSpeechRecognition>(
        .json("return_timestamps", \.timestamps), .json("generation_parameters", \.setGenerationParameters))

    private var setGenerationParameters: JSONObject? { generationParameters.isEmpty ? nil : generationParameters }

    package func payload() throws(InferenceError) -> RequestPayload {
        try .media(audio, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    /// Returns a multipart form with the file last: `response_format` and `timestamp_granularities[]` follow
    /// ``TranscriptionForm``; generation parameters and further ones become fields.
    package func openAIRequest(for service: OpenAIService) throws(InferenceError) -> TaskRequest? {
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
                    .invalidArgument,
                    problem: "\(name) is \(value.kindDescription), which cannot be sent as a form field",
                    remedy: "pass a string, a number or a boolean")
            }
            parts.append(FormPart(name, text))
        }
        if let granularity = form.granularity { parts.append(FormPart("timestamp_granularities[]", granularity)) }
        parts.append(
            FormPart(
                name: "file", fileName: "recording.\(audio.mediaType.fileExtension)", mediaType: audio.mediaType,
                source: audio.source))
        return TaskRequest(route: .audioTranscriptions, payload: .form(parts))
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> RecognizedSpeech {
        try RecognizedSpeech(answer, task: Self.name)
    }
}

extension AutomaticSpeechRecognition {
    package static let methods = ["automaticSpeechRecognition"]
    package static let medium: MediaType.Kind? = .audio
    package static var parameters: [TaskParameter] { table.parameters }
    package static let example = TaskExample(answers: [
        #"{"text":"GOING ALONG SLUSHY COUNTRY ROADS"}"#, #"[{"text":" Going along"}]"#,
        #"{"text":" Going along","chunks":[{"text":" Going","timestamp":[0,9.9]},{"text":" along","#
            + #""timestamp":[9.9,null]}]}"#,
    ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(audio: try arguments.medium(), additionalParameters: arguments.parameters)
    }
}

/// The transcript of a recording, with timestamps if they were requested.
public struct RecognizedSpeech: Sendable, Hashable {
    /// A piece of the transcript; times are in seconds from the start of the upload.
    public struct Chunk: Sendable, Hashable {
        /// The text as received, often with a leading space.
        public var text: String
        /// The start in seconds; `nil` if the service states none.
        public var start: Double?
        /// The end in seconds; `nil` if the service states none, as for speech that the end of the recording cuts off.
        public var end: Double?
        /// The members of the response that have no property here, such as a speaker.
        public var additional: JSONObject

        package init(text: String, start: Double?, end: Double?, additional: JSONObject = [:]) {
            self.text = text
            self.start = start
            self.end = end
            self.additional = additional
        }

        /// The text without leading and trailing white space.
        public var trimmedText: String { text.trimmed }
    }

    /// The text as received, often with a leading space.
    public var text: String
    /// The pieces of the transcript; empty if no timestamps were requested.
    public var chunks: [Chunk]
    /// The members of the response that have no property here, such as the detected languages.
    public var additional: JSONObject

    package init(text: String, chunks: [Chunk] = [], additional: JSONObject = [:]) {
        self.text = text
        self.chunks = chunks
        self.additional = additional
    }

    /// The text without leading and trailing white space.
    public var trimmedText: String { text.trimmed }
}
