/// The route of a task below the model's own.
package enum TaskRoute: Sendable, Hashable {
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
    package var suffix: String {
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

/// The route of a request and its payload.
package struct TaskRequest: Sendable, Hashable {
    /// The route below the model's own.
    package var route: TaskRoute
    /// The body; that of OpenAI's API lacks the model, which is inserted when the request is sent.
    package var payload: RequestPayload
}

/// A server with OpenAI's API; the fields of some requests depend on it.
package struct OpenAIService: Sendable, Hashable {
    /// The ID of the model.
    package var model: String
    /// The inference provider; `nil` for a server of the caller's own.
    package var provider: String?

    package init(model: String, provider: String? = nil) {
        self.model = model
        self.provider = provider
    }
}
