/// A task as a value: its typed input becomes a request, and the response becomes its typed output.
///
/// Send it with ``InferenceClient/send(_:model:options:onWait:)``. The tasks are those of this package; send anything
/// else as a ``RawRequest``.
public protocol InferenceTask<Output>: Sendable {
    /// The decoded response.
    associatedtype Output: Sendable
}

/// A task with a response that can be streamed by ``InferenceClient/stream(_:model:options:onWait:)``.
public protocol StreamingInferenceTask<Event>: InferenceTask {
    /// An event of the stream.
    associatedtype Event: Sendable
}

/// The requests and responses of a task.
package protocol WireTask<Output>: InferenceTask {
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
    func openAIRequest(for service: OpenAIService) throws(InferenceError) -> TaskRequest?

    /// Decodes a successful response.
    ///
    /// - Throws: ``InferenceError`` `.answerMalformed` if the response does not match the task.
    func decode(_ answer: InferenceAnswer) throws(InferenceError) -> Output
}

extension WireTask {
    package static var route: TaskRoute { .model }
    package static var acceptedAnswer: String { "application/json" }
    package func openAIRequest(for service: OpenAIService) throws(InferenceError) -> TaskRequest? { nil }
}

/// The requests and events of a task that can be streamed.
///
/// `[DONE]`, heartbeats and errors within a successful response never reach ``decode(_:)``.
package protocol StreamingWireTask<Event>: WireTask, StreamingInferenceTask {
    /// Returns the body that requests a stream: by default that of ``WireTask/payload()`` with `"stream": true`.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` if an argument is out of range.
    func streamingPayload() throws(InferenceError) -> RequestPayload

    /// Decodes one event.
    ///
    /// - Throws: ``InferenceError`` `.answerMalformed` if the event is not what the task expects; the error ends the
    ///   stream.
    func decode(_ event: ServerSentEvent) throws(InferenceError) -> Event

    /// Decodes the events of a whole response, for services that do not stream: by default, one with all of its body.
    ///
    /// - Throws: ``InferenceError`` `.answerMalformed` if the response is not what the task expects.
    func events(in answer: InferenceAnswer) throws(InferenceError) -> [Event]
}

extension StreamingWireTask {
    package func streamingPayload() throws(InferenceError) -> RequestPayload { try payload().streaming() }

    package func events(in answer: InferenceAnswer) throws(InferenceError) -> [Event] {
        [try decode(ServerSentEvent(data: String(decoding: answer.body, as: UTF8.self)))]
    }
}
