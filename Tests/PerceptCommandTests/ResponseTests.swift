import Foundation
import PerceptCore
import PerceptInference
import PerceptTestSupport
import Testing

/// The output and exit codes of the command for responses.
@Suite struct ResponseTests {
    private typealias Exchange = (path: String, response: JSONObject, repeatCount: Int?)

    private func tape(_ exchanges: [Exchange], in folder: TemporaryFolder, as name: String = "tape.json") throws
        -> String
    {
        let entries = exchanges.map { exchange -> JSONValue in
            var entry: JSONObject = [
                "request": ["path": .string(exchange.path)], "response": .object(exchange.response),
            ]
            entry["repeat"] = exchange.repeatCount.map { .integer($0) }
            return .object(entry)
        }
        let tape: JSONValue = ["format": "percept-tape", "version": 1, "exchanges": .array(entries)]
        return try folder.write(tape.serialized(), as: name)
    }

    private static let speech = "/models/facebook/wav2vec2-large-960h-lv60-self"

    private func numbered(in folder: TemporaryFolder) throws -> String {
        try tape(
            ["FIRST", "SECOND", "THIRD"].map { (Self.speech, ["json": ["text": .string($0)]], 1) }, in: folder)
    }

    // MARK: Several inputs

    /// The responses come in the order in which an endpoint would send them.
    @Test func inputsContinueThroughTheTape() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            ["transcribe", TestFiles.kitchen, TestFiles.harbour, "--tape", try numbered(in: folder), "--json"],
            in: folder)
        #expect(run.status == 0, "\(run.errors)")
        let lines = try run.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(lines.map { $0["text"] } == ["FIRST", "SECOND"])
        // One that cannot be read asks nothing.
        let gap = try CommandRun(
            ["transcribe", TestFiles.kitchen, "no.wav", TestFiles.harbour, "--tape", "tape.json"], in: folder)
        #expect(gap.status == 66)
        #expect(gap.output.contains("FIRST") && gap.output.contains("SECOND"))
    }

    /// In the order of the inputs, what failed among them, and nothing of one that was never sent.
    @Test func aRecordedRunHasAllInputsInOrder() throws {
        let folder = try TemporaryFolder()
        let path = try tape(
            [
                (Self.speech, ["json": ["text": "FIRST"]], 1),
                (Self.speech, ["status": 422, "json": ["error": "no"]], 1),
                (Self.speech, ["json": ["text": "THIRD"]], 1),
            ], in: folder)
        let endpoint = try RunningEndpoint(["--tape", path])
        let inputs = [TestFiles.kitchen, TestFiles.harbour, "no.wav", TestFiles.kitchen]
        let asked = try CommandRun(
            ["transcribe"] + inputs + ["--endpoint", endpoint.url, "--record", "new.json", "--no-retry"], in: folder)
        #expect(asked.status == 69, "\(asked.errors)")
        let recorded = try Tape(parsing: TestFiles.bytes(of: folder.file("new.json")))
        #expect(recorded.exchanges.map(\.response.status) == [200, 422, 200])
        let replayed = try CommandRun(["transcribe"] + inputs + ["--tape", "new.json"], in: folder)
        #expect(replayed.output == asked.output)
        #expect(replayed.status == 69)
    }

    /// Responses received before the signal are on the tape.
    @Test(.timeLimit(.minutes(1))) func anInterruptedRunSavesWhatItRecorded() throws {
        let folder = try TemporaryFolder()
        let answers = try tape([(Self.speech, ["json": ["text": "FIRST"]], 1)], in: folder)
        // The second response takes minutes to begin.
        let endpoint = try RunningEndpoint([
            "--tape", answers, "--fault", "slow-start:1:0", "--fault", "slow-start:1:100",
        ])
        let run = Process()
        run.executableURL = try CommandRun.executable()
        run.arguments = [
            "transcribe", TestFiles.kitchen, TestFiles.harbour, "--endpoint", endpoint.url, "--record", "new.json",
        ]
        run.currentDirectoryURL = folder.url
        let output = Pipe()
        run.standardOutput = output
        run.standardError = Pipe()
        try run.run()
        // The first transcript has been printed, so the second one is being asked for.
        #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).contains("FIRST"))
        usleep(300_000)
        run.interrupt()
        run.waitUntilExit()
        #expect(run.terminationStatus == 130)
        let recorded = try Tape(parsing: TestFiles.bytes(of: folder.file("new.json")))
        #expect(recorded.exchanges.map(\.response.status) == [200])
        #expect(try folder.contents().filter { $0.hasSuffix(".part") } == [])
    }

    // MARK: Masks

    /// The mask is the service's: 69, not the usage error that a wrong argument would be.
    @Test func aMaskOfAnotherSizeIsTheServicesFault() throws {
        let folder = try TemporaryFolder()
        let bytes = try Base64.encode(TestFiles.bytes(of: TestFiles.media("images/scene-ball-mask.png")))
        let path = try tape(
            [
                (
                    "/models/facebook/detr-resnet-50-panoptic",
                    ["json": [["label": "all", "score": nil, "mask": .string(bytes)]]], nil
                )
            ], in: folder)
        // The mask is of the size of the scene, 960 by 640; what is sent is smaller.
        let arguments = ["segment", TestFiles.scene, "--longest-side", "96", "--tape", path, "-o", "masks"]
        let run = try CommandRun(arguments, in: folder)
        #expect(run.status == 69, "\(run.errors)")
        #expect(run.errors.contains("960×640") && run.errors.contains("96×64"))
        #expect(run.errors.contains("rescale it (--rescale-masks)"))
        #expect(try CommandRun(arguments + ["--rescale-masks"], in: folder).status == 0)
    }

    // MARK: Errors

    @Test func errorsOfATaskWithoutAFileNameNoFile() throws {
        let folder = try TemporaryFolder()
        let path = try tape([], in: folder)
        let run = try CommandRun(["run", "fill-mask", "--input", "\"x\"", "--tape", path], in: folder)
        #expect(run.status == 69)
        #expect(try run.json().objectValue?.keys == ["task", "error"])
        #expect(try run.json()["task"] == "fill-mask")
        let about = try CommandRun(
            ["run", "object-detection", "--file", TestFiles.scene, "--tape", path], in: folder)
        #expect(try about.json()["file"]?.stringValue == TestFiles.scene)
        let odd = try CommandRun(
            [
                "run", "zero-shot-classification", "--input", "\"x\"", "--parameters",
                #"{"candidate_labels":"a"}"#, "--tape", path,
            ], in: folder)
        #expect(odd.status == 64)
        #expect(odd.errors == "percept: candidate_labels is a string; pass a list of strings\n")
    }

    // MARK: Streams

    private func streamed(_ events: [String], _ more: [String] = []) throws -> CommandRun {
        let folder = try TemporaryFolder()
        let path = try tape(
            [
                (
                    "/v1/chat/completions",
                    [
                        "headers": ["content-type": "text/event-stream"],
                        "text": .string(events.map { "data: \($0)\n\n" }.joined()),
                    ], nil
                )
            ], in: folder)
        return try CommandRun(["run", "chat", "--input", "\"x\"", "--stream", "--tape", path] + more, in: folder)
    }

    private func piece(_ text: String) -> String {
        let content = String(decoding: JSONValue.string(text).serialized(), as: UTF8.self)
        return #"{"choices":[{"index":0,"delta":{"content":\#(content)}}]}"#
    }

    /// A terminal shows both streams: the error must not continue the line of the text.
    @Test func anErrorInAStreamStandsOnALineOfItsOwn() throws {
        let failure = #"{"error":{"message":"gone"}}"#
        for (pieces, output) in [(["half"], "half\n"), (["half\n"], "half\n"), (["a\n", "b"], "a\nb\n"), ([], "")] {
            let run = try streamed(pieces.map(piece) + [failure])
            #expect(run.status == 69)
            #expect(run.output == output)
            #expect(run.errors.hasPrefix("percept: ") && run.errors.contains("“gone”"))
        }
        let json = try streamed([piece("half"), failure], ["--json"])
        #expect(json.output.split(separator: "\n").count == 2, "the piece, and the error")
    }

    @Test func aStreamWithoutTextSaysWhy() throws {
        let run = try streamed([
            #"{"choices":[{"index":0,"delta":{"content":"","reasoning_content":"hm"}}]}"#,
            #"{"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}"#, "[DONE]",
        ])
        #expect(run.status == 0)
        #expect(run.errors.contains("the response has no text (finish reason “length”)"))
        #expect(try streamed([piece("a"), "[DONE]"]).errors.isEmpty)
    }

    @Test func aTranscriptMayBePlainText() throws {
        let folder = try TemporaryFolder()
        let path = try tape(
            [
                (
                    Self.speech, ["headers": ["content-type": "text/plain; charset=utf-8"], "text": "Good morning.\n"],
                    nil
                )
            ],
            in: folder)
        let run = try CommandRun(["transcribe", TestFiles.kitchen, "--tape", path], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output == "Good morning.\n")
    }
}
