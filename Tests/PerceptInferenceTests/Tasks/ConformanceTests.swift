import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptInference

/// Replays every recorded exchange of the public service (2023): encodes its request, decodes its response and encodes
/// it again.
@Suite(.enabled(if: TestFiles.conformance("exchanges.json") != nil, "the recorded exchanges are not present"))
struct ConformanceTests {
    private func exchanges() throws -> [JSONValue] {
        let path = try #require(TestFiles.conformance("exchanges.json"))
        return try #require(JSONValue(parsing: TestFiles.bytes(of: path)).arrayValue)
    }

    private func arguments(_ exchange: JSONValue) throws -> TaskArguments {
        var arguments = TaskArguments(input: exchange["requestJSON"]?["inputs"])
        arguments.parameters = exchange["requestJSON"]?["parameters"]?.objectValue ?? [:]
        if let media = exchange["requestMedia"]?.stringValue.flatMap(TestFiles.conformance) {
            arguments.media = try MediaInput(sniffing: TestFiles.bytes(of: media))
        }
        return arguments
    }

    private func answer(_ exchange: JSONValue) throws -> InferenceAnswer {
        let status = try #require(exchange["status"]?.integerValue)
        return InferenceAnswer(status: status, body: exchange["responseJSON"]?.serialized() ?? [])
    }

    /// The endpoint of a server of that time.
    private func legacyBody(_ payload: RequestPayload) throws -> MediaInput {
        let url = try #require(URL(string: "https://example.org"))
        return try EncodedRequest(payload, options: RequestOptions(), for: .legacy(url)).body
    }

    @Test func requestsAreThoseRecorded() throws {
        var compared = 0
        // The other tests of this suite cover the remaining exchange, a stream, and the rest: 19 responses and a
        // rejection.
        #expect(try exchanges().count == 21)
        for exchange in try exchanges() where exchange["stream"] == nil {
            let task = try #require(TaskCatalogue.task(named: exchange["task"]?.stringValue ?? ""))
            let body = try legacyBody(task.payload(arguments(exchange)))
            if let media = exchange["requestMedia"]?.stringValue.flatMap(TestFiles.conformance) {
                #expect(try body.bytes() == TestFiles.bytes(of: media), "\(task.name)")
            } else {
                let recorded = try #require(exchange["requestJSON"]?.objectValue)
                let object = try #require(try JSONValue(parsing: body.bytes()).objectValue)
                #expect(object == recorded, "\(task.name)")
                #expect(object.keys == recorded.keys, "\(task.name)")
            }
            compared += 1
        }
        #expect(compared == 20)
    }

    @Test func answersDecodeWithoutLoss() throws {
        var decoded = 0
        for exchange in try exchanges() where exchange["status"] == 200 && exchange["stream"] == nil {
            let task = try #require(TaskCatalogue.task(named: exchange["task"]?.stringValue ?? ""))
            let recorded = try #require(exchange["responseJSON"])
            let output = try task.decode(answer(exchange), arguments(exchange))
            #expect(Self.flat(output.json) == Self.flat(recorded), "\(task.name)")
            decoded += 1
        }
        #expect(decoded == 19)
    }

    /// Lists and bare objects as one list: the form is not part of the result.
    private static func flat(_ value: JSONValue) -> [JSONValue] {
        value.arrayValue?.flatMap { $0.arrayValue ?? [$0] } ?? [value]
    }

