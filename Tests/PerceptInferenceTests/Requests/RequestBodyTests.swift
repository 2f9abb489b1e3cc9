import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptInference

/// Requests against those of huggingface_hub's InferenceClient for the same calls, captured once by
/// TestMedia/golden/capture_request_bodies.py; the file names its version.
@Suite struct RequestBodyTests {
    /// Where ours differ on purpose.
    private struct Difference: Sendable {
        let reason: String
        let rewrite: @Sendable (_ task: String, _ body: inout JSONObject) -> Void
    }

    private static let differences: [Difference] = [
        Difference(reason: "empty parameters are left out, as the service's JavaScript client does") { _, body in
            if body["parameters"] == [:] { body["parameters"] = nil }
        },
        Difference(reason: "what is the service's default is left out") { _, body in
            if body["stream"] == false { body["stream"] = nil }
            if var parameters = body["parameters"]?.objectValue, parameters["multi_label"] == false {
                parameters["multi_label"] = nil
                body["parameters"] = .object(parameters)
            }
        },
        Difference(reason: "the model's id is put in by the client, which knows it, not by the task") { task, body in
            if task == "chat-completion" { body["model"] = nil }
        },
        Difference(
            reason:
                "the picture of a question is sent once, inside the inputs, as the schema has it; not twice beside them"
        ) {
            task, body in
            guard task == "visual-question-answering" else { return }
            body["inputs"] = ["question": body["question"] ?? .null, "image": body["image"] ?? .null]
            body["question"] = nil
            body["image"] = nil
        },
        Difference(reason: "a table stands under inputs.data, where the servers of these tasks look for it") {
            task, body in
            guard task == "tabular-classification" else { return }
            body["inputs"] = ["data": body["table"] ?? .null]
            body["table"] = nil
        },
    ]

    private static let recording = MediaInput(bytes: Array("fLaC".utf8), mediaType: .flac)
    private static let stars: Table = ["Repository": ["Transformers", "Datasets"], "Stars": ["36542", "4512"]]

    /// The same calls in the same order.
    private static func calls() throws -> [RequestPayload] {
        let generation = TextGeneration.Parameters(
            topK: 10, topP: 0.9, temperature: 0.5, repetitionPenalty: 1.2, maxNewTokens: 20, returnsFullText: false,
            samples: true, stop: ["."], seed: 42)
        let answering = AnsweringParameters(
            topK: 2, docStride: 3, maxAnswerLength: 4, maxQuestionLength: 5, maxSequenceLength: 6,
            handlesImpossibleAnswer: true, alignsToWords: false)
        let chat = ChatCompletion.Parameters(
            maxTokens: 20, temperature: 0.5, topP: 0.9, choiceCount: 2, stop: ["."], seed: 42, frequencyPenalty: 0.5,
            presencePenalty: -0.5, returnsLogProbabilities: true, topLogProbabilityCount: 3, toolChoice: "auto")
        return try [
            FillMask(inputs: "[MASK] world!").payload(),
            FillMask(inputs: "[MASK] world!", topK: 3, targets: ["the", "my"]).payload(),
            Summarization(inputs: "A long text.").payload(),
            Summarization(
                inputs: "A long text.", parameters: .init(additional: ["generate_parameters": ["max_length": 20]])
            ).payload(),
            QuestionAnswering(question: "What is the capital of France?", context: "The capital of France is Paris.")
                .payload(),
            QuestionAnswering(question: "What?", context: "That.", parameters: answering).payload(),
            TableQuestionAnswering(query: "How many stars?", table: stars).payload(),
            TableQuestionAnswering(
                query: "How many stars?", table: stars, padding: .longest, isSequential: true, truncates: false
            ).payload(),
            TextClassification(inputs: "I like you.").payload(),
            TextClassification(inputs: "I like you.", topK: 2, functionToApply: .sigmoid).payload(),
            TextGeneration(inputs: "The answer is").payload(),
            TextGeneration(inputs: "The answer is", parameters: generation).payload(),
            TextGeneration(inputs: "The answer is").streamingPayload(),
            TokenClassification(inputs: "My name is Sarah").payload(),
            TokenClassification(
                inputs: "My name is Sarah", aggregationStrategy: TokenClassification.AggregationStrategy.none,
                ignoredLabels: ["O"], stride: 2
            ).payload(),
            Translation(inputs: "My name is Wolfgang").payload(),
            Translation(
                inputs: "My name is Wolfgang", sourceLanguage: "en_XX", targetLanguage: "de_DE",
                cleansUpTokenizationSpaces: true, truncation: .onlyFirst, generationParameters: ["num_beams": 2]
            ).payload(),
            ZeroShotClassification(inputs: "Refund!", candidateLabels: ["refund", "legal"]).payload(),
            ZeroShotClassification(
                inputs: "Refund!", candidateLabels: ["refund", "legal"], allowsSeveralLabels: true,
                hypothesisTemplate: "It is {}."
            ).payload(),
            FeatureExtraction(inputs: "A happy person").payload(),
            FeatureExtraction(
                inputs: "A happy person", normalizes: true, truncates: true, truncationDirection: .left,
                promptName: "query", dimensions: 64, encodingFormat: .float
            ).payload(),
            SentenceSimilarity(sourceSentence: "A happy person", sentences: ["A happy dog", "A sunny day"]).payload(),
            ChatCompletion(messages: [.user("Hello")]).payload(),
            ChatCompletion(messages: [.system("Be brief."), .user("Hello")], parameters: chat).payload(),
            ChatCompletion(messages: [.user("Hello")], parameters: .init(streamOptions: ["include_usage": true]))
                .streamingPayload(),
        ] + media()
    }

