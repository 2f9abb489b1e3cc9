import HTTPTypes
import Synchronization
import Testing

@testable import PerceptInference

/// A task with any JSON as events.
struct AnyStream: InferenceTask<JSONValue>, StreamingInferenceTask<JSONValue>, StreamingWireTask {
    static let name = "any-stream"
    static let defaultModel = "owner/model"

    func payload() throws(InferenceError) -> RequestPayload { .json(["inputs": "x"]) }
    func streamingPayload() throws(InferenceError) -> RequestPayload { .json(["inputs": "x", "stream": true]) }

    func decode(_ answer: InferenceAnswer) throws(InferenceError) -> JSONValue {
        try AnswerReader(answer, task: Self.name).value
    }

    func decode(_ event: ServerSentEvent) throws(InferenceError) -> JSONValue {
        do {
            return try JSONValue(parsing: Array(event.data.utf8))
        } catch {
            throw InferenceError(.answerMalformed, problem: "an event is not JSON: \(error)")
        }
    }
}

/// A transport that streams given pieces, and counts how often a transfer was stopped.
final class PieceTransport: HTTPTransport {
    private struct State {
        var pieces: [[UInt8]]
        var failure: TransportError?
        var requests: [TransportRequest] = []
        var isStopped = false
    }

    private let state: Mutex<State>
    private let contentType: String

    init(_ pieces: [String], thenFailing failure: TransportError? = nil, type: String = "text/event-stream") {
        state = Mutex(State(pieces: pieces.map { Array($0.utf8) }, failure: failure))
        contentType = type
    }

    var requests: [TransportRequest] { state.withLock { $0.requests } }
    var isStopped: Bool { state.withLock { $0.isStopped } }
    var unreadCount: Int { state.withLock { $0.pieces.count } }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportReply {
        throw TransportError(.connectionLost, problem: "only streams here")
    }

    func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
        state.withLock { $0.requests.append(request) }
        let body = TransportBody(
            next: { () throws(TransportError) -> [UInt8]? in
                let (piece, failure) = self.state.withLock { state -> ([UInt8]?, TransportError?) in
                    state.pieces.isEmpty ? (nil, state.failure) : (state.pieces.removeFirst(), nil)
                }
                if let failure { throw failure }
                return piece
            }, stop: { self.state.withLock { $0.isStopped = true } })
        return TransportStream(
            status: 200, headers: [.contentType: contentType, HTTPField.Name("x-request-id") ?? .accept: "r9"],
            body: body)
    }
}

@Suite struct StreamingTests {
    private func client(_ transport: some HTTPTransport) throws -> InferenceClient { try makeClient(transport) }

    /// Reads the events up to the end or an error.
    private func read(
        _ transport: some HTTPTransport
    ) async throws -> (events: [JSONValue], error: InferenceError?) {
        var events: [JSONValue] = []
        let client = try makeClient(transport)
        do {
            for try await event in try await client.stream(AnyStream()) { events.append(event) }
            return (events, nil)
        } catch {
            return (events, error)
        }
    }

    // The known forms of data lines and ends: with and without a space, with and without [DONE].
    @Test(arguments: [
        ["data:{\"a\":1}\n\ndata:{\"a\":2}\n\n"],
        ["data: {\"a\":1}\r\n\r\n", "data: {\"a\":2}\r\n\r\ndata:[DONE]\r\n\r\n"],
        ["data: {\"a\":1}\n\ndata: {\"a\":2}\n\ndata: [DONE]\n\n"], ["data: {\"a\":1}\n\nda", "ta: {\"a\":2}"],
        [": ping\n\ndata: {\"a\":1}\n\n", ": ping\n\n", "event: message\ndata: {\ndata: \"a\":2}\n\n"],
        ["data: {\"a\":1}\n\ndata: {\"a\":2}\n\ndata: [DONE]\n\ndata: {\"a\":3}\n\n"],
        ["data: {\"a\":1,\"error\":null}\n\ndata: {\"a\":2}\n\n"],
    ]) func streamsAreRead(pieces: [String]) async throws {
        let transport = PieceTransport(pieces)
        let (events, error) = try await read(transport)
        #expect(events.map { $0["a"] } == [1, 2])
        #expect(error == nil)
        #expect(transport.isStopped)
        let request = try #require(transport.requests.first)
        #expect(request.headers[.accept] == "text/event-stream")
        #expect(try JSONValue(parsing: request.body) == ["inputs": "x", "stream": true])
    }

