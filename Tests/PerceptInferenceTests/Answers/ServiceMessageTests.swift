import HTTPTypes
import Testing

@testable import PerceptInference

/// The known bodies of failures, and the message that a person should read.
@Suite struct ServiceMessageTests {
    struct Case: Sendable {
        var status: Int
        var body: String
        var type = "application/json"
        var headers: HTTPFields = [:]
        var words: String?
        var kind: InferenceError.Kind
    }

    static let cases: [Case] = [
        Case(
            status: 400, body: #"{"error":["Error in `inputs.context`: field required"]}"#,
            words: "Error in `inputs.context`: field required", kind: .invalidRequest),
        Case(
            status: 400, body: #"{"error":"bad input","warnings":["There was an inference error"]}"#,
            words: "bad input (There was an inference error)", kind: .invalidRequest),
        Case(
            status: 400,
            body: #"{"id":"x","error":{"message":"no such field","type":"invalid","param":null,"code":7}}"#,
            words: "no such field", kind: .invalidRequest),
        Case(status: 400, body: #"{"detail":"not so"}"#, words: "not so", kind: .invalidRequest),
        Case(
            status: 400, body: #"{"error":"Malformed soundfile"}"#, words: "Malformed soundfile",
            kind: .invalidRequest),
        Case(
            status: 401, body: #"{"error":"Invalid username or password."}"#,
            headers: fields(["x-error-message": "Invalid username or password."]),
            words: "Invalid username or password.", kind: .tokenRefused),
        Case(
            status: 401, body: #"{"message":"Unauthorized","request_id":"r1"}"#, words: "Unauthorized",
            kind: .tokenRefused),
        Case(
            status: 402, body: #"{"error":"You have exceeded your credits"}"#, words: "You have exceeded your credits",
            kind: .creditExhausted),
        Case(status: 403, body: #"{"error":"no permission"}"#, words: "no permission", kind: .tokenRefused),
        Case(
            status: 404, body: #"{"error":"Model X does not exist"}"#, words: "Model X does not exist",
            kind: .notFound),
        Case(status: 404, body: "Not Found", type: "text/plain; charset=utf-8", words: "Not Found", kind: .notFound),
        Case(
            status: 410, body: #"{"error":"use router.huggingface.co"}"#, words: "use router.huggingface.co",
            kind: .notFound),
        Case(
            status: 413, body: "length limit exceeded", type: "text/plain", words: "length limit exceeded",
            kind: .payloadTooLarge),
        Case(
            status: 422, body: #"{"error":"Input validation error","error_type":"validation"}"#,
            words: "Input validation error", kind: .invalidRequest),
        Case(
            status: 422, body: "Failed to deserialize the JSON body", type: "text/plain; charset=utf-8",
            words: "Failed to deserialize the JSON body", kind: .invalidRequest),
        Case(
            status: 422,
            body: #"{"detail":[{"loc":["body","inputs",0],"msg":"field required","type":"missing"},{"msg":"also"}]}"#,
            words: "body.inputs.0: field required; also", kind: .invalidRequest),
        Case(
            status: 422, body: #"{"type":"about:blank","title":"Unprocessable","status":422}"#,
            type: "application/problem+json", words: "Unprocessable", kind: .invalidRequest),
        Case(status: 429, body: #"{"error":"Rate limit reached"}"#, words: "Rate limit reached", kind: .rateLimited),
        Case(
            status: 500, body: #"{"error":"unknown error","warnings":["CUDA out of memory"]}"#,
            words: "unknown error (CUDA out of memory)", kind: .serviceFailed),
        Case(
            status: 500, body: #"{"errors":[{"message":"first"},{"message":"second"}]}"#, words: "first; second",
            kind: .serviceFailed),
        Case(
            status: 503, body: #"{"error":"Model X is currently loading","estimated_time":20.0}"#,
            words: "Model X is currently loading", kind: .modelLoading),
        Case(
            status: 503, body: #"{"error":"503 Service Unavailable"}"#, words: "503 Service Unavailable",
            kind: .serviceUnavailable),
        Case(
            status: 502,
            body: "<!DOCTYPE html><html><head><title>502 Bad\n Gateway</title></head><body><h1>no</h1></body></html>",
            type: "text/html", words: "502 Bad Gateway", kind: .serviceUnavailable),
        Case(
            status: 504, body: "<HTML><BODY><H1>Gateway <b>Timeout</b></H1></BODY></HTML>", type: "text/html",
            words: "Gateway Timeout", kind: .serviceUnavailable),
        Case(
            status: 500, body: "", headers: fields(["x-error-message": "from the header"]),
            words: "from the header", kind: .serviceFailed),
        Case(status: 500, body: "", words: nil, kind: .serviceFailed),
        Case(status: 500, body: "{\"error\":", words: nil, kind: .serviceFailed),
        Case(status: 500, body: #"{"error":null}"#, words: nil, kind: .serviceFailed),
        Case(status: 418, body: #""just a string""#, words: "just a string", kind: .invalidRequest),
        Case(status: 204, body: "", words: nil, kind: .answerMalformed),
        Case(status: 302, body: "", headers: [.location: "https://else.where/"], words: nil, kind: .redirected),
    ]

    @Test(arguments: cases)
    func bodies(_ example: Case) async throws {
        var reply = TransportReply(example.status, example.body, type: example.type, example.headers)
        reply.headers.set("x-request-id", "Root=1-2;abc")
        let client = try makeClient(ClosureTransport(reply), retry: RetryPolicy(maximumRetries: 0))
        let error = try #require(await failure { try await client.send(AnyTask()) })
        #expect(error.kind == example.kind)
        #expect(error.status == example.status)
        #expect(error.serviceMessage == example.words)
        #expect(error.requestID == "Root=1-2;abc")
        #expect(error.task == "any-task")
        #expect(error.model == "owner/model")
        #expect(error.host == "router.huggingface.co")
        let line = error.description
        #expect(!line.contains("\n"))
        #expect(line.contains("HTTP \(example.status)"))
        if let words = example.words { #expect(line.contains(words)) }
    }

    @Test func messagesAreShortenedBeyondTheirLimit() {
        let longest = String(repeating: "x", count: ServiceMessage.limit)
        #expect(ServiceMessage.limit == 600)
        #expect(longest.excerpt(limit: ServiceMessage.limit) == longest)
        #expect((longest + "y").excerpt(limit: ServiceMessage.limit) == longest + "…")
    }

    @Test func sizesAndSourcesAreNamed() async throws {
        let tooLarge = try makeClient(ClosureTransport(TransportReply(413, "")))
        let error = try #require(await failure { try await tooLarge.send(AnyTask()) })
        #expect(error.problem.contains("8 bytes"))
        #expect(error.remedy != nil)
        let refused = try makeClient(ClosureTransport(TransportReply(401, "{}")))
        #expect(try #require(await failure { try await refused.send(AnyTask()) }).problem.contains("HF_TOKEN"))
    }
}
