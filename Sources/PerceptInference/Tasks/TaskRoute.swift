/// The route of a task below the model's own.
public enum TaskRoute: Sendable, Hashable {
    /// The path `/models/{id}`, which runs the model's default task.
    case model
    /// The path `/models/{id}/pipeline/{task}`, which runs one of several tasks of a model. Sentence models, for one,
    /// have another default task.
    case pipeline(String)
    /// The path `/models/{id}/v1/chat/completions` of OpenAI's API; the body contains the model's ID too.
    case chatCompletions
    /// The path `/v1/audio/transcriptions` of OpenAI's API, for a multipart form.
    case audioTranscriptions
    /// The path `/v1/images/generations` of OpenAI's API.
    case imageGenerations
    /// The path `/v1/completions` of OpenAI's API.
    case completions
    /// The path `/v1/embeddings` of OpenAI's API.
    case embeddings
    /// The path `/v1/audio/speech` of OpenAI's API.
    case audioSpeech

    /// The path after the model's route, `/models/{id}`.
    public var suffix: String {
        switch self {
        case .model: ""
        case .pipeline(let task): "/pipeline/\(task)"
        default: openAIResource.map { "/v1/\($0)" } ?? ""
        }
    }

    /// The path after `/v1/` in OpenAI's API, where the body names the model; `nil` for other routes.
    var openAIResource: String? {
        switch self {
        case .model, .pipeline: nil
        case .chatCompletions: "chat/completions"
        case .audioTranscriptions: "audio/transcriptions"
        case .imageGenerations: "images/generations"
        case .completions: "completions"
        case .embeddings: "embeddings"
        case .audioSpeech: "audio/speech"
        }
    }
}

/// A task in the form of OpenAI's API, which other inference providers use too.
public struct OpenAIForm: Sendable, Hashable {
    /// The route in OpenAI's API.
    public var route: TaskRoute
    /// The body without the model, which is inserted when the request is sent.
    public var payload: RequestPayload

    /// Creates a request form.
    public init(route: TaskRoute, payload: RequestPayload) {
        self.route = route
        self.payload = payload
    }
}
