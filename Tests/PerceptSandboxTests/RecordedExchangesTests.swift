import Foundation
import PerceptCore
import PerceptInference
import PerceptTestSupport
import Synchronization
import Testing

@testable import PerceptSandbox

/// Recorded requests and responses of the public service, replayed over a real socket.
@Suite(.enabled(if: TestFiles.conformance("exchanges.json") != nil, "the recorded exchanges are not present"))
struct RecordedExchangesTests {
    private func recordedTape() throws -> (tape: Tape, media: [String: MediaInput]) {
        let path = try #require(TestFiles.conformance("exchanges.json"))
        let all = try #require(JSONValue(parsing: TestFiles.bytes(of: path)).arrayValue)
        var exchanges: [Tape.Exchange] = []
        var media: [String: MediaInput] = [:]
        for entry in all {
            guard let file = entry["requestMedia"]?.stringValue else { continue }
            let task = try #require(entry["task"]?.stringValue)
            let bytes = try TestFiles.bytes(of: try #require(TestFiles.conformance(file)))
            media[task] = try MediaInput(sniffing: bytes)
            exchanges.append(
                Tape.Exchange(
                    request: .init(
                        path: "/models/\(try #require(entry["model"]?.stringValue))",
                        contentType: media[task]?.mediaType.rawValue, bodySHA256: SHA256.hexadecimalDigest(of: bytes)),
                    response: .init(body: .json(try #require(entry["responseJSON"])))))
        }
        // Through the file format, like any tape.
        return (try Tape(parsing: Tape(exchanges: exchanges).serialized()), media)
    }

    @Test func theFiveTasksEndToEnd() async throws {
        let (tape, media) = try recordedTape()
        #expect(tape.exchanges.count == 6, "five tasks, and image-to-text")
        let lines = Mutex<[String]>([])
        let endpoint = try await SandboxEndpoint.start(tape: tape) { report in
            lines.withLock { $0.append(report.description) }
        }
        let client = InferenceClient(token: nil, endpoint: .url(endpoint.url), timeout: .patience)
        func input(_ task: String) throws -> MediaInput { try #require(media[task]) }

        let speech = try await client.automaticSpeechRecognition(try input("automatic-speech-recognition"))
        #expect(speech.text.hasSuffix("HE CAN COME TO US IMMEDIATELY AFTERWARDS"))
        let sounds = try await client.audioClassification(try input("audio-classification"))
        #expect(sounds.map(\.label) == ["neu", "hap", "ang", "sad"])
        let classes = try await client.imageClassification(try input("image-classification"))
        #expect(classes.first?.label == "cheetah, chetah, Acinonyx jubatus")
        let objects = try await client.objectDetection(try input("object-detection"))
        #expect(objects.count == 6)
        let segments = try await client.imageSegmentation(try input("image-segmentation"))
        #expect(segments.first?.label == "LABEL_199")
        await endpoint.stop()

        let uploads = lines.withLock { $0 }.map { $0.split(separator: "←").last.map(String.init) ?? "" }
        #expect(uploads.count == 5)
        // From soxi and Pillow on the same files.
        #expect(uploads.filter { $0.contains("audio/flac 16000 Hz 1 channel 16 bit") }.count == 2)
        #expect(uploads.filter { $0.contains("image/png 640×420 ") }.count == 2)
    }
}
