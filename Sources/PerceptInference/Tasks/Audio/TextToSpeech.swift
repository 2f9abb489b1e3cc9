import PerceptCore

/// Synthesizes speech from a text.
///
///     let speech = try await client.textToSpeech("The tide is out.")
///     try Data(speech.bytes).write(to: URL(filePath: "speech.\(speech.fileExtension)"))
///
/// The output is the recordings, usually one.
public struct TextToSpeech: InferenceTask<[GeneratedMedia]>, CataloguedTask, MediaGeneratingTask {
    package static let name = "text-to-speech"
    package static let defaultModel = "espnet/kan-bayashi_ljspeech_vits"
    static let generatedKind = MediaType.Kind.audio
    package static let acceptedAnswer = "*/*"

    package var inputs: String
    package var generationParameters: JSONObject?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - inputs: The text to speak.
    ///   - generationParameters: The value of `generation_parameters`, in the service's spelling (`temperature`,
    ///     `do_sample`, …).
    ///   - additionalParameters: Further parameters under their names on the wire; most models read them here.
    public init(inputs: String, generationParameters: JSONObject? = nil, additionalParameters: JSONObject = [:]) {
        self.inputs = inputs
        self.generationParameters = generationParameters
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<TextToSpeech>(.json("generation_parameters", \.generationParameters))

    package func payload() throws(InferenceError) -> RequestPayload {
        .inputs(inputs, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    /// Returns the text under `input` beside the parameters; many models require a `voice`.
    package func openAIRequest(for service: OpenAIService) throws(InferenceError) -> TaskRequest? {
        let parameters = try Self.table.json(of: self, adding: additionalParameters)
        return TaskRequest(
            route: .audioSpeech, payload: .json(JSONObject(["input": inputs], additional: parameters)))
    }
}

extension TextToSpeech {
    package static let methods = ["textToSpeech"]
    package static var parameters: [TaskParameter] { table.parameters }
    /// A response is usually the recording itself; these are its other forms.
    package static let example = TaskExample(
        input: "The tide is out.",
        answers: [
            #""ZkxhQwAAACI=""#, #"{"audio":"ZkxhQwAAACI="}"#, #"[{"blob":"ZkxhQwAAACI=","content-type":"audio/flac"}]"#,
        ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(inputs: try arguments.text(), additionalParameters: arguments.parameters)
    }
}
