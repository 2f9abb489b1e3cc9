import Foundation
import HTTPTypes
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptInference

/// The table of tasks: complete, and true of the code.
@Suite struct TaskCatalogueTests {
    /// An example argument for each kind of media.
    static func arguments(for task: TaskDescription) -> TaskArguments {
        let media: MediaInput? =
            switch task.medium {
            case .audio: MediaInput(bytes: Array("fLaC".utf8), mediaType: .flac)
            case .image: picture
            default: nil
            }
        return TaskArguments(input: task.example.input, media: media, parameters: task.example.parameters)
    }

    /// The seed's list of supported APIs by the hub's names (text2text and named entities among them), and those that
    /// came later.
    @Test func everyTaskIsThere() {
        let seed = [
            "fill-mask", "summarization", "question-answering", "table-question-answering", "text-classification",
            "text-generation", "text2text-generation", "token-classification", "ner", "translation",
            "zero-shot-classification", "conversational", "feature-extraction", "automatic-speech-recognition",
            "audio-classification", "image-classification", "object-detection", "image-segmentation",
        ]
        let later = [
            "chat-completion", "sentence-similarity", "image-to-text", "visual-question-answering",
            "document-question-answering", "zero-shot-image-classification", "text-to-image", "text-to-speech",
            "image-to-image", "audio-to-audio", "tabular-classification", "tabular-regression",
        ]
        #expect(seed.count == 18)
        for name in seed + later { #expect(TaskCatalogue.task(named: name) != nil, "\(name)") }
        #expect(TaskCatalogue.tasks.count == 29)
        #expect(TaskCatalogue.task(named: "no-such-task") == nil)
        let seedMethods = [
            "fillMask", "summarization", "questionAnswer", "tableQuestionAnswer", "textClassification",
            "textGeneration", "tokenClassification", "translation", "zeroShotClassification", "conversational",
            "featureExtraction", "automaticSpeechRecognition", "audioClassification", "imageClassification",
            "objectDetection", "imageSegmentation",
        ]
        #expect(Set(seedMethods).isSubset(of: TaskCatalogue.tasks.flatMap(\.methods)))
    }

    @Test func namesAreUnique() {
        #expect(Set(TaskCatalogue.tasks.map(\.name)).count == TaskCatalogue.tasks.count)
        for task in TaskCatalogue.tasks {
            #expect(Set(task.parameters.map(\.name)).count == task.parameters.count, "\(task.name)")
        }
        for (alias, name) in TaskCatalogue.aliases {
            #expect(TaskCatalogue.tasks.contains { $0.name == name })
            #expect(!TaskCatalogue.tasks.contains { $0.name == alias })
        }
    }

    @Test(arguments: TaskCatalogue.tasks.map(\.name))
    func everyFormOfAnswerDecodes(name: String) throws {
        let task = try #require(TaskCatalogue.task(named: name))
        let arguments = Self.arguments(for: task)
        #expect(!task.example.answers.isEmpty)
        for text in task.example.answers {
            let answer = InferenceAnswer(body: Array(text.utf8))
            let output = try task.decode(answer, arguments)
            // What is written decodes to the same again: nothing is lost.
            let again = try task.decode(InferenceAnswer(body: output.json.serialized()), arguments)
            #expect(again.json == output.json, "\(name): \(text)")
        }
    }

    @Test(arguments: TaskCatalogue.tasks.map(\.name))
    func unknownMembersStayReachable(name: String) throws {
        let task = try #require(TaskCatalogue.task(named: name))
        for text in task.example.answers {
            let json = try JSONValue(parsing: Array(text.utf8))
            let object = json.objectValue ?? json[0]?.objectValue ?? json[0]?[0]?.objectValue
            // Only if the response itself is an object: objects around a list of numbers or media have no other
            // members.
            guard var object, json.objectValue != nil,
                object["label"] ?? object["answer"] ?? object["text"] ?? object["score"] != nil
            else { continue }
            object["novelty"] = ["seed": 2_835_381_823_020_158_940]
            let output = try task.decode(
                InferenceAnswer(body: JSONValue.object(object).serialized()), Self.arguments(for: task))
            let found = output.json["novelty"] ?? output.json[0]?["novelty"]
            #expect(found == ["seed": 2_835_381_823_020_158_940], "\(name): \(text)")
        }
    }

    /// Routers read the first keys of a body only, and servers choose the form of media by what is accepted.
    @Test func chatNamesItsModelFirstAndPicturesAreAcceptedAsPNG() async throws {
        let chat = ClosureTransport(TransportReply(200, ChatCompletion.example.answers[0]))
        _ = try await makeClient(chat).chatCompletion([.user("x")], model: "owner/model")
        let body = try JSONValue(parsing: try #require(chat.requests.first).body)
        #expect(body.objectValue?.keys == ["model", "messages"])
        #expect(body["model"] == "owner/model")
        let painting = ClosureTransport(TransportReply(200, TextToImage.example.answers[0]))
        _ = try await makeClient(painting).textToImage("x")
        #expect(painting.requests.first?.headers[.accept] == "image/png")
        let reading = ClosureTransport(TransportReply(200, TextToSpeech.example.answers[0]))
        _ = try await makeClient(reading).textToSpeech("x")
        #expect(reading.requests.first?.headers[.accept] == "*/*")
        #expect(chat.requests.first?.headers[.accept] == "application/json")
    }

    /// An image in a message is sent as a data URL.
    @Test func aMessageCarriesAPicture() throws {
        let message = try ChatMessage.user("What is it?", image: picture)
        // `printf '\x89PNG\r\n\x1a\n' | base64`
        #expect(message.content?[1]?["image_url"]?["url"] == "data:image/png;base64,iVBORw0KGgo=")
        #expect(message.text == "What is it?")
    }

    /// Each client method sends its own task to its own route, and gives something.
    @Test func methodsAskWhatTheTableSays() async throws {
        var asked: [String: String] = [:]
        func ask<Output>(
            _ method: String, _ body: (InferenceClient) async throws(InferenceError) -> Output
        ) async throws {
            let task = try #require(TaskCatalogue.tasks.first { $0.methods.contains(method) }, "\(method)")
            let transport = ClosureTransport(TransportReply(200, task.example.answers[0]))
            _ = try await body(makeClient(transport))
            let path = try #require(transport.requests.first?.url.path)
            #expect(path == "/hf-inference/models/\(task.defaultModel)\(task.route.suffix)")
            asked[method] = task.name
        }
        let recording = MediaInput(bytes: Array("fLaC".utf8), mediaType: .flac)
        try await ask("fillMask") { client throws(InferenceError) in try await client.fillMask("[MASK]") }
        try await ask("summarization") { client throws(InferenceError) in try await client.summarization("x") }
        try await ask("questionAnswer") { client throws(InferenceError) in
            try await client.questionAnswer(question: "a", context: "b")
        }
        try await ask("tableQuestionAnswer") { client throws(InferenceError) in
            try await client.tableQuestionAnswer(query: "a", table: ["b": ["c"]])
        }
        try await ask("textClassification") { client throws(InferenceError) in try await client.textClassification("x")
        }
        try await ask("textGeneration") { client throws(InferenceError) in try await client.textGeneration("x") }
        try await ask("text2TextGeneration") { client throws(InferenceError) in
            try await client.text2TextGeneration("x")
        }
        try await ask("tokenClassification") { client throws(InferenceError) in
            try await client.tokenClassification("x")
        }
        try await ask("namedEntities") { client throws(InferenceError) in try await client.namedEntities("x") }
        try await ask("translation") { client throws(InferenceError) in try await client.translation("x") }
        try await ask("zeroShotClassification") { client throws(InferenceError) in
            try await client.zeroShotClassification("x", candidateLabels: ["a"])
        }
        try await ask("conversational") { client throws(InferenceError) in try await client.conversational("x") }
        try await ask("featureExtraction") { client throws(InferenceError) in try await client.featureExtraction("x") }
        try await ask("sentenceSimilarity") { client throws(InferenceError) in
            try await client.sentenceSimilarity("x", to: ["a", "b"])
        }
        try await ask("chatCompletion") { client throws(InferenceError) in try await client.chatCompletion([.user("x")])
        }
        try await ask("automaticSpeechRecognition") { client throws(InferenceError) in
            try await client.automaticSpeechRecognition(recording)
        }
        try await ask("audioClassification") { client throws(InferenceError) in
            try await client.audioClassification(recording)
        }
        try await ask("textToSpeech") { client throws(InferenceError) in try await client.textToSpeech("x") }
        try await ask("audioToAudio") { client throws(InferenceError) in try await client.audioToAudio(recording) }
        try await ask("imageClassification") { client throws(InferenceError) in
            try await client.imageClassification(picture)
        }
        try await ask("objectDetection") { client throws(InferenceError) in try await client.objectDetection(picture) }
        try await ask("imageSegmentation") { client throws(InferenceError) in
            try await client.imageSegmentation(picture)
        }
        try await ask("imageToText") { client throws(InferenceError) in try await client.imageToText(picture) }
        try await ask("zeroShotImageClassification") { client throws(InferenceError) in
            try await client.zeroShotImageClassification(picture, candidateLabels: ["a"])
        }
        try await ask("textToImage") { client throws(InferenceError) in try await client.textToImage("x") }
        try await ask("imageToImage") { client throws(InferenceError) in try await client.imageToImage(picture) }
        try await ask("visualQuestionAnswering") { client throws(InferenceError) in
            try await client.visualQuestionAnswering(picture, question: "x")
        }
        try await ask("documentQuestionAnswering") { client throws(InferenceError) in
            try await client.documentQuestionAnswering(picture, question: "x")
        }
        try await ask("tabularClassification") { client throws(InferenceError) in
            try await client.tabularClassification(["a": ["1", "2"]])
        }
        try await ask("tabularRegression") { client throws(InferenceError) in
            try await client.tabularRegression(["a": ["1", "2"]])
        }
        #expect(Set(asked.keys) == Set(TaskCatalogue.tasks.flatMap(\.methods)))
    }

    /// Exactly those arguments that a task has a place for; no other is dropped.
    @Test func argumentsWithoutAPlaceAreRefused() throws {
        var refusals = 0
        for task in TaskCatalogue.tasks {
            var arguments = TaskArguments(input: task.example.input, parameters: task.example.parameters)
            if let medium = task.medium {
                arguments.media = medium == .audio ? MediaInput(bytes: [1], mediaType: .flac) : picture
            }
            _ = try task.payload(arguments)
            var others: [TaskArguments] = []
            if task.takesInput {
                #expect(
                    task.medium == nil
                        || ["visual-question-answering", "document-question-answering"].contains(task.name))
            } else {
                others.append(arguments)
                others[0].input = "x"
            }
            if task.medium == nil {
                others.append(arguments)
                others[others.count - 1].media = picture
            }
            for other in others {
                let error = #expect(throws: InferenceError.self) { try task.payload(other) }
                #expect(error?.kind == .invalidArgument, "\(task.name)")
                refusals += 1
            }
        }
        // 8 tasks about a medium alone, 19 without one; the other two take both.
        #expect(refusals == 27)
    }
}
