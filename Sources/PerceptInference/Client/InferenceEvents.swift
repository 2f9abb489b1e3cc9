/// The events of a streamed response as they arrive; read once, by one task.
///
///     for try await event in try await client.stream(chat) { print(event.text, terminator: "") }
///
/// The service is paused while nothing is read. The connection is closed when the reading task is cancelled, when an
/// error is thrown, and when the last copy of this value is released.
public struct InferenceEvents<Event: Sendable>: AsyncSequence, Sendable {
    /// An event of the response.
    public typealias Element = Event
    /// The error that iteration throws.
    public typealias Failure = InferenceError

    /// The head of the response; its body is being read.
    public let head: InferenceAnswer
    private let body: TransportBody
    private let decode: @Sendable (ServerSentEvent) throws(InferenceError) -> Event
    /// Adds the properties of the request to an error.
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

    /// An iterator over the events.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let events: InferenceEvents
        /// `nil` after the end of the stream, when the connection is released.
        fileprivate var pieces: TransportBody.Iterator?
        fileprivate var parser = ServerSentEventParser()
        /// Events that have arrived but not been returned, in reverse order.
        fileprivate var arrived: [ServerSentEvent] = []
        /// The error that ends the stream after those events.
        fileprivate var failure: InferenceError?

        /// Returns the next event, or `nil` at the end of the response.
        public mutating func next() async throws(InferenceError) -> Event? {
            try await next(isolation: #isolation)
        }

        /// Returns the next event, or `nil` at the end of the response.
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
                failure?.remedy = "disable streaming, or request less"
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

    /// Returns an iterator; the events can be read only once.
    public func makeAsyncIterator() -> Iterator {
        Iterator(events: self, pieces: body.makeAsyncIterator())
    }
}

extension ServerSentEvent {
    /// The last event of chat services; others just end the stream.
    fileprivate var isDone: Bool { AccessToken.trimmed(data) == "[DONE]" }
}

extension InferenceError {
    /// Creates the error that an event of a stream reports, or `nil` if it is not an error.
    ///
    /// Services send `{"error":…,"error_type":…}`, or an object as `error`, within a response of status 200; some
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
                    .invalidRequest, "the service rejected the request",
                    "check the input and the parameters against the model's page", .never
                )
            case "overloaded", "overloaded_error":
                (.serviceUnavailable, "the service is overloaded", "try again later", .later(afterSeconds: nil))
            default:
                (
                    .serviceFailed, "the service failed during its response", "try again later",
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
