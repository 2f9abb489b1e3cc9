import Foundation
import HTTPTypes
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptInference

/// The transports: libcurl on Linux, and Foundation's session, which also exists there in debug builds.
enum Carrier: CaseIterable {
    #if !canImport(Glibc) || PERCEPT_URL_SESSION
        case session
    #endif
    #if canImport(Glibc)
        case curl
    #endif

    func transport(connectTimeout: Duration = .seconds(30)) -> any HTTPTransport {
        switch self {
        #if !canImport(Glibc) || PERCEPT_URL_SESSION
            case .session: URLSessionTransport(connectTimeout: connectTimeout)
        #endif
        #if canImport(Glibc)
            case .curl: CurlTransport(connectTimeout: connectTimeout)
        #endif
        }
    }
}

extension SocketTests {
    /// Over real sockets, against a server that follows the test byte by byte.
    @Suite struct TransportTests {
        private func request(_ server: ScriptedServer, limit: Int = 1 << 20, timeout: Duration = .patience) throws
            -> TransportRequest
        {
            TransportRequest(
                url: server.url,
                headers: [.contentType: "image/png", .accept: "application/json", .userAgent: "percept/test"],
                token: try AccessToken(secret), body: pngSignature, responseByteLimit: limit, timeout: timeout)
        }

        private func failure(_ request: TransportRequest, by transport: any HTTPTransport) async -> TransportError? {
            do throws(TransportError) {
                _ = try await transport.send(request)
                return nil
            } catch {
                return error
            }
        }

        @Test(arguments: Carrier.allCases) func requestAndResponseAreUnchanged(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let server = try ScriptedServer { _ in
                [.send(wire(200, "[1]", headers: ["X-Request-Id: r7", "Set-Cookie: a=b"]))]
            }
            let reply = try await transport.send(try request(server))
            #expect(reply.status == 200)
            #expect(reply.body == Array("[1]".utf8))
            #expect(reply.headers.value("x-request-id") == "r7")
            _ = try await transport.send(try request(server))
            let lines = try #require(server.requests.last).components(separatedBy: "\r\n")
            #expect(lines.first == "POST /x HTTP/1.1")
            #expect(server.requests.last?.unicodeScalars.suffix(8).map { UInt8($0.value) } == pngSignature)
            func header(_ name: String) -> [String] {
                lines.filter { $0.lowercased().hasPrefix(name + ":") }.map { String($0.dropFirst(name.count + 2)) }
            }
            #expect(header("authorization") == ["Bearer \(secret)"])
            #expect(header("content-type") == ["image/png"])
            #expect(header("accept") == ["application/json"])
            #expect(header("user-agent") == ["percept/test"])
            #expect(header("content-length") == ["8"])
            #expect(header("cookie") == [])
            #expect(server.connectionCount == 1, "the connection is kept")
        }

