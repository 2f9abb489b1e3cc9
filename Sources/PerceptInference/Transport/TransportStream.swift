public import HTTPTypes
import Synchronization

/// A response with a body that is still arriving.
public struct TransportStream: Sendable {
    /// The status code.
    public var status: Int
    /// The headers.
    public var headers: HTTPFields
    /// The body.
    public var body: TransportBody

    /// Creates a response.
    public init(status: Int, headers: HTTPFields = [:], body: TransportBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Creates a stream from a whole response.
    init(_ reply: TransportReply) {
        self.init(status: reply.status, headers: reply.headers, body: TransportBody(reply.body))
    }
}

/// The bytes of a response in pieces as they arrive; read once, by one task.
///
/// Unread data pauses the sender. The transfer is stopped when the reading task is cancelled, or when the last copy of
/// this value is released.
public struct TransportBody: AsyncSequence, Sendable {
    /// Ends the transfer when the last reference is released.
    fileprivate final class Source: Sendable {
        let next: @Sendable () async throws(TransportError) -> [UInt8]?
        let stop: @Sendable () -> Void

        init(
            next: @escaping @Sendable () async throws(TransportError) -> [UInt8]?, stop: @escaping @Sendable () -> Void
        ) {
            self.next = next
            self.stop = stop
        }

        deinit {
            stop()
        }
    }

    /// Bytes that are returned once.
    private final class Rest: Sendable {
        private let bytes: Mutex<[UInt8]>

        init(_ bytes: [UInt8]) {
            self.bytes = Mutex(bytes)
        }

        func take() -> [UInt8]? {
            bytes.withLock { bytes in
                defer { bytes = [] }
                return bytes.isEmpty ? nil : bytes
            }
        }
    }

    private let source: Source

    /// Creates a body.
    ///
    /// - Parameters:
    ///   - next: Returns the next piece, or `nil` at the end of the body; throws after the calling task was cancelled.
    ///   - stop: Ends the transfer if it is still active; called at least once, from any task.
    public init(
        next: @escaping @Sendable () async throws(TransportError) -> [UInt8]?, stop: @escaping @Sendable () -> Void
    ) {
        source = Source(next: next, stop: stop)
    }

    /// Creates a body from bytes in memory.
    public init(_ bytes: [UInt8]) {
        let rest = Rest(bytes)
        self.init(next: { rest.take() }, stop: {})
    }

    /// An iterator over the pieces.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let source: Source

        /// Returns the next piece, or `nil` at the end of the body.
        public mutating func next() async throws(TransportError) -> [UInt8]? {
            try await source.next()
        }

        /// Returns the next piece, or `nil` at the end of the body.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(TransportError) -> [UInt8]? {
            try await source.next()
        }
    }

    /// Returns an iterator; the body can be read only once.
    public func makeAsyncIterator() -> Iterator { Iterator(source: source) }

    /// Ends the transfer now, whatever else refers to it.
    func stop() { source.stop() }

    /// Reads to the end of the body, or until `byteLimit` bytes, where the last piece is truncated.
    func prefix(bytes byteLimit: Int) async throws(TransportError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < byteLimit, let piece = try await source.next() {
            bytes += piece.prefix(byteLimit - bytes.count)
        }
        return bytes
    }
}
