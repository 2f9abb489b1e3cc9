import Foundation
import HTTPTypes
import PerceptCore
import PerceptInference
import PerceptTestSupport
import Synchronization
import Testing

@testable import PerceptSandbox

/// The effect of each of the sandbox's faults on callers of the client.
@Suite struct FaultTests {
    private static let answer: JSONValue = [["label": "cat", "score": 0.5, "mask": "AAECAwQF", "n": 1]]

    /// No retries, and short timeouts.
    private static let impatient = RetryPolicy(maximumRetries: 0)

    private struct Outcome {
        var answer: JSONValue?
        var error: InferenceError?
        var lines: [String]
        var waits: [WaitNotice]
    }

    private func ask(
        _ faults: [SandboxFault], retry: RetryPolicy = impatient, timeout: Duration = .patience,
        limit: Int = 1 << 20, times: Int = 1
    ) async throws -> Outcome {
        let lines = Mutex<[String]>([])
        let waits = Mutex<[WaitNotice]>([])
        let tape = Tape(exchanges: [
            .init(request: .init(path: "/models/owner/echo"), response: .init(body: .json(Self.answer)))
        ])
        let endpoint = try await SandboxEndpoint.start(tape: tape, faults: FaultPlan(faults)) { report in
            lines.withLock { $0.append(report.description) }
        }
        var client = InferenceClient(
            token: nil, endpoint: .url(endpoint.url), retry: retry, timeout: timeout, answerByteLimit: limit)
        let task = EchoTask(input: try MediaInput(sniffing: TinyMedia.png))
        var outcome = Outcome(lines: [], waits: [])
        for number in 0..<times {
            // The short timeout is only for the fault: later requests may take as long as a busy machine needs.
            if number > 0 { client.timeout = .patience }
            do throws(InferenceError) {
                outcome.answer = try await client.send(task) { notice in waits.withLock { $0.append(notice) } }
            } catch {
                outcome.error = error
            }
        }
        await endpoint.stop()
        outcome.lines = lines.withLock { $0 }
        outcome.waits = waits.withLock { $0 }
        return outcome
    }

    private static let expectations: [SandboxFault.Kind: (InferenceError.Kind, status: Int?, words: String?)] = [
        .loading: (.modelLoading, 503, "Model is currently loading"),
        .rateLimit: (.rateLimited, 429, "Rate limit reached. Please log in or use a token"),
        .rateLimitUntil: (.rateLimited, 429, "Rate limit reached. Please log in or use a token"),
        .rateLimitWindow: (.rateLimited, 429, "Rate limit reached. Please log in or use a token"),
        .rateLimitSilent: (.rateLimited, 429, "Rate limit reached. Please log in or use a token"),
        .tooLarge: (.payloadTooLarge, 413, "length limit exceeded"),
        .serverError: (.serviceFailed, 500, "unknown error (CUDA out of memory)"),
        .unavailable: (.serviceUnavailable, 503, "503 Service Unavailable"),
        .htmlError: (.serviceUnavailable, 502, "502 Bad Gateway"),
        .slowStart: (.timedOut, nil, nil),
        .trickle: (.timedOut, nil, nil),
        .cut: (.connectionLost, nil, nil),
        .wrongLength: (.answerMalformed, 200, nil),
        .malformedJSON: (.answerMalformed, 200, nil),
        .hugeBody: (.answerTooLarge, nil, nil),
        .streamError: (.answerMalformed, 200, nil),
        .noAnswer: (.connectionLost, nil, nil),
        .reset: (.connectionLost, nil, nil),
    ]

    @Test(arguments: SandboxFault.Kind.allCases) func eachFaultIsATypedError(kind: SandboxFault.Kind) async throws {
        // Invalid base64 only affects tasks with media in their responses.
        guard kind != .garbageBase64 else { return }
        let expected = try #require(Self.expectations[kind])
        let seconds: Double? = kind.isHarmless ? 0.7 : nil
        let outcome = try await ask(
            [SandboxFault(kind, seconds: seconds)], timeout: kind.isHarmless ? .milliseconds(400) : .patience,
            times: 2)
        let error = try #require(outcome.error)
        #expect(error.kind == expected.0)
        #expect(error.status == expected.status)
        #expect(error.serviceMessage == expected.words)
        #expect(outcome.lines.first?.contains("fault: \(kind.rawValue)") == true, "\(outcome.lines)")
        // The fault is used up and does not affect the next request, even on the same connection.
        #expect(outcome.answer == Self.answer)
        #expect(outcome.lines.count == 2)
        #expect(outcome.lines.last?.contains("fault") == false)
        #expect(!error.description.contains("\n"))
        #expect(error.model == "owner/echo")
    }

