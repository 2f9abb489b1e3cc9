import PerceptTestSupport
import Testing

@testable import PerceptInference

/// From WHATWG HTML, "Server-sent events", §9.2.5 and 9.2.6; its examples are among the cases.
@Suite struct ServerSentEventTests {
    private static func events(_ pieces: [[UInt8]], limit: Int = 1 << 20) throws -> [ServerSentEvent] {
        var parser = ServerSentEventParser(byteLimit: limit)
        var events: [ServerSentEvent] = []
        for piece in pieces { try parser.read(piece, into: &events) }
        if let last = try parser.finish() { events.append(last) }
        return events
    }

    private static let cases: [(String, [ServerSentEvent])] = [
        ("", []), ("\n", []), ("\n\n\n", []),
        ("data: YHOO\ndata: +2\ndata: 10\n\n", [.init(data: "YHOO\n+2\n10")]),
        (
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            [
                .init(data: "first event", lastEventID: "1"), .init(data: "second event"),
                .init(data: " third event"),
            ]
        ),
        // The standard drops the third event, which is incomplete; services end streams this way.
        ("data\n\ndata\ndata\n\ndata:", [.init(data: ""), .init(data: "\n"), .init(data: "")]),
        ("data:test\n\ndata: test\n\n", [.init(data: "test"), .init(data: "test")]),
        (
            "event: add\ndata: 1\n\ndata: 2\n\nevent:\ndata: 3\n\n",
            [.init(type: "add", data: "1"), .init(data: "2"), .init(data: "3")]
        ),
        // Without data there is no event, and its type does not apply to the next one.
        ("event: ping\n\ndata: 1\n\n", [.init(data: "1")]),
        ("\u{FEFF}data: 1\n\n\u{FEFF}data: 2\n\n", [.init(data: "1")]),
        ("\u{FEFF}\u{FEFF}data: 1\n\ndata: 2\n\n", [.init(data: "2")]),
        (
            "data: a\rdata: b\r\rdata: c\r\n\r\ndata: d\n\r\n",
            [.init(data: "a\nb"), .init(data: "c"), .init(data: "d")]
        ),
        ("data: {\"a\":\"é€🙂\"}\r\n\r\n", [.init(data: "{\"a\":\"é€🙂\"}")]),
        (":heartbeat\n:\n: \ndata: [DONE]\n\n", [.init(data: "[DONE]")]),
        (
            "retry: 1500\ndata: 1\n\nretry: -1\nretry: 1.5\nretry: x\nretry: 99999999999999999999\ndata: 2\n\n",
            [.init(data: "1", retryMilliseconds: 1500), .init(data: "2", retryMilliseconds: 1500)]
        ),
        (
            "id: 7\ndata: 1\n\nid: a\u{0}b\ndata: 2\n\n",
            [.init(data: "1", lastEventID: "7"), .init(data: "2", lastEventID: "7")]
        ),
        ("Data: 1\n data: 2\nfoo: 3\nfoo\ndata : 4\n\n", []), ("data: 1", [.init(data: "1")]),
        ("data: 1\n", [.init(data: "1")]), ("data: 1\nevent: x", [.init(type: "x", data: "1")]),
        ("data:a:b: c\n\n", [.init(data: "a:b: c")]), ("data:\ta\n\n", [.init(data: "\ta")]),
    ]

    @Test(arguments: cases.indices) func grammar(index: Int) throws {
        let (stream, expected) = Self.cases[index]
        let bytes = Array(stream.utf8)
        #expect(try Self.events([bytes]) == expected)
        // The division into pieces does not matter, even within a character or a line end.
        #expect(try Self.events(bytes.map { [$0] }) == expected)
        for cut in bytes.indices {
            #expect(try Self.events([Array(bytes[..<cut]), [], Array(bytes[cut...])]) == expected, "cut at \(cut)")
        }
    }

    @Test func anEventIsCompleteWithItsEmptyLine() throws {
        var parser = ServerSentEventParser()
        var events: [ServerSentEvent] = []
        try parser.read(Array("data: 1\n".utf8), into: &events)
        #expect(events.isEmpty)
        // Does not wait for the LF of a CRLF, which may arrive much later.
        try parser.read([0x0D], into: &events)
        #expect(events.map(\.data) == ["1"])
        try parser.read(Array("\ndata: 2\n\n".utf8), into: &events)
        #expect(events.map(\.data) == ["1", "2"])
    }

    @Test func invalidUTF8IsReplaced() throws {
        #expect(try Self.events([Array("data: a".utf8) + [0xFF, 0x0A, 0x0A]]).map(\.data) == ["a\u{FFFD}"])
    }

    @Test func linesAndEventsAreLimited() throws {
        func outcome(_ stream: String, pieces: Int) -> (events: [String], error: TransportError.Kind?) {
            var parser = ServerSentEventParser(byteLimit: 20)
            var events: [ServerSentEvent] = []
            do throws(TransportError) {
                let bytes = Array(stream.utf8)
                for start in stride(from: 0, to: bytes.count, by: pieces) {
                    try parser.read(bytes[start..<min(start + pieces, bytes.count)], into: &events)
                }
                if let last = try parser.finish() { events.append(last) }
                return (events.map(\.data), nil)
            } catch {
                return (events.map(\.data), error.kind)
            }
        }
        let line = "data:" + String(repeating: "x", count: 15)
        let cases: [(String, [String], TransportError.Kind?)] = [
            ("\(line)\n\n", [String(repeating: "x", count: 15)], nil),
            ("data: 1\n\n\(line)x\n\n", ["1"], .answerTooLarge), ("data: 1\n\n:\(line)", ["1"], .answerTooLarge),
            ("data:123456789\ndata:0123456789\n\n", ["123456789\n0123456789"], nil),
            ("data:1\n\ndata:0123456789\ndata:0123456789\n\n", ["1"], .answerTooLarge),
            ("data:0123456789\ndata:0123456789", [], .answerTooLarge),
        ]
        for (stream, events, error) in cases {
            for pieces in [1, 2, 7, 1000] {
                let found = outcome(stream, pieces: pieces)
                #expect(found.events == events, "\(stream) in pieces of \(pieces)")
                #expect(found.error == error, "\(stream) in pieces of \(pieces)")
            }
        }
    }

    /// Random streams of significant bytes: no crash, and the same events for any division.
    @Test func anyBytesInAnyPieces() throws {
        var random = SplitMix64(seed: 5)
        let words = ["data", "event", "id", "retry", ":", " ", "\r", "\n", "\r\n", "\n\n", "7", "\u{FEFF}", "é", "x"]
        for _ in 0..<300 {
            let stream = (0..<40).map { _ in words.randomElement(using: &random) ?? "" }.joined()
            let bytes = Array(stream.utf8)
            let whole = try Self.events([bytes])
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...5, using: &random)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(try Self.events(pieces) == whole)
        }
    }
}
