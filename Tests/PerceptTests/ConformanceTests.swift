import Foundation
import Percept
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptTestSupport
import Testing

/// Answers of the public service, recorded in 2023, with the pictures that they are about; they lie beside the package
/// and not in it, so elsewhere these tests are skipped.
@Suite(.enabled(if: TestFiles.conformance("exchanges.json") != nil, "the recorded exchanges are not present"))
struct ConformanceTests {
    private static func answer(to task: String) throws -> JSONValue {
        let path = try #require(TestFiles.conformance("exchanges.json"))
        let exchanges = try #require(try JSONValue(parsing: TestFiles.bytes(of: path)).arrayValue)
        #expect(exchanges.count == 21)
        return try #require(exchanges.first { $0["task"]?.stringValue == task }?["responseJSON"])
    }

    /// Replays the recorded answer to `task` for whatever is sent.
    private static func perceiver(_ task: String) throws -> Perceiver {
        let exchange = Tape.Exchange(
            request: Tape.RequestMatcher(path: "/"), response: Tape.Response(body: .json(try answer(to: task))))
        let endpoint = try #require(URL(string: "http://127.0.0.1/"))
        return Perceiver(
            client: InferenceClient(
                token: nil, endpoint: .url(endpoint), transport: ReplayTransport(Tape(exchanges: [exchange]))))
    }

    private static func media(_ name: String) throws -> URL {
        URL(fileURLWithPath: try #require(TestFiles.conformance("media/\(name)")))
    }

    @Test func theRecordedBoxesAreThoseOfTheCats() async throws {
        let found = try await Self.perceiver("object-detection").detectObjects(in: Self.media("cats.png"))
        #expect(found.objects.count == 6)
        #expect(found.objects.allSatisfy { $0.label == "cat" })
        #expect(found.objects.first?.box == BoundingBox(xMin: 506, yMin: 233, xMax: 629, yMax: 405))
    }

    /// Detection and segmentation are two models' answers about one picture: each cat's mask fills a box.
    @Test func eachRecordedMaskFillsARecordedBox() async throws {
        let boxes = try await Self.perceiver("object-detection").detectObjects(in: Self.media("cats.png")).objects
        let segments = try await Self.perceiver("image-segmentation").segment(Self.media("cats.png")).segments
        let cats = segments.filter { $0.label == "cat" }
        #expect(segments.count == 7)
        #expect(cats.count == 6)
        for cat in cats {
            let mask = try #require(cat.mask.boundingBox)
            let best = boxes.map { $0.box.intersectionOverUnion(with: mask) }.max() ?? 0
            // The dark cat's recorded mask is ragged and reaches beyond its box: 0.697.
            #expect(best > 0.65, "no box fits \(mask): \(best)")
        }
    }

    @Test func theRecordedSpeechAndClassesAreDecoded() async throws {
        let transcript = try await Self.perceiver("automatic-speech-recognition").transcribe(Self.media("sample1.flac"))
        #expect(transcript.text.hasPrefix("GOING ALONG SLUSHY COUNTRY ROADS"))
        let feelings = try await Self.perceiver("audio-classification").classify(Self.media("sample1.flac"))
        #expect(feelings.classes.map(\.label) == ["neu", "hap", "ang", "sad"])
        let animals = try await Self.perceiver("image-classification").classify(Self.media("cheetah.png"))
        #expect(animals.classes.first?.label == "cheetah, chetah, Acinonyx jubatus")
    }
}

extension BoundingBox {
    fileprivate func intersectionOverUnion(with other: BoundingBox) -> Double {
        let common = BoundingBox(
            xMin: max(xMin, other.xMin), yMin: max(yMin, other.yMin), xMax: min(xMax, other.xMax),
            yMax: min(yMax, other.yMax)
        ).area
        return common / (area + other.area - common)
    }
}
