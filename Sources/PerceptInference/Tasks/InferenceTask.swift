/// One task as a value: its typed input makes a request, its typed output is made from the answer.
///
/// Conform a type of your own to send a task that is not here through ``InferenceClient/send(_:model:options:onWait:)``.
public protocol InferenceTask: Sendable {
    associatedtype Output: Sendable

    /// The name by which the hub knows the task: `object-detection`.
    static var name: String { get }
    /// The id of the model asked where the caller names none.
    static var defaultModel: String { get }
    /// Where below the model's own route the task is asked: ``TaskRoute/model`` unless stated.
    static var route: TaskRoute { get }
    /// Sent as `Accept`: `application/json` unless stated.
    static var acceptedAnswer: String { get }

    /// The body to send.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when an argument is out of its range.
    func payload() throws(InferenceError) -> RequestPayload

    /// The task as servers of OpenAI's interface are asked it, other inference providers among them; `nil`, unless stated,
    /// where that has no form for it.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when an argument is out of its range, or has no place there.
    func openAIForm() throws(InferenceError) -> OpenAIForm?

    /// The same form where it depends on the model or the provider: unless stated, ``openAIForm()``.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when an argument is out of its range, or has no place there.
    func openAIForm(for service: OpenAIService) throws(InferenceError) -> OpenAIForm?

    /// Makes the output from a successful answer.
    ///
    /// - Throws: ``InferenceError`` `.answerMalformed` when the answer is not what the task promises.
    func decode(_ answer: InferenceAnswer) throws(InferenceError) -> Output
}

extension InferenceTask {
    public static var route: TaskRoute { .model }
    public static var acceptedAnswer: String { "application/json" }
    public func openAIForm() throws(InferenceError) -> OpenAIForm? { nil }

    public func openAIForm(for service: OpenAIService) throws(InferenceError) -> OpenAIForm? { try openAIForm() }
}
