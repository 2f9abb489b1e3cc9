/// Transforms a text according to the instruction it contains.
///
/// The wire format is that of ``TextGeneration``; the models are encoder-decoder models.
///
///     let texts = try await client.text2TextGeneration("Translate to German: My name is Wolfgang")
///     print(texts[0].generatedText)
public struct Text2TextGeneration: CataloguedTask {
    public static let name = "text2text-generation"
    public static let defaultModel = "google/flan-t5-xxl"

    private var generation: TextGeneration

    /// Creates a task.
    public init(inputs: String, parameters: TextGeneration.Parameters = TextGeneration.Parameters()) {
        generation = TextGeneration(inputs: inputs, parameters: parameters)
    }

    /// The instruction and the text.
    public var inputs: String {
        get { generation.inputs }
        set { generation.inputs = newValue }
    }

    /// The generation parameters.
    public var parameters: TextGeneration.Parameters {
        get { generation.parameters }
        set { generation.parameters = newValue }
    }

    public func payload() throws(InferenceError) -> RequestPayload { try generation.payload() }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [GeneratedText] {
        try GeneratedText.decode(answer, task: Self.name)
    }
}

extension Text2TextGeneration: StreamingInferenceTask {
    /// Returns the request body with `"stream": true`.
    public func streamingPayload() throws(InferenceError) -> RequestPayload { try generation.streamingPayload() }

    public func decode(_ event: ServerSentEvent) throws(InferenceError) -> GeneratedTextPiece {
        try GeneratedTextPiece(AnswerReader(event, task: Self.name))
    }

    /// Decodes an event of a stream.
    public func events(in answer: InferenceAnswer) throws(InferenceError) -> [GeneratedTextPiece] {
        // A stream contains only the first of several texts.
        try decode(answer).prefix(1).map(GeneratedTextPiece.init(_:))
    }
}

extension Text2TextGeneration {
    public static let methods = ["text2TextGeneration"]
    public static var parameters: [TaskParameter] { TextGeneration.parameters }
    public static let example = TaskExample(
        input: "Translate to German: My name is Wolfgang",
        answers: [#"[{"generated_text":"Mein Name ist Wolfgang"}]"#, #"{"generated_text":"Mein Name ist Wolfgang"}"#])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        generation = try TextGeneration(arguments)
    }
}