    /// Checks whether the client retries, and the result.
    @Test(arguments: SandboxFault.Kind.allCases) func temporaryFailuresAreRetried(kind: SandboxFault.Kind) async throws
    {
        let patient = RetryPolicy(
            maximumRetries: 3, baseDelay: .milliseconds(10), delayCap: .milliseconds(100), jitter: 0)
        let outcome = try await ask([SandboxFault(kind, count: 2, seconds: 0)], retry: patient)
        let heals: Set<SandboxFault.Kind> = [
            .loading, .rateLimit, .rateLimitUntil, .rateLimitWindow, .rateLimitSilent, .serverError, .unavailable,
            .htmlError, .cut, .noAnswer, .reset,
        ]
        switch kind {
        case _ where kind.isHarmless:
            #expect(outcome.answer == Self.answer)
            #expect(outcome.waits.isEmpty)
        case _ where heals.contains(kind):
            #expect(outcome.error == nil, "\(String(describing: outcome.error))")
            #expect(outcome.answer == Self.answer)
            #expect(outcome.waits.map(\.attempt) == [2, 3])
            #expect(outcome.lines.count == 3)
        case .garbageBase64:
            #expect(outcome.answer?[0]?["mask"] == "*** this is not base64 ***")
            #expect(outcome.answer?[0]?["n"] == 1, "the rest is unchanged")
        default:
            #expect(outcome.error != nil)
            #expect(outcome.waits.isEmpty)
            #expect(outcome.lines.count == 1)
        }
    }

    @Test func theServiceNamesATimeToRetry() async throws {
        for kind in [SandboxFault.Kind.rateLimit, .rateLimitWindow, .loading] {
            let error = try await ask([SandboxFault(kind, seconds: 7)]).error
            #expect(error?.retryAdvice == .later(afterSeconds: 7), "\(kind)")
        }
        guard case .later(let seconds?) = try await ask([SandboxFault(.rateLimitUntil, seconds: 40)]).error?.retryAdvice
        else { throw SandboxError(problem: "no time was named") }
        #expect((30...41).contains(seconds))
        #expect(try await ask([SandboxFault(.rateLimitSilent)]).error?.retryAdvice == .later(afterSeconds: nil))
        #expect(try await ask([SandboxFault(.tooLarge)]).error?.retryAdvice == .never)
    }

    @Test func invalidMasksAreReportedWhenDecoded() async throws {
        let tape = Tape(exchanges: [
            .init(
                request: .init(path: "/models/\(ImageSegmentation.defaultModel)"),
                response: .init(body: .json([["label": "cat", "score": 0.5, "mask": "AAECAwQF"]])))
        ])
        let endpoint = try await SandboxEndpoint.start(tape: tape, faults: FaultPlan([SandboxFault(.garbageBase64)]))
        let client = InferenceClient(token: nil, endpoint: .url(endpoint.url), timeout: .patience)
        let image = try MediaInput(sniffing: TinyMedia.png)
        let spoiled = try #require(try await client.imageSegmentation(image).first)
        #expect(throws: MediaError.self) { try Base64.decode(spoiled.mask) }
        let whole = try #require(try await client.imageSegmentation(image).first)
        #expect(try Base64.decode(whole.mask) == [0, 1, 2, 3, 4, 5])
        await endpoint.stop()
    }

    @Test func streamsFailPartway() async throws {
        let tape = Tape(exchanges: [
            .init(
                request: .init(path: "/models/owner/echo"),
                response: .init(
                    headers: [.contentType: "text/event-stream"],
                    body: .text("data: {\"a\":1}\n\ndata: {\"a\":2}\n\ndata: [DONE]\n\n")))
        ])
        let faults = [SandboxFault(.streamError), SandboxFault(.cut), SandboxFault(.trickle, seconds: 0.001)]
        let endpoint = try await SandboxEndpoint.start(tape: tape, faults: FaultPlan(faults))
        let client = InferenceClient(
            token: nil, endpoint: .url(endpoint.url), retry: Self.impatient, timeout: .patience)
        func read() async -> (count: Int, error: InferenceError?) {
            var count = 0
            do {
                for try await _ in try await client.stream(EchoStream()) { count += 1 }
                return (count, nil)
            } catch {
                return (count, error)
            }
        }
        let failed = await read()
        #expect(failed.count == 2)
        #expect(failed.error?.kind == .serviceFailed)
        #expect(failed.error?.serviceMessage == "the model failed")
        let cut = await read()
        #expect(cut.error?.kind == .connectionLost)
        for _ in 0..<2 {
            let whole = await read()
            #expect(whole.count == 2)
            #expect(whole.error == nil)
        }
        await endpoint.stop()
    }

