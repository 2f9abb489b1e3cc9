import Foundation
import PerceptInference
import PerceptTestSupport
import Testing

/// Subtitles of services that reject a form of asking for times, or give none.
@Suite struct SubtitleTimesTests {
    private static let model = "/hf-inference/models/facebook/wav2vec2-large-960h-lv60-self"

    /// Exchanges of one path, each answering once, the last one from then on.
    private func tape(_ responses: [JSONValue], in folder: TemporaryFolder) throws -> String {
        let exchanges = responses.map { response -> JSONValue in
            ["request": ["path": .string(Self.model)], "response": response]
        }
        let tape: JSONValue = ["format": "percept-tape", "version": 1, "exchanges": .array(exchanges)]
        return try folder.write(tape.serialized(), as: "tape.json")
    }

    /// The rejection of transformers 5.24.0 for `return_timestamps: true`.
    private let rejection: JSONValue = [
        "status": 400,
        "json": [
            "error": .string(
                "CTC can either predict character level timestamps, or word level timestamps. Set "
                    + "`return_timestamps='char'` or `return_timestamps='word'` as required.")
        ],
    ]
    private let words: JSONValue = [
        "json": [
            "text": "TWO CUPS",
            "chunks": [["text": "TWO", "timestamp": [0.5, 0.8]], ["text": "CUPS", "timestamp": [0.9, 1.25]]],
        ]
    ]

    @Test func aRejectionIsReportedOnStandardErrorAndInTheJSON() throws {
        let folder = try TemporaryFolder()
        let ask = [
            "transcribe", TestFiles.kitchen, "--tape", try tape([rejection, words], in: folder), "--timestamps",
            "chunk",
        ]
        let run = try CommandRun(ask + ["--format", "srt"], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output == "1\n00:00:00,500 --> 00:00:00,800\nTWO\n\n2\n00:00:00,900 --> 00:00:01,250\nCUPS\n")
        #expect(run.errors.components(separatedBy: "the service rejected return_timestamps true").count == 2)
        let json = try CommandRun(ask + ["--json"], in: folder).json()
        #expect(json["warnings"]?.arrayValue?.count == 1)
        #expect(json["warnings"]?[0]?.stringValue?.contains(#"sent again with "word""#) == true)
    }

    /// The endpoint goes on with its tape: whichever input is sent first is rejected once, and the other is not.
    @Test func allInputsOfARunLearnOfIt() throws {
        let folder = try TemporaryFolder()
        let endpoint = try RunningEndpoint(["--tape", try tape([rejection, words], in: folder)])
        let run = try CommandRun(
            [
                "transcribe", TestFiles.kitchen, TestFiles.harbour, "--endpoint", endpoint.url, "--timestamps", "chunk",
                "--json",
            ], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        let lines = try run.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(lines.compactMap { $0["warnings"]?.arrayValue?.count }.sorted() == [0, 1])
        #expect(run.errors.components(separatedBy: "the service rejected").count == 2)
    }

    @Test func withoutTimesThereIsOneCueAndAWarning() throws {
        let folder = try TemporaryFolder()
        let path = try tape([["json": ["text": "TWO CUPS OF FLOUR"]]], in: folder)
        let run = try CommandRun(["transcribe", TestFiles.kitchen, "--tape", path, "--format", "srt"], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        // The recording is 4.271792 s long (soxi -D).
        #expect(run.output == "1\n00:00:00,000 --> 00:00:04,272\nTWO CUPS OF FLOUR\n")
        #expect(run.errors.contains("the response has no times"))
        let picture = try CommandRun(
            ["transcribe", TestFiles.kitchen, "--tape", path, "--picture", "p.png", "--json"], in: folder)
        #expect(picture.status == 0, "\(picture.errors)")
        #expect(try picture.json()["warnings"]?[0]?.stringValue?.hasPrefix("the response has no times") == true)
    }
}