    @Test func contentTypesWithParametersAreAccepted() async throws {
        for type in ["text/event-stream; charset=utf-8", "Text/Event-Stream;charset=utf-8"] {
            #expect(try await read(PieceTransport(["data: 1\n\n"], type: type)).events == [1])
        }
    }

    @Test func aResponseThatIsNotAStreamIsAnError() async throws {
        let page = PieceTransport(["<html><title>streaming is not supported</title></html>"], type: "text/html")
        let error = try #require(await read(page).error)
        #expect(error.kind == .answerMalformed)
        #expect(error.problem == "the response is text/html, expected an event stream")
        #expect(error.serviceMessage == "streaming is not supported")
        #expect(error.requestID == "r9")
        #expect(error.task == "any-stream")
        #expect(page.isStopped)
        let failed = try #require(
            await read(
                PieceTransport([#"{"error":"empty input","error_type":"validation"}"#], type: "application/json")
            ).error)
        #expect(failed.kind == .invalidRequest)
        #expect(failed.serviceMessage == "empty input")
    }

    /// A server that does not stream sends all at once, and some state another type than that of an event stream.
    @Test(arguments: [
        (#"{"a":1}"#, "application/json"), (#" {"a":1}"#, "application/octet-stream"),
        ("data: {\"a\":1}\n\ndata: [DONE]\n\n", "text/plain"), (": hi\n\ndata: {\"a\":1}\n\n", "application/json"),
    ])
    func aWholeAnswerIsOneEvent(body: String, type: String) async throws {
        let transport = PieceTransport([body], type: type)
        let (events, error) = try await read(transport)
        #expect(events == [["a": 1]])
        #expect(error == nil)
        #expect(transport.isStopped)
    }

    /// OpenRouter's comments, Anthropic's pings and empty data keep a connection alive; none of them is an event.
    @Test func heartbeatsArePassedOver() async throws {
        let beats = ["data: : OPENROUTER PROCESSING\n\n", "event: ping\ndata: {\"type\": \"ping\"}\n\n", "data:\n\n"]
        let (events, error) = try await read(PieceTransport(beats + ["data: 1\n\n"] + beats))
        #expect(events == [1])
        #expect(error == nil)
    }

    /// The numbers of HTTP say what kind of failure an event is.
    @Test(
        arguments: [
            (#"data: {"error":{"code":429,"message":"queue full"}}"#, InferenceError.Kind.rateLimited),
            ("event: error\ndata: {\"message\":\"queue full\",\"code\":429}", .rateLimited),
            (#"data: {"error":{"code":502,"message":"queue full"}}"#, .serviceUnavailable),
            (#"data: {"error":{"code":"server_error","message":"queue full"},"choices":[]}"#, .serviceFailed),
            (#"data: [{"error":"queue full"}]"#, .serviceFailed),
        ])
    func codesOfErrors(event: String, kind: InferenceError.Kind) async throws {
        var client = try makeClient(PieceTransport(["\(event)\n\n"]))
        client.endpoint = .router
        let error = await failure {
            for try await _ in try await client.stream(ChatCompletion(messages: [.user("x")])) {}
        }
        #expect(error?.kind == kind)
        #expect(error?.serviceMessage == "queue full")
    }

    // Errors within a stream of status 200: in the form of text-generation-inference, as an object, as an event of its
    // own.
    @Test(
        arguments: [
            (
                #"data:{"error":"Input validation error: too long","error_type":"validation"}"#,
                InferenceError.Kind.invalidRequest, "Input validation error: too long"
            ),
            (
                #"data: {"error":"Model is overloaded","error_type":"overloaded"}"#, .serviceUnavailable,
                "Model is overloaded"
            ),
            (#"data: {"error":"CUDA","error_type":"generation"}"#, .serviceFailed, "CUDA"),
            (
                #"data: {"error":{"message":"too many tokens","type":"invalid_request_error"}}"#, .invalidRequest,
                "too many tokens"
            ),
            ("event: error\ndata: the server is going down", .serviceFailed, "the server is going down"),
            ("event: error\ndata: {\"message\":\"gone\"}", .serviceFailed, "gone"),
            (#"data: {"error":""}"#, .serviceFailed, nil),
        ] as [(String, InferenceError.Kind, String?)])
    func errorsInsideAStreamAreThrown(event: String, kind: InferenceError.Kind, words: String?) async throws {
        let transport = PieceTransport(["data: 1\n\n\(event)\n\ndata: 2\n\n"])
        let (events, error) = try await read(transport)
        #expect(events == [1])
        #expect(error?.kind == kind)
        #expect(error?.serviceMessage == words)
        #expect(error?.status == 200)
        #expect(error?.requestID == "r9")
        #expect(error?.model == "owner/model")
        #expect(transport.isStopped)
        #expect(transport.requests.count == 1, "a started response is not restarted")
    }

    @Test func noEventIsLost() async throws {
        let undecodable = try await read(PieceTransport(["data: 1\n\ndata: {\n\ndata: 2\n\n"]))
        #expect(undecodable.events == [1])
        #expect(undecodable.error?.kind == .answerMalformed)
        let cut = PieceTransport(["data: 1\n\n"], thenFailing: TransportError(.connectionLost, problem: "cut"))
        let lost = try await read(cut)
        #expect(lost.events == [1])
        #expect(lost.error?.kind == .connectionLost)
        #expect(cut.requests.count == 1)
        let endless = try await read(PieceTransport(["data: 1\n\ndata: ", String(repeating: "x", count: 5 << 20)]))
        #expect(endless.events == [1])
        #expect(endless.error?.kind == .answerTooLarge)
    }

    @Test func theTokenIsInNoErrorOfAStream() async throws {
        let (_, error) = try await read(PieceTransport(["data: {\"error\":\"bad token \(secret)\"}\n\n"]))
        #expect(error?.description.contains("hf_") == false)
        #expect(error?.serviceMessage == "bad token [token]")
        let (_, undecodable) = try await read(
            PieceTransport([String(repeating: "x", count: 380) + secret], type: "a/b"))
        #expect(undecodable?.description.contains("hf_") == false)
    }

    @Test func failuresBeforeTheFirstEventAreRetried() async throws {
        let loading = TransportReply(503, #"{"error":"Model is loading","estimated_time":3.0}"#)
        let transport = ClosureTransport(loading, TransportReply(200, "data: 1\n\n", type: "text/event-stream"))
        let time = FakeTime()
        let notices = Mutex<[WaitNotice]>([])
        let stream = try await makeClient(transport, time: time).stream(AnyStream()) { notice in
            notices.withLock { $0.append(notice) }
        }
        var events: [JSONValue] = []
        for try await event in stream { events.append(event) }
        #expect(events == [1])
        #expect(time.sleeps == [3])
        #expect(notices.withLock { $0.map(\.reason.kind) } == [.modelLoading])
        #expect(transport.requests.map { $0.headers.value("X-Wait-For-Model") } == [nil, "true"])
        let refused = try await read(ClosureTransport(TransportReply(422, "no such field", type: "text/plain")))
        #expect(refused.error?.kind == .invalidRequest)
        #expect(refused.error?.serviceMessage == "no such field")
    }

    @Test func cancellationAndReleaseStopTheTransfer() async throws {
        let cancelled = PieceTransport(["data: 1\n\n", "data: 2\n\n"])
        let stream = try await client(cancelled).stream(AnyStream())
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await failure { for try await _ in stream {} }
        }
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        #expect(cancelled.isStopped)
        #expect(cancelled.unreadCount == 2)

        let dropped = PieceTransport(["data: 1\n\n"])
        _ = try await client(dropped).stream(AnyStream())
        #expect(dropped.isStopped)
        let left = PieceTransport(["data: 1\n\n", "data: 2\n\n"])
        for try await _ in try await client(left).stream(AnyStream()) { break }
        #expect(left.isStopped)
        #expect(left.unreadCount == 1, "unread pieces are not fetched")
    }
}
