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
    /// The events of a service that sent a whole answer instead of a stream; `nil` for a stream.
    private let whole: [Event]?
    private let decode: @Sendable (ServerSentEvent) throws(InferenceError) -> Event
    /// Adds to an error what it was about.
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

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let events: InferenceEvents
        /// Gone once the stream has ended, and the connection with it.
        fileprivate var pieces: TransportBody.Iterator?
        fileprivate var parser = ServerSentEventParser()
        /// Arrived and not yet given, in reverse.
        fileprivate var arrived: [ServerSentEvent] = []
        /// Events of a whole answer that were not yet given, in reverse.
        fileprivate var decoded: [Event] = []
        /// What ends the stream after those.
        fileprivate var failure: InferenceError?

        public mutating func next() async throws(InferenceError) -> Event? {
            try await next(isolation: #isolation)
        }

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
        var iterator = Iterator(events: self, pieces: whole == nil ? body.makeAsyncIterator() : nil)
        iterator.decoded = (whole ?? []).reversed()
        return iterator
    }
}

extension ServerSentEvent {
    /// What chat services send last; others just end the stream.
    fileprivate var isDone: Bool { AccessToken.trimmed(data) == "[DONE]" }

    private static let heartbeatTypes: Set = ["ping", "heartbeat", "keepalive", "keep-alive"]

    /// Whether the event only keeps the connection alive: it is named so, has no data, or holds a comment that a proxy put
    /// into a data line (`data: : PROCESSING`).
    fileprivate var isHeartbeat: Bool {
        let text = AccessToken.trimmed(data)
        return text.isEmpty || text.hasPrefix(":") || Self.heartbeatTypes.contains(type.lowercased())
    }
}