    @Test func recordedTypesOfTheSeed() throws {
        func output<SeedTask: CataloguedTask>(_ type: SeedTask.Type) throws -> SeedTask.Output {
            let found = try exchanges().first {
                $0["task"]?.stringValue == type.name && $0["status"] == 200 && $0["stream"] == nil
            }
            let exchange = try #require(found, "\(type.name)")
            #expect(exchange["model"]?.stringValue == type.defaultModel || type.name == FeatureExtraction.name)
            return try type.init(arguments(exchange)).decode(answer(exchange))
        }
        let filled = try output(FillMask.self)
        #expect(filled.count == 5)
        #expect(
            filled.first
                == FilledMask(score: 0.2910905182361603, token: 1996, tokenString: "the", sequence: "the world!"))
        #expect(try output(Summarization.self).first?.summaryText.hasPrefix("The tower is 324 metres") == true)
        #expect(
            try output(QuestionAnswering.self)
                == .one(ExtractedAnswer(answer: "Paris", score: 0.9703431725502014, start: 25, end: 30)))
        #expect(
            try output(TableQuestionAnswering.self)
                == TableAnswer(
                    answer: "AVERAGE > 36542", coordinates: [[0, 1]], cells: ["36542"], aggregator: "AVERAGE"))
        #expect(try output(TextClassification.self).map(\.label) == ["POSITIVE", "NEGATIVE"])
        #expect(try output(TextGeneration.self).first?.generatedText.hasPrefix("The answer to the universe is") == true)
        #expect(try output(Text2TextGeneration.self).map(\.generatedText) == ["a"])
        let entities = try output(TokenClassification.self)
        #expect(entities.map(\.entityGroup) == ["PER", "PER"])
        #expect(entities.map(\.word) == ["Sarah Jessica Parker", "Jessica"])
        #expect(entities.map(\.start) == [11, 52])
        #expect(
            try output(Translation.self).map(\.translationText) == ["Mein Name ist Wolfgang und ich lebe in Berlin"])
        let zeroShot = try output(ZeroShotClassification.self)
        #expect(zeroShot.map(\.labels) == [["refund", "faq", "legal"]])
        #expect(zeroShot.first?.scores.first == 0.8777875304222107)
        let reply = try output(Conversational.self)
        #expect(reply.generatedText == "It's the best movie ever.")
        #expect(reply.conversation?.pastUserInputs == ["Which movie is the best ?", "Can you explain why ?"])
        #expect(reply.conversation?.generatedResponses.count == 2)
        #expect(reply.warnings.count == 1)
        let features = try output(FeatureExtraction.self)
        #expect(features.depth == 1)
        #expect(features.vector?.count == 768)
        #expect(features.vector?.first == -0.14440970122814178)
        #expect(
            try output(SentenceSimilarity.self) == [0.6623499393463135, 0.9382343292236328, 0.2296333611011505])
        #expect(
            try output(ImageToText.self).map(\.generatedText) == [
                "a large brown and white giraffe standing in a field "
            ])
    }

    @Test func theRecordedStreamReads() async throws {
        let exchange = try #require(try exchanges().first { $0["stream"] == true })
        let text = try #require(exchange["responseText"]?.stringValue)
        let task = Text2TextGeneration(inputs: try #require(exchange["requestJSON"]?["inputs"]?.stringValue))
        let body = try legacyBody(task.streamingPayload()).bytes()
        #expect(try JSONValue(parsing: body) == exchange["requestJSON"])
        var parser = ServerSentEventParser()
        var events: [ServerSentEvent] = []
        try parser.read(Array(text.utf8), into: &events)
        if let last = try parser.finish() { events.append(last) }
        let pieces = try events.map { try task.decode($0) }
        #expect(pieces.map(\.text).joined() == "one two three four")
        #expect(pieces.last?.generatedText == "one two three four")
        #expect(pieces.compactMap(\.generatedText).count == 1)
    }

    @Test func theModelThatDoesNotExist() async throws {
        let exchange = try #require(try exchanges().first { $0["status"] == 404 })
        let body = try #require(exchange["responseJSON"])
        let client = try makeClient(
            ClosureTransport(TransportReply(404, String(decoding: body.serialized(), as: UTF8.self))))
        let error = await failure {
            try await client.fillMask("[MASK] world!", model: "this-model-does-not-exist-123")
        }
        #expect(error?.kind == .notFound)
        #expect(error?.serviceMessage == body["error"]?.stringValue)
    }
}
