import HTTPTypes
import PerceptCore
import Synchronization

/// Forwards requests to another transport and captures the exchanges as a tape.
///
///     let capture = CapturingTransport(client.transport)
///     client.transport = capture
///     …
///     let tape = capture.tape(note: "July responses")
///
/// Captures the method, path, Content-Type and body hash of each request, but never its body or token; a token that the
/// service echoes is replaced with `[token]`. Captures the status, headers and body of each response, without cookies
/// and headers about the connection. Requests without a response are not captured. Streamed responses are captured as
/// far as they were read.
public final class CapturingTransport: HTTPTransport {
    private let transport: any HTTPTransport
    private let exchanges = Mutex<[Tape.Exchange]>([])

    /// Creates a transport.
    ///
    /// - Parameter transport: The transport that sends the requests.
    public init(_ transport: any HTTPTransport) {
        self.transport = transport
    }

    /// True if the underlying transport reaches the network.
    public var reachesNetwork: Bool { transport.reachesNetwork }

    /// True if the underlying transport sends files.
    public var sendsFiles: Bool { transport.sendsFiles }

    /// Returns the tape captured so far, in the order in which responses were completed.
    ///
    /// - Parameter note: A note for readers of the tape.
    public func tape(note: String? = nil) -> Tape {
        Tape(note: note, exchanges: exchanges.withLock { $0 })
    }

    /// Sends a request and captures the exchange.
    public func send(_ request: TransportRequest) async throws(TransportError) -> TransportReply {
        let reply = try await transport.send(request)
        keep(reply, to: request)
        return reply
    }

    /// Sends a request, and captures the exchange when the response has been read.
    public func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
        let stream = try await transport.stream(request)
        // `nil` once it is on the tape, or lost.
        let received = Mutex<[UInt8]?>([])
        let finish: @Sendable () -> Void = { [self] in
            let body = received.withLock { received in
                defer { received = nil }
                return received
            }
            if let body {
                keep(TransportReply(status: stream.status, headers: stream.headers, body: body), to: request)
            }
        }
        let pieces = stream.body.makeAsyncIterator()
        let body = TransportBody(
            next: { () throws(TransportError) -> [UInt8]? in
                var pieces = pieces
                let piece: [UInt8]?
                do throws(TransportError) {
                    piece = try await pieces.next()
                } catch {
                    if error.kind != .cancelled { received.withLock { $0 = nil } }
                    throw error
                }
                if let piece { received.withLock { $0?.append(contentsOf: piece) } } else { finish() }
                return piece
            },
            stop: {
                finish()
                stream.body.stop()
            })
        return TransportStream(status: stream.status, headers: stream.headers, body: body)
    }

    /// Returns the hash of the body; `nil` if there is no body, or its file no longer exists.
    private func bodyHash(of request: TransportRequest) -> String? {
        guard request.bodyByteCount > 0 else { return nil }
        var hashing = Hashing(.sha256)
        let source = request.bodyFile.map { MediaSource.file($0.path) } ?? .bytes(request.body)
        do throws(InferenceError) {
            try source.forEachBlock { block in block.withUnsafeBytes { hashing.update($0) } }
        } catch {
            return nil
        }
        return hashing.finishHexadecimal()
    }

    private func keep(_ reply: TransportReply, to request: TransportRequest) {
        let path = TapeRequest(request).path
        let exchange = Tape.Exchange(
            request: Tape.RequestMatcher(
                method: request.method.rawValue, path: request.token?.redacted(from: path) ?? path,
                contentType: request.headers[.contentType]?.mediaTypeName,
                bodySHA256: bodyHash(of: request)),
            response: Tape.Response(reply, redacting: request.token))
        exchanges.withLock { exchanges in
            if let last = exchanges.indices.last, exchanges[last].request == exchange.request,
                exchanges[last].response == exchange.response
            {
                exchanges[last].repeatCount += 1
            } else {
                exchanges.append(exchange)
            }
        }
    }
}

extension Tape.Response {
    /// Headers about the connection, the time or the account, rather than the response.
    private static let droppedHeaders: Set<String> = [
        "set-cookie", "set-cookie2", "authorization", "proxy-authenticate", "www-authenticate", "content-length",
        "content-encoding", "transfer-encoding", "connection", "keep-alive", "server", "date", "alt-svc",
        "strict-transport-security",
    ]

    fileprivate init(_ reply: TransportReply, redacting token: AccessToken?) {
        let redacted: (String) -> String = { token?.redacted(from: $0) ?? $0 }
        var headers = HTTPFields()
        for field in reply.headers where !Self.droppedHeaders.contains(field.name.canonicalName) {
            headers.append(HTTPField(name: field.name, value: redacted(field.value)))
        }
        self.init(status: reply.status, headers: headers, body: .empty)
        guard !reply.body.isEmpty else { return }
        let type = reply.headers[.contentType]?.mediaTypeName ?? ""
        let isText = type.hasPrefix("text/") || type.contains("json") || type.isEmpty
        guard isText, let text = String(validating: reply.body, as: UTF8.self) else {
            body = .bytes(token?.redacted(from: reply.body) ?? reply.body)
            return
        }
        let kept = redacted(text)
        // Text with numbers that JSON values cannot represent is kept as text, so that it is replayed unchanged.
        if type == "application/json", let json = try? JSONValue(parsing: Array(kept.utf8)),
            (try? JSONValue(parsing: json.serialized())) == json
        {
            body = .json(json)
        } else {
            body = .text(kept)
        }
    }
}
