#if !canImport(Glibc) || PERCEPT_URL_SESSION
    import Foundation
    import HTTPTypes

    #if canImport(FoundationNetworking)
        import FoundationNetworking
    #endif

    extension URLRequest {
        /// What Foundation sends for `request`, with its token.
        init(_ request: TransportRequest) {
            self.init(url: request.url)
            httpMethod = request.method.rawValue
            for field in request.headers { addValue(field.value, forHTTPHeaderField: field.name.rawName) }
            if let token = request.token { setValue(token.authorizationHeader, forHTTPHeaderField: "Authorization") }
            if request.bodyFile == nil { httpBody = Data(request.body) }
        }
    }

    extension URLSession {
        /// A task for `request`, whose body may be a file.
        func task(for request: TransportRequest, _ urlRequest: URLRequest) -> URLSessionDataTask {
            request.bodyFile.map { uploadTask(with: urlRequest, fromFile: URL(filePath: $0.path)) }
                ?? dataTask(with: urlRequest)
        }
    }

    extension URLSessionConfiguration {
        /// No cookies, no cache, no stored credentials, nothing on disk.
        static var forgetful: URLSessionConfiguration {
            let configuration = URLSessionConfiguration.ephemeral
            configuration.httpCookieStorage = nil
            configuration.httpShouldSetCookies = false
            configuration.httpCookieAcceptPolicy = .never
            configuration.urlCache = nil
            configuration.urlCredentialStorage = nil
            configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
            // Of a few connections only, the default, requests would wait in a queue that nobody sees, their clocks running; on
            // Linux some wait there for good when a connection breaks off.
            configuration.httpMaximumConnectionsPerHost = 128
            return configuration
        }
    }

    extension TransportReply {
        /// The head of an answer.
        init(_ response: HTTPURLResponse) {
            var headers = HTTPFields()
            for case let (name as String, value as String) in response.allHeaderFields {
                if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
            }
            self.init(status: response.statusCode, headers: headers)
        }
    }

    extension TransportError {
        /// Foundation's errors sorted by what they mean for the request.
        init(_ error: any Error) {
            let words = error.localizedDescription.excerpt(limit: 200)
            guard let code = (error as? URLError)?.code else {
                self.init(.connectionLost, problem: "the connection failed: \(words)")
                return
            }
            switch code {
            case .cannotConnectToHost:
                self.init(.notConnected, problem: "nothing answers there")
            case .cannotFindHost, .dnsLookupFailed:
                self.init(.notConnected, problem: "there is no such host")
            case .notConnectedToInternet, .internationalRoamingOff, .dataNotAllowed:
                self.init(.notConnected, problem: "there is no network connection")
            case .timedOut:
                self.init(.timedOut, problem: "no answer in time")
            case .cancelled:
                self.init(.cancelled, problem: "cancelled")
            case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
                .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected,
                .clientCertificateRequired:
                self.init(.notSecure, problem: "no secure connection: \(words)")
            case _ where words.hasPrefix("SSL ") || words.hasPrefix("TLS ") || words.contains("certificate"):
                // Linux has no code for it, but libcurl's words: "SSL certificate problem: …".
                self.init(.notSecure, problem: "no secure connection: \(words)")
            case .badServerResponse:
                // What Linux says when the server closes a connection that it was sent a request on.
                self = .closedWithoutAnswer
            case .cannotParseResponse, .cannotDecodeRawData, .cannotDecodeContentData:
                self.init(.answerMalformed, problem: "what came back is no HTTP answer: \(words)")
            default:
                self.init(.connectionLost, problem: "the connection failed: \(words)")
            }
        }
    }
#endif
