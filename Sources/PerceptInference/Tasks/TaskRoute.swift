/// Where below a model's own route a task is asked.
public enum TaskRoute: Sendable, Hashable {
    /// `/models/{id}`: the task that the model was made for.
    case model
    /// `/models/{id}/pipeline/{task}`: one of several tasks that the model can do. The bare route would run its default
    /// one, which for sentence models is another.
    case pipeline(String)
    /// `/models/{id}/v1/chat/completions`, the form of OpenAI's interface; the model's id stands in the body as well.
    case chatCompletions
    /// `/v1/audio/transcriptions` of OpenAI's interface: a multipart form.
    case audioTranscriptions
    /// `/v1/images/generations` of OpenAI's interface.
    case imageGenerations
    /// `/v1/completions` of OpenAI's interface.
    case completions
    /// `/v1/embeddings` of OpenAI's interface.
    case embeddings
    /// `/v1/audio/speech` of OpenAI's interface.
    case audioSpeech

    /// What follows the model's route, `/models/{id}`.
    public var suffix: String {
        switch self {
        case .model: ""
        case .pipeline(let task): "/pipeline/\(task)"
        default: openAIResource.map { "/v1/\($0)" } ?? ""
        }
    }

    /// What follows `/v1/` in OpenAI's interface, whose bodies name the model; `nil` for what is not of it.
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

/// A task as servers of OpenAI's interface are asked it, other inference providers among them.
public struct OpenAIForm: Sendable, Hashable {
    public var route: TaskRoute
    /// Without the model, which is put in front as it is sent.
    public var payload: RequestPayload

    public init(route: TaskRoute, payload: RequestPayload) {
        self.route = route
        self.payload = payload
    }
}