    @Test func exchangesCapturedOverASocketAreReplayedAlike() async throws {
        let tape = Tape(exchanges: [
            .init(
                request: .init(path: "/models/owner/echo", contentType: "image/png"),
                response: .init(headers: [.setCookie: "session=1"], body: .json(Self.answer))),
            .init(
                request: .init(path: "/models/owner/echo", contentType: "application/json"),
                response: .init(
                    headers: [.contentType: "text/event-stream"], body: .text("data: 1\n\ndata: 2\n\ndata: [DONE]\n\n"))
            ),
        ])
        let faults = FaultPlan([SandboxFault(.loading, count: 2, seconds: 0)])
        let endpoint = try await SandboxEndpoint.start(tape: tape, faults: faults)
        let secret = "hf_SecretSecretSecret"
        let recorder = CapturingTransport(InferenceClient.systemTransport())
        var client = InferenceClient(
            token: try AccessToken(secret), endpoint: .url(endpoint.url), transport: recorder,
            retry: RetryPolicy(baseDelay: .zero, delayCap: .zero), timeout: .patience)
        let task = EchoTask(input: try MediaInput(sniffing: TinyMedia.png))
        func results(_ client: InferenceClient) async throws -> (JSONValue, [JSONValue], waits: Int) {
            let waits = Mutex(0)
            let answer = try await client.send(task) { _ in waits.withLock { $0 += 1 } }
            var events: [JSONValue] = []
            for try await event in try await client.stream(EchoStream()) { events.append(event) }
            return (answer, events, waits.withLock { $0 })
        }
        let real = try await results(client)
        await endpoint.stop()
        let file = recorder.tape().serialized()
        let text = String(decoding: file, as: UTF8.self)
        #expect(!text.contains("hf_") && !text.contains("session"))
        client.transport = ReplayTransport(try Tape(parsing: file))
        let replayed = try await results(client)
        #expect(real.0 == Self.answer)
        #expect(real.1 == [1, 2])
        #expect(real.waits == 2)
        #expect(replayed == real)
    }

    @Test func faultsAreChosenForRequests() async throws {
        let tape = Tape(exchanges: [.init(request: .init(path: "/models/owner/echo"), response: .init(body: .json(1)))])
        let plan = FaultPlan { request in request.contentType == "image/png" ? SandboxFault(.tooLarge) : nil }
        let endpoint = try await SandboxEndpoint.start(tape: tape, faults: plan)
        let client = InferenceClient(token: nil, endpoint: .url(endpoint.url), timeout: .patience)
        let jpeg = EchoTask(input: try MediaInput(sniffing: TinyMedia.grayJPEG))
        let png = EchoTask(input: try MediaInput(sniffing: TinyMedia.png))
        #expect(try await client.send(jpeg) == 1)
        let error = await #expect(throws: InferenceError.self) { try await client.send(png) }
        #expect(error?.kind == .payloadTooLarge)
        await endpoint.stop()
    }

    @Test func faultsAreParsedFromOneWord() throws {
        #expect(try SandboxFault(parsing: "loading") == SandboxFault(.loading))
        #expect(try SandboxFault(parsing: "loading").seconds == 1)
        #expect(try SandboxFault(parsing: "rate-limit:3") == SandboxFault(.rateLimit, count: 3))
        #expect(try SandboxFault(parsing: "slow-start:2:0.5") == SandboxFault(.slowStart, count: 2, seconds: 0.5))
        for text in [
            "", "x", "loading:0", "loading:x", "loading:1:-1", "loading:1:nan", "loading:1:1:1", "loading:1:1e9",
        ] {
            #expect(throws: SandboxError.self) { try SandboxFault(parsing: text) }
        }
        for kind in SandboxFault.Kind.allCases {
            #expect(try SandboxFault(parsing: kind.rawValue).kind == kind)
            #expect(!kind.effect.isEmpty)
        }
    }
}

/// A stream of any JSON.
struct EchoStream: InferenceTask<JSONValue>, StreamingInferenceTask<JSONValue>, StreamingWireTask {
    static let name = "echo-stream"
    static let defaultModel = "owner/echo"

    func payload() throws(InferenceError) -> RequestPayload { .json(["inputs": "x"]) }
    func streamingPayload() throws(InferenceError) -> RequestPayload { .json(["inputs": "x", "stream": true]) }
    func decode(_ answer: InferenceAnswer) throws(InferenceError) -> JSONValue { .null }

    func decode(_ event: ServerSentEvent) throws(InferenceError) -> JSONValue {
        guard let json = try? JSONValue(parsing: Array(event.data.utf8)) else {
            throw InferenceError(.answerMalformed, problem: "an event is not JSON")
        }
        return json
    }
}
