/// A task with a response that can be streamed.
///
/// Send it with ``InferenceClient/stream(_:model:options:onWait:)``, which handles what all streams have in common:
/// `[DONE]`, heartbeats and errors within a successful response never reach ``decode(_:)``.
public protocol StreamingInferenceTask: InferenceTask {
    /// An event of the stream.
    associatedtype Event: Sendable

    /// Returns the body that requests a stream, usually that of ``InferenceTask/payload()`` with `"stream": true`.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` if an argument is out of range.
    func streamingPayload() throws(InferenceError) -> RequestPayload

    /// Decodes one event.
    ///
    /// - Throws: ``InferenceError`` `.answerMalformed` if the event is not what the task expects; the error ends the
    ///   stream.
    func decode(_ event: ServerSentEvent) throws(InferenceError) -> Event

    /// Makes events of a whole answer, for services that do not stream: unless stated, one of all of its body.
    ///
    /// - Throws: ``InferenceError`` `.answerMalformed` when the answer is not what the task promises.
    func events(in answer: InferenceAnswer) throws(InferenceError) -> [Event]
}

extension StreamingInferenceTask {
    public func events(in answer: InferenceAnswer) throws(InferenceError) -> [Event] {
        [try decode(ServerSentEvent(data: String(decoding: answer.body, as: UTF8.self)))]
    }
}
