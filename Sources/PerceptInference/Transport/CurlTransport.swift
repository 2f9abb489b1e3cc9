#if canImport(Glibc)
    import FoundationEssentials
    import PerceptCore
    import Synchronization

    /// Sends requests with libcurl: no cookies, no cache, nothing on disk, and redirects are not followed.
    ///
    /// Connections are kept and reused as long as the value lives; one value is enough for a whole program. Proxies
    /// come from the environment (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`), except for plain http to this
    /// machine. The trusted certificates are the system's, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name when
    /// the value is created. A kept connection that turns out to be closed is replaced.
    final class CurlTransport: HTTPTransport {
        /// The maximum time to connect, including name resolution and TLS.
        let connectTimeout: Duration
        /// Read once, because other threads may change the environment.
        private let authorities: CertificateAuthorities?
        private let connections = CurlConnections()

        init(
            connectTimeout: Duration = .seconds(30), authorities: CertificateAuthorities? = .named()
        ) {
            LoopbackProxyExemption.apply()
            self.connectTimeout = connectTimeout
            self.authorities = authorities
        }

        /// True: a file is sent piece by piece; see ``TransportRequest/bodyFile``.
        var sendsFiles: Bool { true }

        func send(_ request: TransportRequest) async throws(TransportError) -> TransportReply {
            var request = request
            request.streamDuration = request.timeout
            let stream = try await stream(request)
            var reply = TransportReply(status: stream.status, headers: stream.headers)
            for try await piece in stream.body { reply.body += piece }
            return reply
        }

        func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
            let answer = ArrivingAnswer(to: request, connectTimeout: connectTimeout)
            CurlTransfer.begin(
                request, answer, over: connections, trusting: authorities, connectTimeout: connectTimeout)
            return try await TransportStream(answer)
        }
    }

    /// The certificate authorities to trust instead of the system's.
    ///
    /// `SSL_CERT_FILE` names a PEM file, `SSL_CERT_DIR` a folder of such files prepared by `openssl rehash`. As in
    /// OpenSSL, the first replaces the system's file, the second its folder.
    struct CertificateAuthorities: Sendable, Hashable {
        var file: String?
        var folder: String?

        /// Returns the authorities that the environment names, or `nil`.
        static func named(
            in environment: [String: String] = ProcessEnvironment.variables
        ) -> CertificateAuthorities? {
            func path(_ variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
            let named = CertificateAuthorities(file: path("SSL_CERT_FILE"), folder: path("SSL_CERT_DIR"))
            return named.file == nil && named.folder == nil ? nil : named
        }
    }
#endif
