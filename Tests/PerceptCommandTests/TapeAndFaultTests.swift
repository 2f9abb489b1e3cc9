import ArgumentParser
import Foundation
import Percept
import PerceptCore
import PerceptInference
import PerceptSandbox
import PerceptTestSupport
import Testing

@testable import PerceptCommand

/// `--record`, `--stream`, `--provider` and `--endpoint-kind`, and an endpoint that fails on purpose.
@Suite struct TapeAndFaultTests {
    private static let answer: JSONValue = [["score": 1, "token": 2, "token_str": "a", "sequence": "b"]]

    private func tape(_ path: String, _ response: JSONObject, in folder: TemporaryFolder) throws -> String {
        let tape: JSONValue = [
            "format": "percept-tape", "version": 1,
            "exchanges": [["request": ["path": .string(path)], "response": .object(response)]],
        ]
        return try folder.write(tape.serialized(), as: "tape.json")
    }

    private func maskTape(in folder: TemporaryFolder) throws -> String {
        try tape("/models/bert-base-uncased", ["json": Self.answer], in: folder)
    }

    private func ask(_ endpoint: RunningEndpoint, _ more: [String] = [], in folder: TemporaryFolder) throws
        -> CommandRun
    {
        try CommandRun(
            ["run", "fill-mask", "--input", "\"[MASK]!\"", "--endpoint", endpoint.url] + more, in: folder)
    }

    // MARK: Recording

    @Test func whatIsRecordedReplays() throws {
        let folder = try TemporaryFolder()
        let endpoint = try RunningEndpoint(["--tape", try maskTape(in: folder)])
        let secret = "hf_SecretSecretSecretSecret"
        _ = try folder.write(Array(secret.utf8), as: "token")
        let asked = try ask(endpoint, ["--record", "new.json", "--token-file", "token"], in: folder)
        #expect(asked.status == 0, "\(asked.errors)")
        let bytes = try TestFiles.bytes(of: folder.file("new.json"))
        #expect(!String(decoding: bytes, as: UTF8.self).contains(secret))
        let exchanges = try Tape(parsing: bytes).exchanges
        #expect(exchanges.count == 1)
        #expect(exchanges.first?.request.path == "/hf-inference/models/bert-base-uncased")
        let replayed = try CommandRun(
            ["run", "fill-mask", "--input", "\"[MASK]!\"", "--tape", "new.json"], in: folder)
        #expect(replayed.status == 0, "\(replayed.errors)")
        #expect(replayed.output == asked.output)
        // The body counts: of another one the tape knows nothing.
        let other = try CommandRun(
            ["run", "fill-mask", "--input", "\"[MASK]?\"", "--tape", "new.json"], in: folder)
        #expect(other.status == 69)
    }

    @Test func failuresAreRecordedToo() throws {
        let folder = try TemporaryFolder()
        let endpoint = try RunningEndpoint(["--tape", try maskTape(in: folder), "--fault", "loading:1:0"])
        let run = try ask(endpoint, ["--record", "new.json"], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("trying again"))
        let tape = try Tape(parsing: TestFiles.bytes(of: folder.file("new.json")))
        #expect(tape.exchanges.map(\.response.status) == [503, 200])
    }

