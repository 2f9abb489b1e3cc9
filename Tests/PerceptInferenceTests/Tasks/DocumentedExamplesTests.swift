import Foundation
import PerceptCore
import PerceptInference
import PerceptTestSupport
import Testing

/// The examples in the documentation of the tasks, to the letter: that they compile is the first half of the test.
private func examples(
    client: InferenceClient, photo: [UInt8], scan: [UInt8], recording: [UInt8], article: String
) async throws {
    do {
        let classes = try await client.audioClassification(MediaInput(sniffing: recording), topK: 3)
        for entry in classes { print(entry.label, entry.score ?? 0) }
    }
    do {
        for voice in try await client.audioToAudio(MediaInput(sniffing: recording)) {
            print(voice.label, voice.media.mediaType)  // label_0 audio/flac …
        }
    }
    do {
        let speech = try await client.automaticSpeechRecognition(MediaInput(sniffing: recording))
        print(speech.trimmedText)
    }
    do {
        let upload = try MediaInput(.file("upload.flac"))
        _ = upload
    }
    do {
        let speech = try await client.textToSpeech("The tide is out.")
        try Data(speech.bytes).write(to: URL(filePath: "speech.\(speech.fileExtension)"))
    }
    do {
        let feelings = try await client.textClassification("I like you. I love you.")
        let animals = try await client.imageClassification(MediaInput(sniffing: photo), topK: 3)
        _ = feelings
        _ = animals
    }
    do {
        let answers = try await client.documentQuestionAnswering(
            MediaInput(sniffing: scan), question: "What is the invoice number?")
        print(answers[0].answer)
    }
    do {
        let answers = try await client.visualQuestionAnswering(
            MediaInput(sniffing: photo), question: "What is the animal doing?")
        print(answers[0].answer ?? "")
    }
    do {
        _ = Translation(inputs: "Good morning")
        _ = Translation(inputs: ["Good morning", "Good night"])
    }
    do {
        let answer = try await client.send(RawRequest(json: ["inputs": "…"]), model: "owner/model")
        if case .json(let value) = answer { print(value["label"]?.stringValue ?? "") }
    }
    do {
        let stars = Table([("Repository", ["Transformers", "Datasets"]), ("Stars", ["36542", "4512"])])
        _ = stars
    }
    do {
        let labels = try await client.tabularClassification(["alcohol": ["9.4", "9.8"], "pH": ["3.51", "3.20"]])
        _ = labels
    }
    do {
        let labels = try await client.tabularClassification(["alcohol": ["9.4", "9.8"], "pH": ["3.51", "3.20"]])
        let weights = try await client.tabularRegression(["Height": ["11.52", "12.48"], "Width": ["4.02", "4.31"]])
        _ = labels
        _ = weights
    }
    do {
        let weights = try await client.tabularRegression(["Height": ["11.52", "12.48"], "Width": ["4.02", "4.31"]])
        _ = weights
    }
    do {
        let answer = try await client.chatCompletion([.user("What is the capital of France?")])
        print(answer.text)
    }
    do {
        let chat = ChatCompletion(messages: [.user("Tell me a story.")], parameters: .init(maxTokens: 500))
        for try await chunk in try await client.stream(chat) { print(chunk.text, terminator: "") }
    }
    do {
        let reply = try await client.conversational(
            "Can you explain why ?", pastUserInputs: ["Which movie is the best ?"],
            generatedResponses: ["It is Die Hard for sure."])
        print(reply.generatedText)
    }
    do {
        let features = try await client.featureExtraction("That is a happy person")
        print(features.vector?.count ?? 0)  // 768
    }
    do {
        let fillings = try await client.fillMask("[MASK] world!")
        print(fillings[0].sequence)  // the world!
    }
    do {
        let answer = try await client.questionAnswer(
            question: "What is the capital of France?", context: "The capital of France is Paris.")
        print(answer.answer)  // Paris
    }
    do {
        let scores = try await client.sentenceSimilarity(
            "That is a happy person", to: ["That is a happy dog", "Today is a sunny day"])
        _ = scores
    }
    do {
        let summary = try await client.summarization(article, parameters: .init(maxLength: 100))
        print(summary.summaryText)
    }
    do {
        let answer = try await client.tableQuestionAnswer(
            query: "How many stars does the transformers repository have?",
            table: ["Repository": ["Transformers", "Datasets"], "Stars": ["36542", "4512"]])
        print(answer.answer, answer.cells)  // AVERAGE > 36542 ["36542"]
    }
    do {
        let texts = try await client.text2TextGeneration("Translate to German: My name is Wolfgang")
        print(texts[0].generatedText)
    }
    do {
        let classes = try await client.textClassification("I like you. I love you.")
        print(classes[0].label, classes[0].score ?? 0)  // POSITIVE 0.9998…
    }
    do {
        let texts = try await client.textGeneration(
            "The answer to the universe is", parameters: .init(maxNewTokens: 20))
        print(texts[0].generatedText)
    }
    do {
        for try await piece in try await client.stream(TextGeneration(inputs: "Once upon a time")) {
            print(piece.token?.text ?? "", terminator: "")
        }
    }
    do {
        let entities = try await client.namedEntities("My name is Sarah Jessica Parker but you can call me Jessica")
        for entity in entities { print(entity.label ?? "", entity.word) }  // PER Sarah Jessica Parker …
    }
    do {
        let translation = try await client.translation("My name is Wolfgang and I live in Berlin", model: "t5-base")
        print(translation.translationText)  // Mein Name ist Wolfgang …
        let both = try await client.translation(["Good morning", "Good night"], targetLanguage: "de_DE")
        _ = both
    }
    do {
        let results = try await client.zeroShotClassification(
            ["I would like to get reimbursed!"], candidateLabels: ["refund", "legal", "faq"])
        print(results[0].labels[0])  // refund
    }
    do {
        let classes = try await client.imageClassification(MediaInput(sniffing: photo), topK: 3)
        for entry in classes { print(entry.label, entry.score ?? 0) }
    }
    do {
        let segments = try await client.imageSegmentation(MediaInput(sniffing: photo))
        let mask = try Base64.decode(segments[0].mask)  // a PNG of the size of the photo
        _ = mask
    }
    do {
        let edited = try await client.imageToImage(MediaInput(sniffing: photo), prompt: "Make it winter")
        try Data(edited.bytes).write(to: URL(filePath: "winter.\(edited.fileExtension)"))
    }
    do {
        let captions = try await client.imageToText(MediaInput(sniffing: photo))
        print(captions[0].generatedText)
    }
    do {
        let objects = try await client.objectDetection(MediaInput(sniffing: photo), threshold: 0.8)
        for object in objects { print(object.label, object.box) }
    }
    do {
        let image = try await client.textToImage("A lighthouse at dusk", parameters: .init(width: 768, height: 512))
        try Data(image.bytes).write(to: URL(filePath: "lighthouse.\(image.fileExtension)"))
    }
    do {
        let classes = try await client.zeroShotImageClassification(
            MediaInput(sniffing: photo), candidateLabels: ["a cat", "a dog", "a tractor"])
        _ = classes
    }
}

