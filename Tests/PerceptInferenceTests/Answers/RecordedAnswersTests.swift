import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptInference

/// Responses of the public service, recorded in 2023, and the media they describe.
@Suite(.enabled(if: TestFiles.conformance("exchanges.json") != nil, "the recorded exchanges are not present"))
struct RecordedAnswersTests {
    private struct Exchange {
        var model: String
        var media: [UInt8]
        var answer: InferenceAnswer
        var json: JSONValue
    }

    private func exchanges(of task: String) throws -> [Exchange] {
        let path = try #require(TestFiles.conformance("exchanges.json"))
        let all = try #require(JSONValue(parsing: TestFiles.bytes(of: path)).arrayValue)
        return try all.filter { $0["task"]?.stringValue == task && $0["status"] == 200 }.map { entry in
            let media = try #require(entry["requestMedia"]?.stringValue.flatMap(TestFiles.conformance))
            let json = try #require(entry["responseJSON"])
            return Exchange(
                model: try #require(entry["model"]?.stringValue), media: try TestFiles.bytes(of: media),
                answer: InferenceAnswer(body: json.serialized()), json: json)
        }
    }

    @Test func speech() throws {
        let found = try exchanges(of: AutomaticSpeechRecognition.name)
        #expect(found.count == 1)
        for exchange in found {
            let task = AutomaticSpeechRecognition(audio: try MediaInput(sniffing: exchange.media))
            #expect(AutomaticSpeechRecognition.defaultModel == exchange.model)
            #expect(try task.payload() == .raw(MediaInput(bytes: exchange.media, mediaType: .flac)))
            let speech = try task.decode(exchange.answer)
            #expect(speech.text == exchange.json["text"]?.stringValue)
            #expect(speech.text.hasPrefix("GOING ALONG SLUSHY COUNTRY ROADS"))
            #expect(speech.chunks.isEmpty)
        }
    }

    @Test func soundClasses() throws {
        let found = try exchanges(of: AudioClassification.name)
        #expect(found.count == 1)
        for exchange in found {
            let task = AudioClassification(audio: try MediaInput(sniffing: exchange.media))
            #expect(AudioClassification.defaultModel == exchange.model)
            let classes = try task.decode(exchange.answer)
            #expect(classes.map(\.label) == ["neu", "hap", "ang", "sad"])
            #expect(classes.first?.score == 0.5927600264549255)
        }
    }

    @Test func pictureClasses() throws {
        let found = try exchanges(of: ImageClassification.name)
        #expect(found.count == 1)
        for exchange in found {
            let task = ImageClassification(image: try MediaInput(sniffing: exchange.media))
            #expect(ImageClassification.defaultModel == exchange.model)
            #expect(try task.payload() == .raw(MediaInput(bytes: exchange.media, mediaType: .png)))
            let classes = try task.decode(exchange.answer)
            #expect(classes.count == 5)
            #expect(classes.first == ClassScore(label: "cheetah, chetah, Acinonyx jubatus", score: 0.9981812238693237))
        }
    }

    @Test func objects() throws {
        let found = try exchanges(of: ObjectDetection.name)
        #expect(found.count == 1)
        for exchange in found {
            #expect(ObjectDetection.defaultModel == exchange.model)
            let objects = try ObjectDetection(image: try MediaInput(sniffing: exchange.media)).decode(exchange.answer)
            #expect(objects.count == 6)
            #expect(objects.allSatisfy { $0.label == "cat" })
            #expect(objects.first?.box == BoundingBox(xMin: 506, yMin: 233, xMax: 629, yMax: 405))
        }
    }

    @Test func segments() throws {
        let found = try exchanges(of: ImageSegmentation.name)
        #expect(found.count == 1)
        for exchange in found {
            #expect(ImageSegmentation.defaultModel == exchange.model)
            let segments = try ImageSegmentation(image: try MediaInput(sniffing: exchange.media)).decode(
                exchange.answer)
            #expect(segments.count == exchange.json.arrayValue?.count)
            #expect(segments.first?.label == "LABEL_199")
            #expect(segments.first?.score == 0.986684)
            for segment in segments {
                #expect(MediaType.sniff(Array(try Base64.decode(segment.mask).prefix(16))) == .png)
            }
        }
    }
}