    private static func media() throws -> [RequestPayload] {
        let painting = TextToImage.Parameters(
            negativePrompt: "fog", width: 768, height: 512, inferenceStepCount: 30, guidanceScale: 7.5, seed: 42,
            scheduler: "DDIM")
        return try [
            AutomaticSpeechRecognition(audio: recording).payload(),
            AutomaticSpeechRecognition(audio: recording, timestamps: .words, generationParameters: ["num_beams": 2])
                .payload(),
            AudioClassification(audio: recording).payload(),
            AudioClassification(audio: recording, topK: 2, functionToApply: .softmax).payload(),
            TextToSpeech(inputs: "The tide is out.").payload(),
            TextToSpeech(inputs: "The tide is out.", generationParameters: ["do_sample": true]).payload(),
            AudioToAudio(audio: recording).payload(),
            ImageClassification(image: picture).payload(),
            ImageClassification(image: picture, topK: 2, functionToApply: ScoreFunction.none).payload(),
            ObjectDetection(image: picture).payload(),
            ObjectDetection(image: picture, threshold: 0.5).payload(),
            ImageSegmentation(image: picture).payload(),
            ImageSegmentation(
                image: picture, threshold: 0.5, maskThreshold: 0.25, overlapMaskAreaThreshold: 0.75, subtask: .panoptic
            ).payload(),
            ImageToText(image: picture).payload(),
            ZeroShotImageClassification(image: picture, candidateLabels: ["cat", "dog"]).payload(),
            ZeroShotImageClassification(
                image: picture, candidateLabels: ["cat", "dog"], hypothesisTemplate: "A photo of {}."
            ).payload(),
            TextToImage(inputs: "A lighthouse").payload(),
            TextToImage(inputs: "A lighthouse", parameters: painting).payload(),
            ImageToImage(image: picture).payload(),
            ImageToImage(
                image: picture, prompt: "Make it winter", negativePrompt: "rain", inferenceStepCount: 30,
                guidanceScale: 7.5, targetSize: PixelSize(width: 640, height: 480)
            ).payload(),
            VisualQuestionAnswering(image: picture, question: "What is it?").payload(),
            VisualQuestionAnswering(image: picture, question: "What is it?", topK: 2).payload(),
            DocumentQuestionAnswering(image: picture, question: "What number?").payload(),
            DocumentQuestionAnswering(
                image: picture, question: "What number?", parameters: .init(topK: 2, language: "en")
            ).payload(),
            TabularClassification(table: ["alcohol": ["9.4", "9.8"], "pH": ["3.51", "3.20"]]).payload(),
        ]
    }

    private func captured() throws -> [JSONValue] {
        let bytes = try TestFiles.bytes(of: TestFiles.media("golden/request_bodies.json"))
        return try #require(try JSONValue(parsing: bytes)["requests"]?.arrayValue)
    }

    private func expected(_ request: JSONValue, _ task: String) throws -> JSONObject? {
        guard var body = request["json"]?.objectValue else { return nil }
        for difference in Self.differences { difference.rewrite(task, &body) }
        return body
    }

    @Test func typedCallsSendTheSame() throws {
        let captured = try captured()
        let calls = try Self.calls()
        #expect(captured.count == 50)
        try #require(captured.count == calls.count)
        for (request, payload) in zip(captured, calls) {
            let task = try #require(request["task"]?.stringValue)
            guard case .raw(let input) = payload else {
                #expect(try payload.json() == expected(request, task), "\(task)")
                continue
            }
            #expect(try input.base64() == request["base64"]?.stringValue, "\(task)")
            // Theirs carry no type for bytes without a name; servers then cannot tell what they are.
            #expect(request["contentType"] == .null)
            #expect(input.mediaType == (try MediaInput(sniffing: input.bytes())).mediaType)
        }
    }

    /// The same from JSON arguments, as the command passes them.
    @Test func argumentsSendTheSame() throws {
        var compared = 0
        for request in try captured() {
            let name = try #require(request["task"]?.stringValue)
            let task = try #require(TaskCatalogue.task(named: name))
            guard let expected = try expected(request, name), expected["stream"] == nil else { continue }
            var arguments = TaskArguments(
                input: expected["inputs"] ?? expected["messages"],
                parameters: expected["parameters"]?.objectValue ?? [:])
            if let medium = task.medium {
                arguments.media = medium == .audio ? Self.recording : picture
                if var question = arguments.input?.objectValue {
                    question["image"] = nil
                    arguments.input = .object(question)
                }
                // What else stands under "inputs" is the medium.
                if !task.takesInput { arguments.input = nil }
            }
            // The parameters of these tasks stand at the root.
            if ["feature-extraction", "chat-completion"].contains(name) {
                arguments.parameters = expected
                for key in ["inputs", "messages"] { arguments.parameters[key] = nil }
            }
            #expect(try task.payload(arguments).json() == expected, "\(name)")
            compared += 1
        }
        // All but 8 raw uploads and 2 streams.
        #expect(compared == 40)
    }
}
