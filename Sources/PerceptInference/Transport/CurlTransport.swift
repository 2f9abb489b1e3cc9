#if canImport(Glibc)
    import Foundation
    import Synchronization

    /// Carries requests by libcurl: no cookies, no cache, nothing on disk, no redirect
    /// followed.
    ///
    /// Connections are kept and reused as long as the value lives; one is enough for a whole program. Proxies are those of the
    /// environment (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`), except for plain http to this machine itself. The
    /// certificates that are trusted are the system's, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name as the value is
    /// made. A kept connection that turns out to be closed is replaced by a new one.
    final class CurlTransport: HTTPTransport {
        /// How long a connection may take to come about, name look-up and TLS included.
        let connectTimeout: Duration
        /// Read once: the environment knows nothing of threads that change it.
        private let authorities: CertificateAuthorities?
        private let connections = CurlConnections()

        init(
            connectTimeout: Duration = .seconds(30), authorities: CertificateAuthorities? = .named()
        ) {
            LoopbackProxyExemption.apply()
            self.connectTimeout = connectTimeout
            self.authorities = authorities
        }

        /// A file is sent piece by piece; see ``TransportRequest/bodyFile``.
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
    /// `SSL_CERT_FILE` names a PEM file, `SSL_CERT_DIR` a folder of such files prepared by `openssl rehash`. As in OpenSSL, the
    /// first replaces the system's file, the second its folder.
    struct CertificateAuthorities: Sendable, Hashable {
        var file: String?
        var folder: String?

        /// Returns the authorities that the environment names, or `nil`.
        static func named(
            in environment: [String: String] = ProcessInfo.processInfo.environment
        ) -> CertificateAuthorities? {
            func path(_ variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
            let named = CertificateAuthorities(file: path("SSL_CERT_FILE"), folder: path("SSL_CERT_DIR"))
            return named.file == nil && named.folder == nil ? nil : named
        }
    }
#endif
