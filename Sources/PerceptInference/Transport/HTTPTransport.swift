public import Foundation
public import HTTPTypes

/// Carries one request to a server and its answer back.
///
/// Implement it to go through another HTTP library, or as a closure in a test.
public protocol HTTPTransport: Sendable {
    /// Sends `request` and collects the whole answer.
    ///
    /// Any status is an answer, redirects too: they are returned, not followed. A cancelled calling task stops the
    /// transfer at once.
    func send(_ request: TransportRequest) async throws(TransportError) -> TransportReply

    /// Sends `request` and gives the answer as soon as its head is there, the body as it arrives.
    ///
    /// ``TransportRequest/timeout`` is for the head and for each silence after it;
    /// ``TransportRequest/streamDuration`` for the whole. The default collects the answer first.
    func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream

    /// Whether requests leave the process (default `true`); those that do not need no token.
    var reachesNetwork: Bool { get }

    /// Whether a ``TransportRequest/bodyFile`` is sent (default `false`); it is read into memory for those that do not.
    var sendsFiles: Bool { get }
}

extension HTTPTransport {
    public var reachesNetwork: Bool { true }
    public var sendsFiles: Bool { false }

    public func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
        TransportStream(try await send(request))
    }
}

/// A request as a transport gets it.
public struct TransportRequest: Sendable {
    public var url: URL
    public var method: HTTPRequest.Method
    /// All headers but `Authorization`.
    public var headers: HTTPFields
    /// Kept apart from the headers so that printing or recording a request cannot leak it; the transport adds
    /// ``AccessToken/authorizationHeader`` as it sends.
    public var token: AccessToken?
    public var body: [UInt8]
    /// A file that is the body instead; only where the transport ``HTTPTransport/sendsFiles``.
    public var bodyFile: BodyFile?
    /// What that file goes away with, where it was made for this request.
    var spooledBody: SpooledBody?
    /// Bytes of the answer's body that are received at most; beyond them the transfer is stopped.
    public var responseByteLimit: Int
    /// From the first byte sent to the last one received; of a streamed answer see ``HTTPTransport/stream(_:)``.
    public var timeout: Duration
    /// The longest that a streamed answer may go on, however lively it is.
    public var streamDuration: Duration

    /// A file as a body.
    public struct BodyFile: Sendable, Hashable {
        public var path: String
        /// As it was when the request was made.
        public var byteCount: Int

        public init(path: String, byteCount: Int) {
            self.path = path
            self.byteCount = byteCount
        }
    }

    /// Bytes of the body, whichever it is.
    public var bodyByteCount: Int { bodyFile?.byteCount ?? body.count }

    public init(
        url: URL, method: HTTPRequest.Method = .post, headers: HTTPFields = [:], token: AccessToken? = nil,
        body: [UInt8] = [], responseByteLimit: Int = 64 << 20, timeout: Duration = .seconds(120),
        streamDuration: Duration = .seconds(3600)
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.token = token
        self.body = body
        self.responseByteLimit = responseByteLimit
        self.timeout = timeout
        self.streamDuration = streamDuration
    }
}

/// A whole answer.
public struct TransportReply: Sendable {
    public var status: Int
    public var headers: HTTPFields
    public var body: [UInt8]

    public init(status: Int, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Why there is no whole answer.
public struct TransportError: Error, Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// No connection came about (unknown host, refused, no network), so nothing was sent.
        case notConnected
        /// The connection broke off.
        case connectionLost
        /// The server's certificate is not trusted, or no secure connection could be agreed upon.
        case notSecure
        case timedOut
        /// The body exceeds ``TransportRequest/responseByteLimit``.
        case answerTooLarge
        case cancelled
        /// What came back is no HTTP.
        case answerMalformed
        /// The library that carries requests is missing.
        case notAvailable
    }

    public var kind: Kind
    /// What happened, a clause without a full stop.
    public var problem: String

    public init(_ kind: Kind, problem: String) {
        self.kind = kind
        self.problem = problem
    }

    /// The error for a connection that was closed where an answer was expected.
    static let closedWithoutAnswer = TransportError(
        .connectionLost, problem: "the server closed the connection without an answer")

    /// The error for a server that nothing could be sent to within `timeout`.
    static func noConnection(within timeout: Duration) -> TransportError {
        TransportError(.notConnected, problem: "no connection came about within \(timeout)")
    }

    /// The error for a body that exceeds `limit` bytes.
    public static func answerTooLarge(_ limit: Int) -> TransportError {
        TransportError(.answerTooLarge, problem: "the answer is larger than the limit of \(limit) bytes")
    }
}

extension HTTPFields {
    /// Returns the value of a header; the case of its name is ignored.
    func value(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { self[$0] }
    }

    /// Sets a header, unless `name` is not a valid header name.
    mutating func set(_ name: String, _ value: String) {
        if let name = HTTPField.Name(name) { self[name] = value }
    }
}
