import Foundation
import HTTPTypes
import PerceptTestSupport
import Synchronization
import Testing

@testable import PerceptInference

// Linux only: on other systems, a keychain has the authorities.
#if canImport(Glibc)
    extension SocketTests {
        /// HTTPS to a server with a certificate that no system trusts; the oracle is OpenSSL, which creates it and acts
        /// as the TLS server.
        @Suite(.enabled(if: SecureServer.openSSL != nil, "openssl is not on the PATH"))
        struct CertificateAuthorityTests {
            private func request(
                _ server: SecureServer, host: String = "localhost", body: [UInt8] = Array("{}".utf8)
            ) throws -> TransportRequest {
                TransportRequest(
                    url: try #require(URL(string: "https://\(host):\(server.port)/x?y=1")),
                    headers: [.contentType: "application/json", .accept: "application/json"],
                    token: try AccessToken(secret), body: body, responseByteLimit: 1 << 20, timeout: .patience)
            }

            private func transport(file: String? = nil, folder: String? = nil) throws -> CurlTransport {
                CurlTransport(authorities: CertificateAuthorities(file: file, folder: folder))
            }

            private func error(
                _ transport: any HTTPTransport, _ request: TransportRequest
            ) async -> TransportError? {
                do throws(TransportError) {
                    _ = try await transport.send(request)
                    return nil
                } catch {
                    return error
                }
            }

            private func answering(_ pieces: [UInt8]...) throws -> SecureServer {
                let pieces = pieces
                return try SecureServer { _ in pieces.map { piece in { piece } } }
            }

            @Test func anUnknownAuthorityIsRejectedWithoutRetry() async throws {
                let server = try answering(wire(200, "[1]"))
                for carrier in Carrier.allCases {
                    let unknown = await error(carrier.transport(), try request(server))
                    #expect(unknown?.kind == .notSecure)
                    #expect(unknown?.problem.contains("certificate") == true)
                }
                let client = InferenceClient(token: nil, endpoint: .dedicated(try request(server).url))
                let failure = await PerceptInferenceTests.failure { try await client.send(AnyTask()) }
                #expect(failure?.kind == .unreachable)
                #expect(failure?.retryAdvice == .never)
                #expect(failure?.remedy?.contains("SSL_CERT_FILE") == true)
                #expect(server.requests.isEmpty)
            }

            @Test func theNamedAuthorityIsTrusted() async throws {
                let server = try answering(wire(200, "[1]", headers: ["X-Request-Id: r7", "Content-Type: text/plain"]))
                for authority in [(server.authorityFile, nil), (nil, server.authorityFolder)] as [(String?, String?)] {
                    // Sequential, because openssl serves one connection at a time and this one is kept.
                    let transport = try transport(file: authority.0, folder: authority.1)
                    let reply = try await transport.send(try request(server))
                    #expect(reply.status == 200)
                    #expect(reply.body == Array("[1]".utf8))
                    #expect(reply.headers.value("x-request-id") == "r7")
                }
                #expect(server.requests.count == 2)
                let lines = try #require(server.requests.first).components(separatedBy: "\r\n")
                #expect(lines[0] == "POST /x?y=1 HTTP/1.1")
                #expect(
                    lines.filter { $0.lowercased().hasPrefix("authorization:") } == ["Authorization: Bearer \(secret)"])
                #expect(lines.contains { $0.lowercased() == "content-type: application/json" })
                #expect(lines.contains { $0.lowercased() == "content-length: 2" })
                #expect(lines.last == "{}")
            }

            @Test func otherAuthoritiesAndHostsAreRejected() async throws {
                let (server, other) = (try answering(wire(200, "[1]")), try answering())
                let folder = try TemporaryFolder()
                let nonsense = try folder.write(Array("no certificate".utf8), as: "a.pem")
                for transport in [
                    try transport(file: other.authorityFile), try transport(file: "/nonexistent.pem"),
                    try transport(file: nonsense),
                ] {
                    #expect(await error(transport, try request(server))?.kind == .notSecure)
                }
                // The certificate is for localhost.
                let trusting = try transport(file: server.authorityFile)
                #expect(await error(trusting, try request(server, host: "127.0.0.1"))?.kind == .notSecure)
                #expect(server.requests.isEmpty)
            }

            @Test func largeBodiesGoBothWaysFromFilesToo() async throws {
                let text = String(repeating: "0123456789", count: 60_000)
                let server = try answering(wire(200, text))
                let trusting = try transport(file: server.authorityFile)
                let folder = try TemporaryFolder()
                var fromFile = try request(server, body: [])
                let path = try folder.write(Array(text.utf8), as: "body")
                fromFile.bodyFile = TransportRequest.BodyFile(path: path, byteCount: text.utf8.count)
                for request in [try request(server, body: Array(text.utf8)), fromFile] {
                    #expect(try await trusting.send(request).body == Array(text.utf8))
                }
                #expect(server.requests.count == 2)
                for request in server.requests { #expect(request.hasSuffix(text)) }
            }

            @Test func eventsArriveBeforeTheNextIsSent() async throws {
                let goOn = DispatchSemaphore(value: 0)
                let head = Array("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n".utf8)
                let server = try SecureServer { _ in
                    [
                        { head },
                        {
                            goOn.wait()
                            return Array("data: 1\n\n".utf8)
                        },
                        {
                            goOn.wait()
                            return Array("data: 2\n\n".utf8)
                        },
                    ]
                }
                let stream = try await transport(file: server.authorityFile).stream(try request(server))
                #expect(stream.headers[.contentType] == "text/event-stream")
                var pieces = stream.body.makeAsyncIterator()
                goOn.signal()
                #expect(try await pieces.next() == Array("data: 1\n\n".utf8))
                goOn.signal()
                #expect(try await pieces.next() == Array("data: 2\n\n".utf8))
            }

            @Test func limitsTimeAndCancellationHold() async throws {
                let server = try answering(wire(200, "[1]", length: 1 << 30))
                let trusting = try transport(file: server.authorityFile)
                #expect(await error(trusting, try request(server))?.kind == .answerTooLarge)
                let silent = try answering()
                let waiting = try transport(file: silent.authorityFile)
                var short = try request(silent)
                short.timeout = .milliseconds(300)
                #expect(await error(waiting, short)?.kind == .timedOut)
                let long = try request(silent)
                let task = Task { await error(waiting, long) }
                while silent.requests.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
                task.cancel()
                #expect(await task.value?.kind == .cancelled)
                let nobody = await error(
                    trusting, TransportRequest(url: try #require(URL(string: "https://x.invalid/"))))
                #expect(nobody?.kind == .notConnected)
            }

            @Test func theEnvironmentNamesThem() {
                typealias Authorities = CertificateAuthorities
                #expect(Authorities.named(in: [:]) == nil)
                #expect(Authorities.named(in: ["SSL_CERT_FILE": "", "SSL_CERT_DIR": ""]) == nil)
                #expect(Authorities.named(in: ["SSL_CERT_FILE": "/a.pem"]) == Authorities(file: "/a.pem"))
                #expect(
                    Authorities.named(in: ["SSL_CERT_FILE": "/a.pem", "SSL_CERT_DIR": "/b"])
                        == Authorities(file: "/a.pem", folder: "/b"))
            }
        }
    }
#endif
