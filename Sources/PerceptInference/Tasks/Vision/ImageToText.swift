package import PerceptCore

/// Describes an image, or reads the text in it.
///
///     let captions = try await client.imageToText(MediaInput(sniffing: photo))
///     print(captions[0].generatedText)
///
/// The output is the descriptions.
public struct ImageToText: InferenceTask<[GeneratedText]>, CataloguedTask {
    package static let name = "image-to-text"
    package static let defaultModel = "nlpconnect/vit-gpt2-image-captioning"

    package var image: MediaInput
    package var maxNewTokens: Int?
    package var generationParameters: JSONObject?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - image: The image to describe.
    ///   - maxNewTokens: The maximum number of tokens to generate, 1 or more.
    ///   - generationParameters: The value of `generation_parameters`, in the service's spelling (`temperature`,
    ///     `num_beams`, …).
    ///   - additionalParameters: Further parameters under their names on the wire.
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

    package func payload() throws(InferenceError) -> RequestPayload {
        try .media(image, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [GeneratedText] {
        try GeneratedText.decode(answer, task: Self.name)
    }
}

extension ImageToText {
    package static let methods = ["imageToText"]
    package static let medium: MediaType.Kind? = .image
    package static var parameters: [TaskParameter] { table.parameters }
    package static let example = TaskExample(
        answers: [#"[{"generated_text":"a giraffe in a field "}]"#, #"{"generated_text":"a giraffe in a field "}"#])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(image: try arguments.medium(), additionalParameters: arguments.parameters)
    }
}
