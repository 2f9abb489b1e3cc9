import Foundation
import HTTPTypes
import PerceptCore
import Testing

@testable import PerceptInference

@Suite struct CapturingTransportTests {
    @Test func capturedProperties() async throws {
        let reply = TransportReply(
            status: 200,
            headers: fields([
                "Content-Type": "application/json; charset=utf-8", "Set-Cookie": "session=1", "Date": "x",
                "Content-Length": "3", "X-Request-Id": "r1", "X-Echo": "Bearer \(secret)",
            ]), body: Array(#"{"n":2835381823020158940,"t":"\#(secret)"}"#.utf8))
        let recorder = CapturingTransport(ClosureTransport(reply))
        var client = try makeClient(recorder)
        client.endpoint = .url(try #require(.init(string: "http://127.0.0.1:1/x?q=\(secret)")))
        _ = try await client.send(AnyTask())
        let tape = recorder.tape(note: "by hand")
        #expect(tape.note == "by hand")
        let exchange = try #require(tape.exchanges.first)
        #expect(tape.exchanges.count == 1)
        #expect(
            exchange.request
                == Tape.RequestMatcher(
                    path: "/x?q=[token]", contentType: "image/png",
                    bodySHA256: SHA256.hexadecimalDigest(of: pngSignature)))
        #expect(
            exchange.response
                == Tape.Response(
                    headers: fields([
                        "Content-Type": "application/json; charset=utf-8", "X-Request-Id": "r1",
                        "X-Echo": "Bearer [token]",
                    ]), body: .json(["n": .integer(2_835_381_823_020_158_940), "t": "[token]"])))
        let file = String(decoding: tape.serialized(), as: UTF8.self)
        #expect(!file.contains("hf_"))
        #expect(!file.contains("session"))
        #expect(try Tape(parsing: tape.serialized()) == tape)
    }

    @Test func bodiesAreReplayedUnchanged() async throws {
        let bodies: [(type: String, body: [UInt8])] = [
            ("application/json", Array("[1e400, 0.1]".utf8)), ("application/json", Array("{".utf8)),
            ("application/json", Array("null".utf8)), ("text/event-stream", Array("data: 1\r\n\r\n".utf8)),
            ("audio/flac", [0x66, 0x4C, 0x61, 0x43, 0xFF, 0]), ("text/plain", [0xFF, 0xFE]),
            ("image/png", pngSignature),
            ("application/json", []),
        ]
        for (type, body) in bodies {
            let recorder = CapturingTransport(
                ClosureTransport(TransportReply(status: 200, headers: [.contentType: type], body: body)))
            let request = TransportRequest(
                url: try #require(.init(string: "http://127.0.0.1/a")), headers: [.contentType: "image/png"],
                body: pngSignature)
            let real = try await recorder.send(request)
            let replay = ReplayTransport(try Tape(parsing: recorder.tape().serialized()))
            let replayed = try await replay.send(request)
            #expect(replayed.headers[.contentType] == type)
            let (expected, found) = (real.body, replayed.body)
            #expect(expected == found, "\(type)")
        }
    }

    @Test func repetitionsAreCounted() async throws {
        let transport = ClosureTransport(
            TransportReply(503, #"{"error":"away"}"#), TransportReply(503, #"{"error":"away"}"#),
            TransportReply(200, "[1]"))
        let recorder = CapturingTransport(transport)
        #expect(try await makeClient(recorder).send(AnyTask()) == [1])
        let tape = recorder.tape()
        #expect(tape.exchanges.map(\.repeatCount) == [2, 1])
        let time = FakeTime()
        #expect(try await makeClient(ReplayTransport(tape), time: time).send(AnyTask()) == [1])
        #expect(time.sleeps == [1, 2])
    }

    @Test func failuresAreNotCaptured() async throws {
        let recorder = CapturingTransport(
            ClosureTransport { _, _ throws(TransportError) in throw TransportError(.connectionLost, problem: "x") })
        #expect(await failure { try await makeClient(recorder).send(AnyTask()) } != nil)
        let cut = CapturingTransport(
            PieceTransport(["data: 1\n\n"], thenFailing: TransportError(.connectionLost, problem: "cut")))
        #expect(
            await failure { for try await _ in try await makeClient(cut).stream(AnyStream()) {} }?.kind
                == .connectionLost)
        #expect(recorder.tape().exchanges.isEmpty)
        #expect(cut.tape().exchanges.isEmpty)
    }

    @Test func streamsAreCapturedAndReplayed() async throws {
        let recorder = CapturingTransport(
            PieceTransport(["data: 1\n", "\ndata: 2\n\ndata: [DONE]\n\n", "data: 3\n\n"]))
        func events(_ transport: some HTTPTransport) async throws -> [JSONValue] {
            var events: [JSONValue] = []
            for try await event in try await makeClient(transport).stream(AnyStream()) { events.append(event) }
            return events
        }
        #expect(try await events(recorder) == [1, 2])
        let tape = recorder.tape()
        #expect(tape.exchanges.map(\.response.body) == [.text("data: 1\n\ndata: 2\n\ndata: [DONE]\n\n")])
        #expect(try await events(ReplayTransport(tape)) == [1, 2])
    }
}
