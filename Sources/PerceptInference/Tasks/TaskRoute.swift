/// Where below a model's own route a task is asked.
public enum TaskRoute: Sendable, Hashable {
    /// `/models/{id}`: the task that the model was made for.
    case model
    /// `/models/{id}/pipeline/{task}`: one of several tasks that the model can do. The bare route would run its default
    /// one, which for sentence models is another.
    case pipeline(String)
    /// `/models/{id}/v1/chat/completions`, the form of OpenAI's interface; the model's id stands in the body as well.
    case chatCompletions

    /// What follows the model's route, `/models/{id}`.
    public var suffix: String {
        switch self {
        case .model: ""
        case .pipeline(let task): "/pipeline/\(task)"
        case .chatCompletions: "/v1/chat/completions"
        }
    }
}
