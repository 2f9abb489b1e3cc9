import Foundation
import HTTPTypes
import PerceptTestSupport
import Testing

@testable import PerceptInference

extension SocketTests {
    /// Responses read while they arrive, over real sockets.
    @Suite struct StreamingTransportTests {
        private func request(_ server: ScriptedServer, limit: Int = 1 << 20, timeout: Duration = .patience) throws
            -> TransportRequest
        {
            TransportRequest(
                url: server.url, headers: [.contentType: "application/json"], token: try AccessToken(secret),
                body: Array("{}".utf8), responseByteLimit: limit, timeout: timeout)
        }

        private static let head = Array(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)

        private static func chunk(_ text: String) -> [UInt8] {
            Array("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n".utf8)
        }

        private func text(_ piece: [UInt8]?) -> String? {
            piece.map { String(decoding: $0, as: UTF8.self) }
        }

        /// The server sends the next event only after the previous one was seen, so the test ends only if events are
        /// delivered as they arrive.
        @Test(arguments: Carrier.allCases) func eventsArriveBeforeTheNextIsSent(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let goOn = DispatchSemaphore(value: 0)
            let server = try ScriptedServer { _ in
                [
                    .wait(goOn), .send(Self.head), .wait(goOn), .send(Self.chunk("data: 1\n\n")), .wait(goOn),
                    .send(Self.chunk("data: 2\n\n")), .wait(goOn), .send(Self.chunk("")),
                ]
            }
            goOn.signal()
            let stream = try await transport.stream(try request(server))
            #expect(stream.status == 200)
            #expect(stream.headers[.contentType] == "text/event-stream")
            var pieces = stream.body.makeAsyncIterator()
            goOn.signal()
            #expect(text(try await pieces.next()) == "data: 1\n\n")
            goOn.signal()
            #expect(text(try await pieces.next()) == "data: 2\n\n")
            goOn.signal()
            #expect(try await pieces.next() == nil)
            #expect(try await pieces.next() == nil)
            #expect(server.requests.first?.contains("Bearer \(secret)") == true)
            #expect(server.hangUpCount == 0)
        }

        @Test(arguments: Carrier.allCases) func theClientReturnsEventsAsTheyArrive(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let goOn = DispatchSemaphore(value: 0)
            let server = try ScriptedServer { _ in
                [
                    .send(Self.head), .send(Self.chunk("data: {\"a\"")), .send(Self.chunk(":1}\r")),
                    .send(Self.chunk("\n\r\n")),
                    .wait(goOn), .send(Self.chunk("data: [DONE]\n\n")), .hold,
                ]
            }
            let client = InferenceClient(token: nil, endpoint: .url(server.url), transport: transport)
            var events = try await client.stream(AnyStream()).makeAsyncIterator()
            #expect(try await events.next() == ["a": 1])
            goOn.signal()
            #expect(try await events.next() == nil)
            // The last event ends the response; the connection is closed even if the server keeps it open.
            await waitForHangUp(of: server)
        }

        @Test(arguments: Carrier.allCases) func aSlowReaderPausesTheSender(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let line = Array(repeating: UInt8(ascii: "x"), count: 65_535) + [0x0A]
            let piece = Array("10000\r\n".utf8) + line + Array("\r\n".utf8)
            let count = 1024
            let server = try ScriptedServer { _ in
                [.send(Self.head), .flood(piece, times: count), .send(Self.chunk("")), .close]
            }
            let stream = try await transport.stream(try request(server, limit: 128 << 20))
            var pieces = stream.body.makeAsyncIterator()
            var byteCount = try await pieces.next()?.count ?? 0
            // Waits until the server is blocked: its count is constant for a while.
            var sent = -1
            while sent != server.floodByteCount {
                sent = server.floodByteCount
                try await Task.sleep(for: .milliseconds(300))
            }
            // The kernel buffers some megabytes for both ends; the whole flood would be 64.
            #expect(sent < 24 << 20, "\(sent) bytes sent while one piece was read")
            while let piece = try await pieces.next() { byteCount += piece.count }
            #expect(byteCount == count * 65_536)
        }

        @Test(arguments: Carrier.allCases) func statusesAreReturnedWithTheirBodies(carrier: Carrier) async throws {
            let transport = carrier.transport()
            for status in [201, 307, 404, 503] {
                let server = try ScriptedServer { _ in [.send(wire(status, "{}", headers: ["Location: /y"]))] }
                let stream = try await transport.stream(try request(server))
                #expect(stream.status == status)
                #expect(try await stream.body.prefix(bytes: 100) == Array("{}".utf8))
                #expect(server.requests.count == 1)
            }
        }

        @Test(arguments: Carrier.allCases) func theByteLimitStopsTheTransfer(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let announced = try ScriptedServer { _ in [.send(wire(200, "", length: 1 << 30)), .hold] }
            let endless = try ScriptedServer { _ in [.send(Self.head), .sendForever(Self.chunk(": x\n"))] }
            for server in [announced, endless] {
                let stream = try await transport.stream(try request(server, limit: 1000))
                let error = await #expect(throws: TransportError.self) { for try await _ in stream.body {} }
                #expect(error?.kind == .answerTooLarge)
                await waitForHangUp(of: server)
            }
        }

