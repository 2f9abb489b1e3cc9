#if canImport(FoundationNetworking)
    import CCurl
    import Foundation
    import Synchronization

    /// Carries requests by libcurl, as Foundation brings it along on Linux: no cookies, no cache, nothing on disk, no redirect
    /// followed.
    ///
    /// Connections are kept and reused as long as the value lives; one is enough for a whole program. Proxies are those of the
    /// environment (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`), except for plain http to this machine itself. The
    /// certificates that are trusted are the system's, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name as the value is
    /// made. A kept connection that turns out to be closed is replaced by a new one.
    public final class CurlTransport: HTTPTransport {
        /// How long a connection may take to come about, name look-up and TLS included.
        public let connectTimeout: Duration
        /// Read once: the environment knows nothing of threads that change it.
        private let authorities: CertificateAuthorities?
        private let connections = CurlConnections()

        /// `nil` where there is no libcurl, as in a program that is linked statically.
        public convenience init?(connectTimeout: Duration = .seconds(30)) {
            self.init(connectTimeout: connectTimeout, authorities: .named())
        }

        init?(connectTimeout: Duration = .seconds(30), authorities: CertificateAuthorities?) {
            guard curl_is_available() else { return nil }
            LoopbackProxyExemption.apply()
            self.connectTimeout = connectTimeout
            self.authorities = authorities
        }

        /// A file is sent piece by piece; see ``TransportRequest/bodyFile``.
        public var sendsFiles: Bool { true }

        public func send(_ request: TransportRequest) async throws(TransportError) -> TransportReply {
            var request = request
            request.streamDuration = request.timeout
            let stream = try await stream(request)
            var reply = TransportReply(status: stream.status, headers: stream.headers)
            for try await piece in stream.body { reply.body += piece }
            return reply
        }

        public func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
            let answer = ArrivingAnswer(to: request, connectTimeout: connectTimeout)
            CurlTransfer.begin(
                request, answer, over: connections, trusting: authorities, connectTimeout: connectTimeout)
            return try await TransportStream(answer)
        }
    }
#endif