    @Test func aTapeThatCannotBeWrittenIsKnownBeforeAsking() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            [
                "run", "fill-mask", "--input", "\"[MASK]\"", "--endpoint", "http://127.0.0.1:9/hf-inference",
                "--record",
                "no/such/folder/new.json", "--no-retry",
            ], in: folder)
        #expect(run.status == 73, "\(run.errors)")
        #expect(try folder.contents() == [])
    }

    @Test func recordingAndReplayingExcludeEachOther() throws {
        let folder = try TemporaryFolder()
        let path = try maskTape(in: folder)
        let run = try CommandRun(
            ["run", "fill-mask", "--input", "\"a\"", "--tape", path, "--record", "new.json"], in: folder)
        #expect(run.status == 64)
        #expect(run.errors.contains("--tape cannot be used with --record"))
    }

    // MARK: Faults

    /// The exit code of each fault without retries.
    @Test func everyFaultHasItsExitCode() throws {
        let folder = try TemporaryFolder()
        let path = try maskTape(in: folder)
        let codes: [(SandboxFault.Kind, Int32)] = [
            (.loading, 75), (.rateLimit, 75), (.rateLimitUntil, 75), (.rateLimitWindow, 75), (.rateLimitSilent, 75),
            (.tooLarge, 69), (.serverError, 69), (.unavailable, 75), (.htmlError, 75), (.slowStart, 0), (.trickle, 0),
            (.cut, 75), (.wrongLength, 69), (.malformedJSON, 69), (.hugeBody, 69), (.garbageBase64, 0),
            (.streamError, 69), (.noAnswer, 75), (.reset, 75),
        ]
        #expect(codes.map(\.0) == SandboxFault.Kind.allCases)
        let seconds: [SandboxFault.Kind: String] = [.slowStart: ":1:0.05", .trickle: ":1:0.001"]
        let faults = codes.flatMap { ["--fault", $0.0.rawValue + seconds[$0.0, default: ""]] }
        let endpoint = try RunningEndpoint(["--tape", path] + faults)
        for (kind, code) in codes {
            let run = try ask(endpoint, ["--no-retry"], in: folder)
            #expect(run.status == code, "\(kind): \(run.errors)")
            #expect(code == 0 ? run.errors.isEmpty : run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        }
        // They are used up now.
        #expect(try ask(endpoint, in: folder).status == 0)
    }

    @Test func faultsAreUsedUpByTryingAgain() throws {
        let folder = try TemporaryFolder()
        let endpoint = try RunningEndpoint([
            "--tape", try maskTape(in: folder), "--fault", "rate-limit:2:0", "--fault", "reset",
        ])
        let run = try ask(endpoint, in: folder)
        #expect(run.status == 0, "\(run.errors)")
        // The reset meets a connection that was kept, which libcurl replaces without a wait; Foundation's session does
        // not.
        #if canImport(Glibc)
            let waitCount = 2
        #else
            let waitCount = 3
        #endif
        #expect(run.errors.components(separatedBy: "trying again").count == waitCount + 1)
    }

    /// The service's time to retry and request id.
    @Test func anErrorInJSONHasStatusRequestAndTime() throws {
        let folder = try TemporaryFolder()
        let endpoint = try RunningEndpoint(["--tape", try maskTape(in: folder), "--fault", "rate-limit:1:3600"])
        let limited = try ask(endpoint, in: folder)
        #expect(limited.status == 75)
        #expect(limited.errors.contains("(the service suggests 3600 s)"))
        let error = try #require(try limited.json()["error"])
        #expect(error["status"] == 429)
        #expect(error["retryAfter"]?.doubleValue == 3600)
        let path = try tape(
            "/models/bert-base-uncased",
            ["status": 422, "headers": ["x-request-id": "r-7"], "json": ["error": "no mask"]], in: folder)
        let refused = try CommandRun(
            ["run", "fill-mask", "--input", "\"x\"", "--tape", path], in: folder)
        #expect(try refused.json()["error"]?["status"] == 422)
        #expect(try refused.json()["error"]?["requestID"] == "r-7")
        #expect(refused.errors.contains("[request r-7]"))
    }

    /// The picture is in order: it is the service's fault, and its exit code.
    @Test func masksThatAreNoBase64AreTheServicesFault() throws {
        let folder = try TemporaryFolder()
        let path = try tape(
            "/models/facebook/detr-resnet-50-panoptic",
            ["json": [["label": "sky", "score": 1, "mask": "iVBORw0KGgo="]]], in: folder)
        let endpoint = try RunningEndpoint(["--tape", path, "--fault", "garbage-base64"])
        let run = try CommandRun(
            ["segment", TestFiles.scene, "-o", "masks", "--endpoint", endpoint.url], in: folder)
        #expect(run.status == 69)
        #expect(run.errors.contains("the response: mask 0 (sky): base64 text has the wrong character"))
        #expect(try !folder.contents().contains("masks"))
    }

    @Test func anAnswerBeyondItsLimitNamesTheOption() throws {
        let folder = try TemporaryFolder()
        let endpoint = try RunningEndpoint(["--tape", try maskTape(in: folder)])
        let run = try ask(endpoint, ["--max-answer", "10"], in: folder)
        #expect(run.status == 69)
        #expect(run.errors.contains("limit of 10 bytes") && run.errors.contains("--max-answer"))
        #expect(try ask(endpoint, ["--max-answer", "1K"], in: folder).status == 0)
    }

    /// `percept run … --stream | head -1`: the rest of the answer would take a thousand seconds.
    @Test(.timeLimit(.minutes(1))) func aStreamThatNobodyReadsEnds() throws {
        let folder = try TemporaryFolder()
        let event = #"data: {"token":{"id":1,"text":"a","special":false}}"# + "\n\n"
        let path = try tape(
            "/models/gpt2",
            [
                "headers": ["content-type": "text/event-stream"],
                "text": .string(String(repeating: event, count: 2000)),
            ], in: folder)
        let endpoint = try RunningEndpoint(["--tape", path, "--fault", "trickle:1:0.01"])
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let run = try CommandRun(
            ["run", "text-generation", "--stream", "--input", "\"x\"", "--endpoint", endpoint.url], in: folder,
            printingTo: pipe.fileHandleForWriting)
        #expect(run.status == 0, "\(run.errors)")
    }

    /// More time for an attempt than for all of them together would be cut short.
    @Test func theTimeOfAnAttemptIsAllowed() throws {
        for (arguments, total) in [([], 300), (["--timeout", "600"], 600), (["--timeout", "20"], 300)] {
            let options = try ServiceOptions.parse(arguments + ["--endpoint", "http://127.0.0.1:1"])
            let perceiver = try options.session().perceiver(limits: .default)
            #expect(perceiver.client.retry.totalDeadline == .seconds(total))
        }
    }

    @Test(arguments: ["nothing", "loading:0", "loading:x", "loading:1:-1", "loading:1:1:1", ""])
    func faultsThatAreNone(fault: String) throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            ["endpoint", "--tape", try maskTape(in: folder), "--fault", fault], in: folder)
        #expect(run.status == 64)
        #expect(run.errors.contains("“\(fault)”"))
    }

    // MARK: Forms

    @Test func aProviderGetsAForm() throws {
        let folder = try TemporaryFolder()
        let path = try tape(
            "/together/v1/audio/transcriptions", ["json": ["text": "Going along"]], in: folder)
        let arguments = ["--file", TestFiles.kitchen, "--provider", "together", "--tape", path]
        let run = try CommandRun(["run", "automatic-speech-recognition"] + arguments, in: folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try run.json() == ["text": "Going along"])
        let refused = try CommandRun(["run", "audio-classification"] + arguments, in: folder)
        #expect(refused.status == 64)
        #expect(refused.errors.contains("audio-classification is not part of OpenAI's API"))
    }

    @Test func inputsOfOneRunShareTheirConnections() throws {
        let folder = try TemporaryFolder()
        let arguments = ["--endpoint", "http://127.0.0.1:1", "--record", folder.file("new.json")]
        let session = try ServiceOptions.parse(arguments).session()
        let first = try session.perceiver(limits: .default).client.transport as? CapturingTransport
        let second = try session.perceiver(limits: .default).client.transport as? CapturingTransport
        let areShared = first != nil && first === second
        #expect(areShared)
    }

    @Test func kindsOfEndpoints() throws {
        let folder = try TemporaryFolder()
        let path = try tape("/v1/audio/transcriptions", ["json": ["text": "x"]], in: folder)
        let endpoint = try RunningEndpoint(["--tape", path])
        let run = try CommandRun(
            [
                "run", "automatic-speech-recognition", "--file", TestFiles.kitchen, "--endpoint", endpoint.url,
                "--endpoint-kind", "openai",
            ], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        for wrong in [["--endpoint-kind", "openai"], ["--provider", "a", "--endpoint", endpoint.url]] {
            let run = try CommandRun(["run", "fill-mask", "--input", "\"a\""] + wrong, in: folder)
            #expect(run.status == 64, "\(wrong)")
        }
    }

    // MARK: Streams

    @Test func aStreamOverASocketIsPrintedAndItsErrorReported() throws {
        let folder = try TemporaryFolder()
        let events = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Once\"}}]}\n\ndata: [DONE]\n\n"
        let path = try tape(
            "/v1/chat/completions",
            ["headers": ["content-type": "text/event-stream"], "text": .string(events)], in: folder)
        let endpoint = try RunningEndpoint(["--tape", path, "--fault", "stream-error"])
        let arguments = ["run", "chat", "--input", "\"Tell\"", "--stream", "--endpoint", endpoint.url]
        let failing = try CommandRun(arguments, in: folder)
        #expect(failing.status == 69, "\(failing.errors)")
        #expect(failing.errors.split(separator: "\n").count == 1)
        let run = try CommandRun(arguments, in: folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output == "Once\n")
    }
}
