/// The events of a streamed answer in the order and at the time of their arrival; read once, by one task.
///
///     for try await event in try await client.stream(chat) { print(event.text, terminator: "") }
///
/// The service is held up while nothing is read. The connection is closed when the reading task is cancelled, when an
/// error is thrown, and when the last copy of this value is gone.
public struct InferenceEvents<Event: Sendable>: AsyncSequence, Sendable {
    public typealias Element = Event
    public typealias Failure = InferenceError

    /// The head of the answer; its body is what is being read.
    public let head: InferenceAnswer
    private let body: TransportBody
    private let decode: @Sendable (ServerSentEvent) throws(InferenceError) -> Event
    /// Adds to an error what it was about.
    private let complete: @Sendable (InferenceError) -> InferenceError

    init(
        head: InferenceAnswer, body: TransportBody,
        decode: @escaping @Sendable (ServerSentEvent) throws(InferenceError) -> Event,
        complete: @escaping @Sendable (InferenceError) -> InferenceError
    ) {
        self.head = head
        self.body = body
        self.decode = decode
        self.complete = complete
    }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let events: InferenceEvents
        /// Gone once the stream has ended, and the connection with it.
        fileprivate var pieces: TransportBody.Iterator?
        fileprivate var parser = ServerSentEventParser()
        /// Arrived and not yet given, in reverse.
        fileprivate var arrived: [ServerSentEvent] = []
        /// What ends the stream after those.
        fileprivate var failure: InferenceError?

        public mutating func next() async throws(InferenceError) -> Event? {
            try await next(isolation: #isolation)
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(InferenceError) -> Event? {
            do throws(InferenceError) {
                while true {
                    if Task.isCancelled { throw .cancelled }
                    if let event = arrived.popLast() {
                        if event.isDone { break }
                        if let error = InferenceError(event, of: events.head) { throw error }
                        do throws(InferenceError) {
                            return try events.decode(event)
                        } catch {
                            throw error.completed(by: events.head)
                        }
                    }
                    if let failure { throw failure }
                    guard pieces != nil else { return nil }
                    try await receive(isolation: actor)
                }
                close()
                return nil
            } catch {
                close()
                throw events.complete(error)
            }
        }

        private mutating func receive(isolation actor: isolated (any Actor)?) async throws(InferenceError) {
            var events: [ServerSentEvent] = []
            let piece: [UInt8]?
            do throws(TransportError) {
                piece = try await pieces?.next(isolation: actor)
            } catch {
                failure = InferenceError(error)
                return
            }
            do throws(TransportError) {
                if let piece {
                    try parser.read(piece, into: &events)
                } else {
                    pieces = nil
                    if let last = try parser.finish() { events.append(last) }
                }
            } catch {
                failure = InferenceError(error)
                failure?.remedy = "ask without streaming, or for less"
            }
            arrived = events.reversed()
        }

        private mutating func close() {
            pieces = nil
            events.body.stop()
            arrived = []
            failure = nil
        }
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(events: self, pieces: body.makeAsyncIterator())
    }
}

extension ServerSentEvent {
    /// What chat services send last; others just end the stream.
    fileprivate var isDone: Bool { AccessToken.trimmed(data) == "[DONE]" }
}

extension InferenceError {
    /// The failure that an event of a stream reports, or `nil` when it reports none.
    ///
    /// Services send `{"error":…,"error_type":…}`, or an object as `error`, in the middle of an answer of status 200; some
    /// name the event `error`.
    fileprivate init?(_ event: ServerSentEvent, of head: InferenceAnswer) {
        let body = try? JSONValue(parsing: Array(event.data.utf8))
        let error = body?["error"]
        guard event.type == "error" || error?.isNull == false else { return nil }
        let type = body?["error_type"]?.stringValue ?? error?["type"]?.stringValue ?? body?["type"]?.stringValue
        let meaning: (kind: Kind, problem: String, remedy: String, advice: RetryAdvice) =
            switch type {
            case "validation", "template_error", "invalid_request_error":
                (
                    .invalidRequest, "the service refuses the request",
                    "check the input and the parameters against the model's page", .never
                )
            case "overloaded", "overloaded_error":
                (.serviceUnavailable, "the service is overloaded", "try again later", .later(afterSeconds: nil))
            default:
                (
                    .serviceFailed, "the service failed in the middle of its answer", "try again later",
                    .later(afterSeconds: nil)
                )
            }
        let words = body.flatMap(ServiceMessage.message(in:)) ?? (body == nil ? event.data : nil)
        self.init(
            meaning.kind, problem: meaning.problem, remedy: meaning.remedy, status: head.status,
            requestID: head.requestID,
            serviceMessage: words.map { head.redacted($0).excerpt(limit: ServiceMessage.limit) },
            bodyExcerpt: head.redacted(event.data).excerpt(limit: Self.bodyExcerptLimit), retryAdvice: meaning.advice)
    }
}
