/// A task as a value: its typed input becomes a request, and the response becomes its typed output.
///
/// Conform your own type to send a task that this package does not include through
/// ``InferenceClient/send(_:model:options:onWait:)``.
public protocol InferenceTask: Sendable {
    associatedtype Output: Sendable

    /// The hub's name for the task: `object-detection`.
    static var name: String { get }
    /// The ID of the model that is used if the caller names none.
    static var defaultModel: String { get }
    /// The route of the task below the model's own: ``TaskRoute/model`` by default.
    static var route: TaskRoute { get }
    /// The value of the `Accept` header: `application/json` by default.
    static var acceptedAnswer: String { get }

    /// Returns the request body.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` if an argument is out of its range.
    func payload() throws(InferenceError) -> RequestPayload

    /// Returns the request for servers with OpenAI's API, such as other inference providers; `nil`, the default, if
    /// that API does not include the task.
    ///
    /// - Parameter service: The model and the provider, on which some fields depend.
    /// - Throws: ``InferenceError`` `.invalidArgument` if an argument is out of its range or the API does not accept
    ///   it.
    func openAIForm(for service: OpenAIService) throws(InferenceError) -> OpenAIForm?

    /// Decodes a successful response.
    ///
    /// - Throws: ``InferenceError`` `.answerMalformed` if the response does not match the task.
    func decode(_ answer: InferenceAnswer) throws(InferenceError) -> Output
}

extension InferenceTask {
    public static var route: TaskRoute { .model }
    public static var acceptedAnswer: String { "application/json" }
    public func openAIForm(for service: OpenAIService) throws(InferenceError) -> OpenAIForm? { nil }
}
