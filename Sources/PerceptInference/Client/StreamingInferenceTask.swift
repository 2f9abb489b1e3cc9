/// A task whose answer can be had piece by piece, as it comes about.
///
/// Conform to it and send with ``InferenceClient/stream(_:model:options:onWait:)``. What every stream has in common is
/// seen to there: `[DONE]`, heartbeats and errors in the middle of a successful answer never reach ``decode(_:)``.
public protocol StreamingInferenceTask: InferenceTask {
    /// What one event of the stream tells.
    associatedtype Event: Sendable

    /// The body that asks for a stream; as a rule that of ``InferenceTask/payload()`` with `"stream": true`.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when an argument is out of its range.
    func streamingPayload() throws(InferenceError) -> RequestPayload

    /// Makes sense of one event.
    ///
    /// - Throws: ``InferenceError`` `.answerMalformed` when the event is not what the task promises; it ends the stream.
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