@Suite struct DocumentedExamplesTests {
    /// The lines of examples in the documentation of types, by file.
    private static func lines() throws -> [(file: String, line: Substring)] {
        try ["Tasks", "Requests", "Answers"].flatMap { name in
            let folder = TestFiles.packageRoot.appendingPathComponent("Sources/PerceptInference/\(name)").path
            let files = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
            return try files.filter { $0.hasSuffix(".swift") }.flatMap { file in
                try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8).split(separator: "\n")
                    .filter { $0.hasPrefix("///     ") }.map { (file, $0.dropFirst(3)) }
            }
        }
    }

    /// The second half: the documentation says the same.
    @Test func everyExampleOfATaskCompilesHere() throws {
        func withoutSpaces(_ text: some StringProtocol) -> String { String(text.filter { !$0.isWhitespace }) }
        let here = withoutSpaces(try String(contentsOfFile: #filePath, encoding: .utf8)).replacing("_=", with: "")
        let lines = try Self.lines()
        for (file, line) in lines { #expect(here.contains(withoutSpaces(line)), "\(file): \(line)") }
        #expect(lines.count == 79)
    }

    @Test func everyTaskHasAnExample() throws {
        let lines = try Self.lines()
        #expect(TaskCatalogue.tasks.count == 29)
        for task in TaskCatalogue.tasks {
            let hasExample = task.methods.contains { method in lines.contains { $0.line.contains(".\(method)(") } }
            #expect(hasExample, "\(task.name)")
        }
    }
}
