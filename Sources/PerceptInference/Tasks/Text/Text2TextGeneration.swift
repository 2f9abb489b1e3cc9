/// Transforms a text according to the instruction it contains.
///
/// The wire format is that of ``TextGeneration``; the models are encoder-decoder models.
///
///     let texts = try await client.text2TextGeneration("Translate to German: My name is Wolfgang")
///     print(texts[0].generatedText)
///
/// The output is the generated texts, as many as requested.
public struct Text2TextGeneration: InferenceTask<[GeneratedText]>, CataloguedTask {
    package static let name = "text2text-generation"
    package static let defaultModel = "google/flan-t5-xxl"

    private var generation: TextGeneration

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - inputs: The instruction and the text.
    ///   - parameters: The generation parameters.
    public init(inputs: String, parameters: TextGeneration.Parameters = TextGeneration.Parameters()) {
        generation = TextGeneration(inputs: inputs, parameters: parameters)
    }

    package func payload() throws(InferenceError) -> RequestPayload { try generation.payload() }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [GeneratedText] {
        try GeneratedText.decode(answer, task: Self.name)
    }
}

extension Text2TextGeneration: StreamingInferenceTask<GeneratedTextPiece>, StreamingWireTask {
    package func decode(_ event: ServerSentEvent) throws(InferenceError) -> GeneratedTextPiece {
        try GeneratedTextPiece(AnswerReader(event, task: Self.name))
    }

    package func events(in answer: InferenceAnswer) throws(InferenceError) -> [GeneratedTextPiece] {
        // A stream contains only the first of several texts.
        try decode(answer).prefix(1).map(GeneratedTextPiece.init(_:))
    }
}

extension Text2TextGeneration {
    package static let methods = ["text2TextGeneration"]
    package static var parameters: [TaskParameter] { TextGeneration.parameters }
    package static let example = TaskExample(
        input: "Translate to German: My name is Wolfgang",
        answers: [#"[{"generated_text":"Mein Name ist Wolfgang"}]"#, #"{"generated_text":"Mein Name ist Wolfgang"}"#])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        generation = try TextGeneration(arguments)
    }
}
