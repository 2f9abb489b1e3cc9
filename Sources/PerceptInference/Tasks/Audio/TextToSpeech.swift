import PerceptCore

/// Synthesizes speech from a text.
///
///     let speech = try await client.textToSpeech("The tide is out.")
///     try Data(speech.bytes).write(to: URL(filePath: "speech.\(speech.fileExtension)"))
public struct TextToSpeech: CataloguedTask {
    public static let name = "text-to-speech"
    public static let defaultModel = "espnet/kan-bayashi_ljspeech_vits"
    public static let acceptedAnswer = "*/*"

    /// The text to speak.
    public var inputs: String
    /// The value of `generation_parameters`, in the service's spelling (`temperature`, `do_sample`, …).
    public var generationParameters: JSONObject?
    /// Further parameters under their names on the wire; most models read them here.
    public var additionalParameters: JSONObject

    /// Creates a task.
    public init(inputs: String, generationParameters: JSONObject? = nil, additionalParameters: JSONObject = [:]) {
        self.inputs = inputs
        self.generationParameters = generationParameters
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<TextToSpeech>(.json("generation_parameters", \.generationParameters))

    public func payload() throws(InferenceError) -> RequestPayload {
        .inputs(inputs, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    /// Returns the text under `input` beside the parameters; many models require a `voice`.
    public func openAIForm(for service: OpenAIService) throws(InferenceError) -> OpenAIForm? {
        let parameters = try Self.table.json(of: self, adding: additionalParameters)
        return OpenAIForm(
            route: .audioSpeech, payload: .json(JSONObject(["input": inputs], additional: parameters)))
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [GeneratedMedia] {
        try answer.generatedMedia(.audio, task: Self.name)
    }
}

extension TextToSpeech {
    public static let methods = ["textToSpeech"]
    public static var parameters: [TaskParameter] { table.parameters }
    /// A response is usually the recording itself; these are its other forms.
    public static let example = TaskExample(
        input: "The tide is out.",
        answers: [
            #""ZkxhQwAAACI=""#, #"{"audio":"ZkxhQwAAACI="}"#, #"[{"blob":"ZkxhQwAAACI=","content-type":"audio/flac"}]"#,
        ])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(inputs: try arguments.text(), additionalParameters: arguments.parameters)
    }
}
