import Foundation
import PerceptInference
import PerceptTestSupport
import Testing

/// A recording with one failing chunk: the other responses are printed, the gap is named, and the code is the
/// failure's.
@Suite struct GapTests {
    /// Three chunks of one second and their responses, the second of which is an error.
    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let samples = (0..<24_000).map { Int16(8000 * sin(Double($0) / 4)) }
        _ = try folder.write(
            WAVBytes.plain(WAVBytes.samples(samples), bits: 16, sampleRate: 8000, channelCount: 1), as: "talk.wav")
        let path = "/models/facebook/wav2vec2-large-960h-lv60-self"
        let answer: JSONObject = ["json": ["text": "said", "chunks": [["text": "said", "timestamp": [0.3, 0.5]]]]]
        let failure: JSONObject = ["status": 400, "json": ["error": "too noisy"]]
        let exchanges = [answer, failure, answer, answer, answer].map { response -> JSONValue in
            ["request": ["path": .string(path)], "response": .object(response)]
        }
        let tape: JSONValue = ["format": "percept-tape", "version": 1, "exchanges": .array(exchanges)]
        _ = try folder.write(tape.serialized(), as: "tape.json")
        return folder
    }

    private static let arguments = ["transcribe", "talk.wav", "--tape", "tape.json", "--chunk", "1", "--no-retry"]

    @Test func theTextIsPrintedAndTheGapNamedOnce() throws {
        let run = try CommandRun(Self.arguments, in: Self.folder())
        #expect(run.status == 69)
        #expect(run.output.hasPrefix("said said"), "\(run.output)")
        let lines = run.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(run.errors)")
        #expect(lines.first?.contains("talk.wav, chunk") == true && lines.first?.contains("too noisy") == true)
    }

    @Test func jsonHasTextGapsAndError() throws {
        let run = try CommandRun(Self.arguments + ["--timestamps", "word", "--json"], in: Self.folder())
        #expect(run.status == 69)
        let json = try run.json()
        #expect(json["text"]?.stringValue?.hasPrefix("said said") == true)
        let gap = try #require(json["gaps"]?.arrayValue?.first)
        #expect(json["gaps"]?.arrayValue?.count == 1)
        let times = try #require(gap["timestamp"]?.arrayValue).compactMap(\.doubleValue)
        #expect(times.count == 2 && times[0] < times[1] && times[1] <= 3)
        #expect(gap["reason"]?.stringValue?.contains("HTTP 400: “too noisy”") == true)
        #expect(json["error"]?["kind"]?.stringValue == "invalidRequest")
        #expect(json["error"]?["status"]?.integerValue == 400)
    }

    @Test func subtitlesHaveWhatWasAnswered() throws {
        let run = try CommandRun(Self.arguments + ["--format", "srt"], in: Self.folder())
        #expect(run.status == 69)
        #expect(run.output.components(separatedBy: " --> ").count > 2)
        #expect(run.errors.contains("too noisy"))
    }
}
