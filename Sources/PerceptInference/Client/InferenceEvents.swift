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
    let head: InferenceAnswer
    private let body: TransportBody
    /// The events of a service that sent a whole answer instead of a stream; `nil` for a stream.
    private let whole: [Event]?
    private let decode: @Sendable (ServerSentEvent) throws(InferenceError) -> Event
    /// Adds the properties of the request to an error.
    private let complete: @Sendable (InferenceError) -> InferenceError

    init(
        head: InferenceAnswer, body: TransportBody, whole: [Event]? = nil,
        decode: @escaping @Sendable (ServerSentEvent) throws(InferenceError) -> Event,
        complete: @escaping @Sendable (InferenceError) -> InferenceError
    ) {
        self.head = head
        self.body = body
        self.whole = whole
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
        /// Events of a complete response that were not yet returned, in reverse order.
        fileprivate var decoded: [Event] = []
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
                    if let event = decoded.popLast() { return event }
                    if let event = arrived.popLast() {
                        if event.isDone { break }
                        if event.isHeartbeat { continue }
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
                failure?.parameter = nil
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
        var iterator = Iterator(events: self, pieces: whole == nil ? body.makeAsyncIterator() : nil)
        iterator.decoded = (whole ?? []).reversed()
        return iterator
    }
}

extension ServerSentEvent {
    /// The last event of chat services; others just end the stream.
    fileprivate var isDone: Bool { data.trimmed == "[DONE]" }

    private static let heartbeatTypes: Set = ["ping", "heartbeat", "keepalive", "keep-alive"]

    /// True if the event only keeps the connection alive: it has such a name, no data, or a comment that a proxy put
    /// into a data line (`data: : PROCESSING`).
    fileprivate var isHeartbeat: Bool {
        let text = data.trimmed
        return text.isEmpty || text.hasPrefix(":") || Self.heartbeatTypes.contains(type.lowercased())
    }
}