        @Test(arguments: Carrier.allCases) func silenceTimesOutAndActivityDoesNot(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let silent = try ScriptedServer { _ in [.hold] }
            let error = await #expect(throws: TransportError.self) {
                _ = try await transport.stream(try request(silent, timeout: .milliseconds(200)))
            }
            #expect(error?.kind == .timedOut)
            let falling = try ScriptedServer { _ in [.send(Self.head), .send(Self.chunk("data: 1\n\n")), .hold] }
            var pieces = try await transport.stream(try request(falling, timeout: .milliseconds(200))).body
                .makeAsyncIterator()
            #expect(text(try await pieces.next()) == "data: 1\n\n")
            let late = await #expect(throws: TransportError.self) { _ = try await pieces.next() }
            #expect(late?.kind == .timedOut)
            for server in [silent, falling] { await waitForHangUp(of: server) }
            // A server with short pauses.
            let lively = try ScriptedServer { _ in
                [.send(Self.head)] + (0..<10).flatMap { _ in [.pause(milliseconds: 100), .send(Self.chunk(":\n"))] }
                    + [.send(Self.chunk(""))]
            }
            let stream = try await transport.stream(try request(lively))
            #expect(try await stream.body.prefix(bytes: 1000).count == 20)
            let endless = try ScriptedServer { _ in [.send(Self.head), .sendForever(Self.chunk(":\n"))] }
            var brief = try request(endless)
            brief.streamDuration = .milliseconds(300)
            let long = try await transport.stream(brief)
            let end = await #expect(throws: TransportError.self) { for try await _ in long.body {} }
            #expect(end?.kind == .timedOut)
            await waitForHangUp(of: endless)
        }

        @Test(arguments: Carrier.allCases) func cancellationAndReleaseCloseTheConnection(carrier: Carrier) async throws
        {
            let transport = carrier.transport()
            let cancelled = try ScriptedServer { _ in [.send(Self.head), .send(Self.chunk("data: 1\n\n")), .hold] }
            let stream = try await transport.stream(try request(cancelled))
            let (begun, continuation) = AsyncStream.makeStream(of: Void.self)
            let reader = Task {
                do throws(TransportError) {
                    var pieces = stream.body.makeAsyncIterator()
                    while try await pieces.next() != nil { continuation.yield() }
                    return TransportError?.none
                } catch {
                    return error
                }
            }
            for await _ in begun { break }
            reader.cancel()
            #expect(await reader.value?.kind == .cancelled)
            await waitForHangUp(of: cancelled)

            let dropped = try ScriptedServer { _ in [.send(Self.head), .hold] }
            _ = try await transport.stream(try request(dropped))
            await waitForHangUp(of: dropped)

            // Before the head has arrived, and while the sender is paused.
            let silent = try ScriptedServer { _ in [.hold] }
            let silentRequest = try request(silent)
            let waiting = Task { [transport] in try await transport.stream(silentRequest) }
            while silent.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            waiting.cancel()
            #expect(await #expect(throws: TransportError.self) { try await waiting.value }?.kind == .cancelled)
            await waitForHangUp(of: silent)
            let full = try ScriptedServer { _ in
                [.send(Self.head), .sendForever(Self.chunk(String(repeating: "x", count: 65_536)))]
            }
            do {
                let body = try await transport.stream(try request(full, limit: 1 << 30)).body
                try await Task.sleep(for: .milliseconds(200))
                withExtendedLifetime(body) {}
            }
            await waitForHangUp(of: full)
        }

        @Test(arguments: Carrier.allCases) func brokenStreamsAreErrors(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let cut = try ScriptedServer { _ in [.send(Self.head), .send(Self.chunk("data: 1\n\n")), .close] }
            var pieces = try await transport.stream(try request(cut)).body.makeAsyncIterator()
            #expect(text(try await pieces.next()) == "data: 1\n\n")
            let error = await #expect(throws: TransportError.self) { _ = try await pieces.next() }
            #expect(error?.kind == .connectionLost)
            let empty = try ScriptedServer { _ in [.close] }
            let none = await #expect(throws: TransportError.self) { _ = try await transport.stream(try request(empty)) }
            #expect(none?.kind == .connectionLost)
        }

        @Test(arguments: Carrier.allCases) func filesAreNotLeaked(carrier: Carrier) async throws {
            let transport = carrier.transport()
            let server = try ScriptedServer { _ in
                [.send(Self.head), .send(Self.chunk("data: 1\n\n")), .send(Self.chunk(""))]
            }
            _ = try await transport.stream(try request(server)).body.prefix(bytes: 100)
            guard let before = openFileCount() else { return }
            for number in 0..<60 {
                let stream = try await transport.stream(try request(server))
                if number % 2 == 0 { _ = try await stream.body.prefix(bytes: 100) }
            }
            for _ in 0..<400 where (openFileCount() ?? 0) > before + 6 { try await Task.sleep(for: .milliseconds(10)) }
            let after = try #require(openFileCount())
            #expect(after <= before + 6, "\(before) before, \(after) after 60 streams")
        }

        /// Waits for the server to count it; the test exceeds its time limit if it never happens.
        private func waitForHangUp(
            of server: ScriptedServer, sourceLocation: SourceLocation = #_sourceLocation
        ) async {
            for _ in 0..<2000 where server.hangUpCount == 0 { try? await Task.sleep(for: .milliseconds(5)) }
            #expect(
                server.hangUpCount == 1, "the transfer continues, \(server.floodByteCount) bytes of a flood",
                sourceLocation: sourceLocation)
        }
    }
}
