public import HTTPTypes
import Synchronization

/// An answer whose body is still arriving.
public struct TransportStream: Sendable {
    public var status: Int
    public var headers: HTTPFields
    public var body: TransportBody

    public init(status: Int, headers: HTTPFields = [:], body: TransportBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer that is there already.
    public init(_ reply: TransportReply) {
        self.init(status: reply.status, headers: reply.headers, body: TransportBody(reply.body))
    }
}

/// The bytes of an answer in the pieces in which they arrive; read once, by one task.
///
/// The transfer keeps pace with its reader: what is not read holds the sender up. It is stopped when the reading task is
/// cancelled, and when the last copy of this value is gone.
public struct TransportBody: AsyncSequence, Sendable {
    /// Ends the transfer with the last value that refers to it.
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

    /// Bytes that are given away once.
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

    /// - Parameters:
    ///   - next: gives the next piece, `nil` at the end of the body, and an error once the calling task is cancelled.
    ///   - stop: ends the transfer, if it has not ended; called at least once, from any task.
    public init(
        next: @escaping @Sendable () async throws(TransportError) -> [UInt8]?, stop: @escaping @Sendable () -> Void
    ) {
        source = Source(next: next, stop: stop)
    }

    /// A body that is there already.
    public init(_ bytes: [UInt8]) {
        let rest = Rest(bytes)
        self.init(next: { rest.take() }, stop: {})
    }

    public struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let source: Source

        public mutating func next() async throws(TransportError) -> [UInt8]? {
            try await source.next()
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(TransportError) -> [UInt8]? {
            try await source.next()
        }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(source: source) }

    /// Ends the transfer now, whoever else refers to it.
    func stop() { source.stop() }

    /// Reads to the end of the body, or to the first piece that goes beyond `byteLimit` bytes, cutting that one.
    func prefix(bytes byteLimit: Int) async throws(TransportError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < byteLimit, let piece = try await source.next() {
            bytes += piece.prefix(byteLimit - bytes.count)
        }
        return bytes
    }
}
