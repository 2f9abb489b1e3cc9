import Foundation
import HTTPTypes
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptInference

// Foundation on Linux crashes or hangs for some of these, which is why libcurl is used there directly.
#if canImport(Glibc)
    extension SocketTests {
        /// Unusual heads and bodies that RFC 9110 and 9112 allow, or that result from damage.
        @Suite struct OddAnswerTests {
            private let body = Array("[1]".utf8)

            private func reply(
                _ steps: [ScriptedServer.Step], timeout: Duration = .patience
            ) async throws -> Result<TransportReply, TransportError> {
                let server = try ScriptedServer { _ in steps }
                let transport = CurlTransport()
                let request = TransportRequest(
                    url: server.url, headers: [.contentType: "application/json"], token: try AccessToken(secret),
                    body: Array("{}".utf8), responseByteLimit: 1 << 20, timeout: timeout)
                do throws(TransportError) {
                    return .success(try await transport.send(request))
                } catch {
                    return .failure(error)
                }
            }

            @Test(arguments: [
                // §7.1.2: trailers after a chunked body, and extensions of its chunks (§7.1.1).
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\n[1]\r\n0\r\n"
                    + "X-Trailer: 1\r\nX-Other: 2\r\n\r\n",
                // §4: the reason phrase may be missing, with some servers also the space before it.
                "HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\n[1]", "HTTP/1.1 200\r\nContent-Length: 3\r\n\r\n[1]",
                // §2.2: a single line feed may end a line.
                "HTTP/1.1 200 OK\nContent-Length: 3\n\n[1]",
                // RFC 9110 §15.2: any number of interim responses may precede the final one.
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                    + "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[1]",
                // §6.3: without a length the body ends with the connection.
                "HTTP/1.0 200 OK\r\n\r\n[1]", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[1]",
                // §5.2: an obsolete line fold.
                "HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 3\r\n\r\n[1]",
            ])
            func wellFormedAnswersAreTaken(wire: String) async throws {
                let reply = try await reply([.send(Array(wire.utf8)), .close]).get()
                #expect(reply.status == 200)
                #expect(reply.body == body)
                #expect(reply.headers.value("x-trailer") == nil)
            }

            @Test func invalidUTF8InAHeadIsHarmless() async throws {
                let head = Array("HTTP/1.1 400 ".utf8) + [0xFC, 0x0D, 0x0A] + Array("X-Error-Message: f".utf8) + [0xFC]
                let wire = head + Array("r\r\nX-Request-Id: r7\r\nContent-Length: 3\r\n\r\n[1]".utf8)
                let reply = try await reply([.send(wire), .close]).get()
                #expect(reply.status == 400)
                #expect(reply.headers.value("x-request-id") == "r7")
                #expect(reply.body == body)
            }

            @Test(arguments: [
                "WWW-Authenticate: Basic realm=\"x\", Digest nonce=", "WWW-Authenticate: =,=,", "WWW-Authenticate:",
                "Proxy-Authenticate: Negotiate", "Set-Cookie: =;=", "Content-Type: ;;;=",
                "Cache-Control: max-age=99999999999999999999",
            ])
            func headersThatMakeNoSenseAreLeftAlone(line: String) async throws {
                for status in [200, 401, 407] {
                    let reply = try await reply([.send(wire(status, "[1]", headers: [line])), .close]).get()
                    #expect(reply.status == status)
                    #expect(reply.body == body)
                }
            }

            @Test func aRedirectToAnInvalidURLIsAResponse() async throws {
                for place in ["", "ht tp://[::bad", "file:///etc/passwd"] {
                    let reply = try await reply([.send(wire(307, "[1]", headers: ["Location: \(place)"])), .close])
                        .get()
                    #expect(reply.status == 307)
                }
            }

            /// gzip and deflate of `[1]` by Python 3.11's gzip.compress and zlib.compress.
            @Test func compressedResponsesAreDecompressed() async throws {
                let packed: [(String, String)] = [
                    ("gzip", "H4sIAAAAAAACA4s2jAUAuDIvTAMAAAA="), ("deflate", "eJyLNowFAAHTAOo="),
                ]
                for (encoding, base64) in packed {
                    let bytes = try Base64.decode(base64)
                    let head =
                        "HTTP/1.1 200 OK\r\nContent-Encoding: \(encoding)\r\nContent-Length: \(bytes.count)\r\n\r\n"
                    #expect(try await reply([.send(Array(head.utf8) + bytes), .close]).get().body == body)
                }
            }

            @Test(arguments: [
                "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 99 x\r\n\r\n", "HTTP/1.1 1000 x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n[1]", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[1]\r\n",
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n[1]",
            ])
            func damageIsAnError(wire: String) async throws {
                let failure = try await reply([.send(Array(wire.utf8)), .close])
                guard case .failure(let error) = failure else {
                    Issue.record("\(failure)")
                    return
                }
                #expect(error.kind == .answerMalformed || error.kind == .connectionLost)
            }

            @Test func anEndlessHeadIsRejected() async throws {
                let line = Array("X-A: \(String(repeating: "y", count: 4000))\r\n".utf8)
                let failure = try await reply([.send(Array("HTTP/1.1 200 OK\r\n".utf8)), .flood(line, times: 100_000)])
                guard case .failure = failure else {
                    Issue.record("\(failure)")
                    return
                }
            }

            /// The server closes the kept connection while it is idle, or when the next request arrives.
            @Test(arguments: [true, false]) func aClosedKeptConnectionIsReplaced(isClosedAtOnce: Bool) async throws {
                let server = try ScriptedServer { request in
                    request.contains("first")
                        ? [.send(wire(200, "[1]"))] + (isClosedAtOnce ? [.close] : [])
                        : request.contains("second") ? [.close] : [.send(wire(200, "[1]"))]
                }
                let transport = CurlTransport()
                func send(_ text: String) async throws -> Int {
                    try await transport.send(
                        TransportRequest(url: server.url, body: Array(text.utf8), timeout: .patience)
                    ).status
                }
                #expect(try await send("first") == 200)
                #expect(try await send("third") == 200)
                #expect(server.connectionCount == (isClosedAtOnce ? 2 : 1))
            }

            /// Many concurrent requests, twice: each gets its own response, and connections are reused the second time.
            @Test func connectionsAreReused() async throws {
                let server = try ScriptedServer { request in
                    [.pause(milliseconds: 20), .send(wire(200, String(request.suffix(3))))]
                }
                let transport = CurlTransport()
                for _ in 0..<2 {
                    try await withThrowingTaskGroup(of: Bool.self) { group in
                        for number in 100..<116 {
                            group.addTask {
                                let body = Array("\(number)".utf8)
                                let request = TransportRequest(url: server.url, body: body, timeout: .patience)
                                return try await transport.send(request).body == body
                            }
                        }
                        for try await isOwn in group { #expect(isOwn) }
                    }
                }
                #expect(server.requests.count == 32)
                #expect(server.connectionCount <= 16)
            }

            @Test func aLargeUploadDoesNotWaitForContinue() async throws {
                let server = try ScriptedServer { _ in [.send(wire(200, "[1]"))] }
                let transport = CurlTransport()
                let upload = [UInt8](repeating: 0x20, count: 2 << 20)
                _ = try await transport.send(TransportRequest(url: server.url, body: upload, timeout: .patience))
                _ = try await transport.send(TransportRequest(url: server.url, timeout: .patience))
                #expect(server.requests.count == 2)
                #expect(!server.requests.contains { $0.lowercased().contains("expect:") })
                // An empty body has a length too, which servers require.
                #expect(server.requests.last?.lowercased().contains("\r\ncontent-length: 0\r\n") == true)
            }
        }
    }
#endif