        /// A body that is a file: its length is announced and all of it arrives, also on a kept connection.
        @Test(arguments: Carrier.allCases) func aFileIsSentUnchanged(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let server = try ScriptedServer { _ in [.send(wire(200, "[1]"))] }
            let bytes = pngSignature + (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            let folder = try TemporaryFolder()
            let path = try folder.write(bytes, as: "upload.png")
            var client = InferenceClient(token: nil, endpoint: .url(server.url), transport: transport)
            client.retry.maximumRetries = 0
            for _ in 0..<2 {
                _ = try await client.send(AnyTask(input: try MediaInput(.file(path))))
            }
            #expect(server.requests.count == 2)
            for request in server.requests {
                #expect(request.contains("\r\nContent-Type: image/png\r\n"))
                #expect(request.contains("\r\nContent-Length: 1000008\r\n"))
                #expect(!request.lowercased().contains("transfer-encoding"))
                #expect(request.unicodeScalars.suffix(bytes.count).map { UInt8($0.value) } == bytes)
            }
            #expect(server.connectionCount == 1)
            let gone = try MediaInput(.file(path))
            try FileManager.default.removeItem(atPath: path)
            await #expect(throws: InferenceError.self) { try await client.send(AnyTask(input: gone)) }
            #expect(server.requests.count == 2)
        }

        /// A file that no longer exists is an error, not a request without a body.
        @Test(arguments: Carrier.allCases) func aMissingFileIsAnError(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let server = try ScriptedServer { _ in [.send(wire(200, "[1]"))] }
            var request = TransportRequest(url: server.url, timeout: .patience)
            request.bodyFile = TransportRequest.BodyFile(path: "/nonexistent/upload.png", byteCount: 8)
            #expect(await failure(request, by: transport) != nil)
        }

        /// Speech to a server with OpenAI's API, from a file: the same form as from memory, twice.
        @Test(arguments: Carrier.allCases) func aFormIsSentFromAFile(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let server = try ScriptedServer { _ in [.send(wire(200, #"{"text":"x"}"#))] }
            let bytes = Array("fLaC".utf8) + (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            let folder = try TemporaryFolder()
            let path = try folder.write(bytes, as: "upload.flac")
            let client = InferenceClient(token: nil, endpoint: .openAI(server.url), transport: transport)
            for source in [MediaInput(bytes: bytes, mediaType: .flac), try MediaInput(.file(path))] {
                for _ in 0..<2 {
                    #expect(try await client.automaticSpeechRecognition(source, model: "whisper-1").text == "x")
                }
            }
            let bodies = Set(
                server.requests.map { $0.components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "|") })
            #expect(server.requests.count == 4)
            #expect(bodies.count == 1)
            #expect(bodies.first?.hasSuffix("\r\n--percept-form-0--\r\n") == true)
        }

        @Test(arguments: [200, 201, 400, 401, 404, 413, 429, 500, 503], Carrier.allCases)
        func everyStatusIsAnAnswer(status: Int, carrier: Carrier) async throws {
            let transport = carrier.transport()
            let server = try ScriptedServer { _ in
                [.send(wire(status, "{}", headers: ["WWW-Authenticate: Bearer", "Retry-After: 3"]))]
            }
            let reply = try await transport.send(try request(server))
            #expect(reply.status == status)
            #expect(reply.body == Array("{}".utf8))
            #expect(server.requests.count == 1)
        }

        @Test(arguments: [301, 302, 303, 307, 308], Carrier.allCases) func redirectsAreNotFollowed(
            status: Int, carrier: Carrier
        ) async throws {
            let transport = carrier.transport()
            let target = try ScriptedServer { _ in [.send(wire(200, "[]"))] }
            let location = "Location: \(target.url.absoluteString)"
            let server = try ScriptedServer { _ in [.send(wire(status, "", headers: [location]))] }
            let reply = try await transport.send(try request(server))
            #expect(reply.status == status)
            #expect(reply.headers[.location] == target.url.absoluteString)
            #expect(target.requests.isEmpty)
        }

        @Test(arguments: Carrier.allCases) func nothingIsSentToAnotherHost(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let target = try ScriptedServer { _ in [.send(wire(200, "[]"))] }
            let location = "Location: \(target.url.absoluteString)"
            let server = try ScriptedServer { _ in [.send(wire(307, "", headers: [location]))] }
            let client = InferenceClient(
                token: try AccessToken(secret), endpoint: .url(server.url), transport: transport)
            let error = await PerceptInferenceTests.failure { try await client.send(AnyTask()) }
            #expect(error?.kind == .redirected)
            #expect(target.connectionCount == 0)
        }

        @Test(arguments: Carrier.allCases) func aRedirectWithinTheHostIsFollowedByTheClient(carrier: Carrier)
            async throws
        {
            let transport = carrier.transport()
            let server = try ScriptedServer { request in
                [.send(request.hasPrefix("POST /x ") ? wire(307, "", headers: ["Location: /y"]) : wire(200, "[2]"))]
            }
            let client = InferenceClient(
                token: try AccessToken(secret), endpoint: .url(server.url), transport: transport)
            #expect(try await client.send(AnyTask()) == [2])
            #expect(server.requests.count == 2)
            #expect(server.requests.allSatisfy { $0.contains("Bearer \(secret)") })
        }

        @Test(arguments: Carrier.allCases) func theByteLimitStopsTheTransfer(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let announced = try ScriptedServer { _ in [.send(wire(200, "", length: 1 << 30)), .hold] }
            #expect(await failure(try request(announced, limit: 1000), by: transport)?.kind == .answerTooLarge)
            let chunk = Array("1000\r\n".utf8) + [UInt8](repeating: 0x20, count: 4096) + Array("\r\n".utf8)
            let endless = try ScriptedServer { _ in
                [.send(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)), .sendForever(chunk)]
            }
            #expect(await failure(try request(endless, limit: 100_000), by: transport)?.kind == .answerTooLarge)
            for server in [announced, endless] { await waitForHangUp(of: server) }
            let exact = try ScriptedServer { _ in [.send(wire(200, "12345"))] }
            #expect(try await transport.send(try request(exact, limit: 5)).body.count == 5)
            #expect(await failure(try request(exact, limit: 4), by: transport)?.kind == .answerTooLarge)
        }

        @Test(arguments: Carrier.allCases) func silenceAndTrickleTimeOut(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let silent = try ScriptedServer { _ in [.hold] }
            #expect(await failure(try request(silent, timeout: .milliseconds(200)), by: transport)?.kind == .timedOut)
            let trickle = try ScriptedServer { _ in
                [.send(wire(200, "", length: 1000))]
                    + (0..<1000).flatMap { _ in [.pause(milliseconds: 20), .send([0x20])] }
            }
            #expect(await failure(try request(trickle, timeout: .milliseconds(300)), by: transport)?.kind == .timedOut)
            for server in [silent, trickle] { await waitForHangUp(of: server) }
            let slow = try ScriptedServer { _ in [.pause(milliseconds: 300), .send(wire(200, "[3]"))] }
            #expect(try await transport.send(try request(slow)).body == Array("[3]".utf8))
        }

        @Test(arguments: Carrier.allCases) func cancellationStopsTheTransfer(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let server = try ScriptedServer { _ in [.send(wire(200, "", length: 1000)), .hold] }
            let request = try request(server)
            let task = Task { await failure(request, by: transport) }
            while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            task.cancel()
            #expect(await task.value?.kind == .cancelled)
            await waitForHangUp(of: server)
        }

        /// Waits for the server to count it; the test exceeds its time limit if it never happens.
        private func waitForHangUp(of server: ScriptedServer) async {
            for _ in 0..<2000 where server.hangUpCount == 0 { try? await Task.sleep(for: .milliseconds(5)) }
            #expect(server.hangUpCount == 1, "the transfer continues")
        }

        @Test(arguments: Carrier.allCases) func brokenResponsesAreErrors(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let cut = try ScriptedServer { _ in [.send(wire(200, "[1", length: 10)), .close] }
            #expect(await failure(try request(cut), by: transport)?.kind == .connectionLost)
            let empty = try ScriptedServer { _ in [.close] }
            #expect(await failure(try request(empty), by: transport)?.kind == .connectionLost)
            let nonsense = try ScriptedServer { _ in [.send(Array("this is not HTTP\r\n\r\n".utf8)), .close] }
            #expect(await failure(try request(nonsense), by: transport) != nil)
        }

        @Test(arguments: Carrier.allCases) func anEndpointThatIsDownIsReportedSoon(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let port = try ScriptedServer { _ in [] }.port
            // The server is released with its value; nothing listens there now.
            let url = try #require(URL(string: "http://127.0.0.1:\(port)/hf-inference"))
            let error = await failure(TransportRequest(url: url), by: transport)
            #expect(error?.kind == .notConnected)
            let client = InferenceClient(
                token: nil, endpoint: .url(url), transport: transport, retry: RetryPolicy(baseDelay: .milliseconds(1)))
            let inferenceError = await PerceptInferenceTests.failure { try await client.send(AnyTask()) }
            #expect(inferenceError?.kind == .unreachable)
            #expect(inferenceError?.description.contains("127.0.0.1:\(port)") == true)
            let unknown = try #require(URL(string: "http://no-such-host.invalid/"))
            #expect(await failure(TransportRequest(url: unknown), by: transport)?.kind == .notConnected)
        }

        @Test(arguments: Carrier.allCases) func connectingTimesOut(carrier: Carrier) async throws {
            // The server waits for a request, while the client waits for the server's part of TLS.
            let mute = try ScriptedServer { _ in [] }
            let url = try #require(URL(string: "https://127.0.0.1:\(mute.port)/x"))
            let transport = carrier.transport(connectTimeout: .milliseconds(200))
            let error = await #expect(throws: TransportError.self) {
                _ = try await transport.send(TransportRequest(url: url, body: [1]))
            }
            #expect(error?.kind == .notConnected)
            #expect(error?.problem == "could not connect within 0.2 seconds")
            let streamed = await #expect(throws: TransportError.self) {
                _ = try await transport.stream(TransportRequest(url: url, body: [1]))
            }
            #expect(streamed?.kind == .notConnected)
            // A server that received the request may be slow.
            let slow = try ScriptedServer { _ in [.pause(milliseconds: 600), .send(wire(200, "[3]"))] }
            #expect(try await transport.send(try request(slow)).status == 200)
            #expect(try await transport.stream(try request(slow)).status == 200)
        }

        @Test(arguments: Carrier.allCases) func filesAreNotLeaked(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let server = try ScriptedServer { _ in [.send(wire(200, "[]"))] }
            _ = try await transport.send(try request(server))
            guard let before = openFileCount() else { return }
            for _ in 0..<100 { _ = try await transport.send(try request(server)) }
            let after = try #require(openFileCount())
            #expect(after <= before + 2, "\(before) before, \(after) after 100 requests")
            // A transport for each request: sessions must be released too.
            for _ in 0..<50 { _ = try await carrier.transport().send(try request(server)) }
            for _ in 0..<400 where (openFileCount() ?? 0) > before + 6 { try await Task.sleep(for: .milliseconds(10)) }
            let atEnd = try #require(openFileCount())
            #expect(atEnd <= before + 6, "\(before) before, \(atEnd) after 50 transports")
        }
    }
}

/// From curl(1), "ENVIRONMENT": which variables name a proxy, and how `no_proxy` lists exceptions.
@Suite struct LoopbackProxyExemptionTests {
    @Test(
        arguments: [
            ([:], nil), (["https_proxy": "http://p:1"], nil), (["HTTP_PROXY": "http://p:1"], nil),
            (["http_proxy": ""], nil),
            (["http_proxy": "http://p:1"], "127.0.0.1,localhost,::1"),
            (["ALL_PROXY": "p:1"], "127.0.0.1,localhost,::1"),
            (["http_proxy": "p", "no_proxy": "a.org, localhost"], "a.org,localhost,127.0.0.1,::1"),
            (["http_proxy": "p", "NO_PROXY": "a.org"], "a.org,127.0.0.1,localhost,::1"),
            (["http_proxy": "p", "no_proxy": "b.org", "NO_PROXY": "a.org"], "b.org,127.0.0.1,localhost,::1"),
            (["all_proxy": "p", "no_proxy": "*"], nil),
            (["all_proxy": "p", "no_proxy": "::1,localhost,127.0.0.1"], nil),
        ] as [([String: String], String?)])
    func values(environment: [String: String], expected: String?) {
        #expect(LoopbackProxyExemption.value(in: environment) == expected)
    }
}
