import HTTPTypes
import PerceptCore
import Synchronization

@testable import PerceptInference

/// A transport that is a closure of the number of requests before this one, and keeps the requests.
final class ClosureTransport: HTTPTransport {
    private let answer: @Sendable (Int, TransportRequest) async throws(TransportError) -> TransportReply
    private let received = Mutex<[TransportRequest]>([])

    init(_ answer: @escaping @Sendable (Int, TransportRequest) async throws(TransportError) -> TransportReply) {
        self.answer = answer
    }

    /// Answers with these one after the other, and with the last one from then on.
    convenience init(_ replies: TransportReply...) {
        self.init { index, _ in replies[min(index, replies.count - 1)] }
    }

    var requests: [TransportRequest] { received.withLock { $0 } }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportReply {
        let index = received.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        return try await answer(index, request)
    }
}

extension TransportReply {
    init(_ status: Int, _ text: String, type: String = "application/json", _ headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = type
        self.init(status: status, headers: headers, body: Array(text.utf8))
    }
}

/// Headers by their names.
func fields(_ values: [String: String]) -> HTTPFields {
    values.reduce(into: [:]) { $0.set($1.key, $1.value) }
}

/// Time that passes only in sleeps, which take none.
final class FakeTime: Sendable {
    private let state = Mutex((now: 0.0, sleeps: [Double]()))
    /// 2026-01-01 00:00:00 UTC, as `date -d 2026-01-01T00:00:00Z +%s` says.
    static let start = 1_767_225_600.0

    var sleeps: [Double] { state.withLock { $0.sleeps } }

    func timekeeping(random: Double = 0) -> Timekeeping {
        Timekeeping(
            now: { self.state.withLock { $0.now } },
            sleep: { seconds in
                try Task.checkCancellation()
                self.state.withLock {
                    $0.now += seconds
                    $0.sleeps.append(seconds)
                }
            },
            wallClock: { Self.start + self.state.withLock { $0.now } },
            random: { random })
    }
}

extension RequestPayload {
    /// The JSON object that the router gets; `nil` where it gets something else.
    func json() throws -> JSONObject? {
        let body = try EncodedRequest(self, options: RequestOptions(), for: .router).body
        return body.mediaType == .json ? try JSONValue(parsing: body.bytes()).objectValue : nil
    }
}

/// The smallest upload with a detectable type: the signature of a PNG (its §5.2).
let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
let picture = MediaInput(bytes: pngSignature, mediaType: .png)
let secret = "hf_SecretSecretSecretSecret"

/// A task whose answer is any JSON.
struct AnyTask: InferenceTask<JSONValue>, WireTask {
    static let name = "any-task"
    static let defaultModel = "owner/model"
    var input = picture

    func payload() throws(InferenceError) -> RequestPayload { try .media(input, parameters: [:]) }

    func decode(_ answer: InferenceAnswer) throws(InferenceError) -> JSONValue {
        try AnswerReader(answer, task: Self.name).value
    }
}

func makeClient(
    _ transport: some HTTPTransport, token: AccessToken? = nil, retry: RetryPolicy = RetryPolicy(),
    time: FakeTime = FakeTime(), random: Double = 0
) throws -> InferenceClient {
    let token = try token ?? AccessToken(secret, source: "HF_TOKEN")
    var client = InferenceClient(token: token, transport: transport, retry: retry)
    client.timekeeping = time.timekeeping(random: random)
    return client
}

/// The error that `body` throws.
func failure(of body: () async throws -> some Sendable) async -> InferenceError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? InferenceError
    }
}

/// A successful response with this text.
func answer(_ text: String, type: String = "application/json") -> InferenceAnswer {
    InferenceAnswer(headers: [.contentType: type], body: Array(text.utf8))
}

/// The error that `body` throws, `nil` where it throws none.
func error(_ body: () throws(InferenceError) -> some Sendable) -> InferenceError? {
    do throws(InferenceError) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
