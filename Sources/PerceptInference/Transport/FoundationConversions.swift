#if !canImport(Glibc) || PERCEPT_URL_SESSION
    import Foundation
    import HTTPTypes

    #if canImport(FoundationNetworking)
        import FoundationNetworking
    #endif

    extension URLRequest {
        /// Converts `request`, including its token.
        init(_ request: TransportRequest) {
            self.init(url: request.url)
            httpMethod = request.method.rawValue
            for field in request.headers { addValue(field.value, forHTTPHeaderField: field.name.rawName) }
            if let token = request.token { setValue(token.authorizationHeader, forHTTPHeaderField: "Authorization") }
            if request.bodyFile == nil { httpBody = Data(request.body) }
        }
    }

    extension URLSession {
        /// Creates a task for `request`; its body may be a file.
        func task(for request: TransportRequest, _ urlRequest: URLRequest) -> URLSessionDataTask {
            request.bodyFile.map { uploadTask(with: urlRequest, fromFile: URL(filePath: $0.path)) }
                ?? dataTask(with: urlRequest)
        }
    }

    extension URLSessionConfiguration {
        /// A configuration without cookies, cache, stored credentials or files on disk.
        static var forgetful: URLSessionConfiguration {
            let configuration = URLSessionConfiguration.ephemeral
            configuration.httpCookieStorage = nil
            configuration.httpShouldSetCookies = false
            configuration.httpCookieAcceptPolicy = .never
            configuration.urlCache = nil
            configuration.urlCredentialStorage = nil
            configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
            // With the default of a few connections, requests would wait in an invisible queue with their timeouts
            // running. On Linux, some never leave that queue if a connection fails.
            configuration.httpMaximumConnectionsPerHost = 128
            return configuration
        }
    }

    extension TransportReply {
        /// Converts the head of a response.
        init(_ response: HTTPURLResponse) {
            var headers = HTTPFields()
            for case let (name as String, value as String) in response.allHeaderFields {
                if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
            }
            self.init(status: response.statusCode, headers: headers)
        }
    }

    extension TransportError {
        /// Converts an error of Foundation by its meaning for the request.
        init(_ error: any Error) {
            let words = error.localizedDescription.excerpt(limit: 200)
            guard let code = (error as? URLError)?.code else {
                self.init(.connectionLost, problem: "the connection failed: \(words)")
                return
            }
            switch code {
            case .cannotConnectToHost:
                self.init(.notConnected, problem: "cannot connect")
            case .cannotFindHost, .dnsLookupFailed:
                self.init(.notConnected, problem: "unknown host")
            case .notConnectedToInternet, .internationalRoamingOff, .dataNotAllowed:
                self.init(.notConnected, problem: "no network connection")
            case .timedOut:
                self.init(.timedOut, problem: "no response in time")
            case .cancelled:
                self.init(.cancelled, problem: "cancelled")
            case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
                .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected,
                .clientCertificateRequired:
                self.init(.notSecure, problem: "no secure connection: \(words)")
            case _ where words.hasPrefix("SSL ") || words.hasPrefix("TLS ") || words.contains("certificate"):
                // Linux has no error code for this, only libcurl's text: “SSL certificate problem: …”.
                self.init(.notSecure, problem: "no secure connection: \(words)")
            case .badServerResponse:
                // The error on Linux if the server closes a connection after a request.
                self = .closedWithoutAnswer
            case .cannotParseResponse, .cannotDecodeRawData, .cannotDecodeContentData:
                self.init(.answerMalformed, problem: "the response is not HTTP: \(words)")
            default:
                self.init(.connectionLost, problem: "the connection failed: \(words)")
            }
        }
    }
#endif
