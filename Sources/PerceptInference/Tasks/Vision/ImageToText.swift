public import PerceptCore

/// Describes an image, or reads the text in it.
///
///     let captions = try await client.imageToText(MediaInput(sniffing: photo))
///     print(captions[0].generatedText)
public struct ImageToText: CataloguedTask {
    public static let name = "image-to-text"
    public static let defaultModel = "nlpconnect/vit-gpt2-image-captioning"

    /// The image to describe.
    public var image: MediaInput
    /// The maximum number of tokens to generate, 1 or more.
    public var maxNewTokens: Int?
    /// The value of `generation_parameters`, in the service's spelling (`temperature`, `num_beams`, …).
    public var generationParameters: JSONObject?
    /// Further parameters under their names on the wire.
    public var additionalParameters: JSONObject

    /// Creates a task.
    public init(
        image: MediaInput, maxNewTokens: Int? = nil, generationParameters: JSONObject? = nil,
        additionalParameters: JSONObject = [:]
    ) {
        self.image = image
        self.maxNewTokens = maxNewTokens
        self.generationParameters = generationParameters
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<ImageToText>(
        .integer("max_new_tokens", \.maxNewTokens), .json("generation_parameters", \.generationParameters))

    public func payload() throws(InferenceError) -> RequestPayload {
        try .media(image, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [GeneratedText] {
        try GeneratedText.decode(answer, task: Self.name)
    }
}

extension ImageToText {
    public static let methods = ["imageToText"]
    public static let medium: MediaType.Kind? = .image
    public static var parameters: [TaskParameter] { table.parameters }
    public static let example = TaskExample(
        answers: [#"[{"generated_text":"a giraffe in a field "}]"#, #"{"generated_text":"a giraffe in a field "}"#])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(image: try arguments.medium(), additionalParameters: arguments.parameters)
    }
}
