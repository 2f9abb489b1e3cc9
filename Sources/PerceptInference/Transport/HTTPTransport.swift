public import HTTPTypes

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Sends one request to a server and returns the response.
///
/// Implement it to use another HTTP library, or to answer from a closure in a test.
public protocol HTTPTransport: Sendable {
    /// Sends `request` and collects the whole response.
    ///
    /// Any status is returned as a response, including redirects, which are not followed. Cancelling the calling task
    /// stops the transfer at once.
    func send(_ request: TransportRequest) async throws(TransportError) -> TransportReply

    /// Sends `request` and returns when the head of the response has arrived; the body follows as it arrives.
    ///
    /// ``TransportRequest/timeout`` applies to the head and to each pause after it, ``TransportRequest/streamDuration``
    /// to the whole response. The default implementation collects the response first.
    func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream

    /// True (the default) if requests leave the process; otherwise they need no token.
    var reachesNetwork: Bool { get }

    /// True if ``TransportRequest/bodyFile`` is supported. By default it is false, and files are read into memory.
    var sendsFiles: Bool { get }
}

extension HTTPTransport {
    /// The default: true.
    public var reachesNetwork: Bool { true }
    /// The default: false.
    public var sendsFiles: Bool { false }

    /// The default: collects the whole response first.
    public func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
        TransportStream(try await send(request))
    }
}

/// A request for a transport.
public struct TransportRequest: Sendable {
    /// The URL.
    public var url: URL
    /// The HTTP method.
    public var method: HTTPRequest.Method
    /// All headers except `Authorization`.
    public var headers: HTTPFields
    /// The token, kept apart from the headers so that printing or capturing a request cannot leak it. The transport
    /// adds ``AccessToken/authorizationHeader`` when sending.
    public var token: AccessToken?
    /// The body, unless ``bodyFile`` is set.
    public var body: [UInt8]
    /// A file that is the body; only for transports with ``HTTPTransport/sendsFiles``.
    public var bodyFile: BodyFile?
    /// The owner of that file if it is temporary; the file is deleted with it.
    var spooledBody: SpooledBody?
    /// The maximum size of the response's body in bytes; the transfer is stopped above it.
    public var responseByteLimit: Int
    /// The maximum time from the first byte sent to the last one received; for streamed responses, see
    /// ``HTTPTransport/stream(_:)``.
    public var timeout: Duration
    /// The maximum duration of a streamed response, however active it is.
    public var streamDuration: Duration

    /// A file as a body.
    public struct BodyFile: Sendable, Hashable {
        /// The path of the file.
        public var path: String
        /// The size in bytes when the request was created.
        public var byteCount: Int

    }

    /// The size of the body in bytes, from memory or file.
    public var bodyByteCount: Int { bodyFile?.byteCount ?? body.count }

    /// Creates a request.
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

/// A whole response.
public struct TransportReply: Sendable {
    /// The status code.
    public var status: Int
    /// The headers.
    public var headers: HTTPFields
    /// The body.
    public var body: [UInt8]

    /// Creates a response.
    public init(status: Int, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// A failure to get a whole response.
public struct TransportError: Error, Sendable, Hashable {
    /// The kind of failure.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// No connection was established (unknown host, refused, no network), so nothing was sent.
        case notConnected
        /// The connection was interrupted.
        case connectionLost
        /// The server's certificate is not trusted, or no secure connection could be established.
        case notSecure
        case timedOut
        /// The body exceeds ``TransportRequest/responseByteLimit``.
        case answerTooLarge
        case cancelled
        /// The response is not HTTP.
        case answerMalformed
        /// The library for sending requests is missing.
        case notAvailable
    }

    /// The kind of failure.
    public var kind: Kind
    /// A description of the failure, without a full stop.
    public var problem: String

    /// Creates an error.
    public init(_ kind: Kind, problem: String) {
        self.kind = kind
        self.problem = problem
    }

    /// The error for a connection that was closed before a response.
    static let closedWithoutAnswer = TransportError(
        .connectionLost, problem: "the server closed the connection without a response")

    /// The error for a connection that was not established within `timeout`.
    static func noConnection(within timeout: Duration) -> TransportError {
        TransportError(.notConnected, problem: "could not connect within \(timeout)")
    }

    /// Returns the error for a body that exceeds `limit` bytes.
    static func answerTooLarge(_ limit: Int) -> TransportError {
        TransportError(.answerTooLarge, problem: "the response exceeds the limit of \(limit) bytes")
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
