package import PerceptCore
/// Classifies a recording by emotion, sound or language.
///
///     let classes = try await client.audioClassification(MediaInput(sniffing: recording), topK: 3)
///     for entry in classes { print(entry.label, entry.score ?? 0) }
///
/// The output is the classes, usually with the most likely first.
public struct AudioClassification: InferenceTask<[ClassScore]>, CataloguedTask {
    package static let name = "audio-classification"
    package static let defaultModel = "superb/hubert-large-superb-er"

    package var audio: MediaInput
    package var topK: Int?
    package var functionToApply: ScoreFunction?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - audio: The recording to classify.
    ///   - topK: The maximum number of classes to return, 1 or more; the service's default if `nil`.
    ///   - functionToApply: The function that turns raw outputs into scores; the model's default if `nil`.
    ///   - additionalParameters: Further parameters under their names on the wire.
    public init(
        audio: MediaInput, topK: Int? = nil, functionToApply: ScoreFunction? = nil,
        additionalParameters: JSONObject = [:]
    ) {
        self.audio = audio
        self.topK = topK
        self.functionToApply = functionToApply
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<AudioClassification>(
        .integer("top_k", \.topK), .choice("function_to_apply", \.functionToApply))

    package func payload() throws(InferenceError) -> RequestPayload {
        try .media(audio, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [ClassScore] {
        try AnswerReader(answer, task: Self.name).elements().map(ClassScore.init(_:))
    }
}

extension AudioClassification {
    package static let methods = ["audioClassification"]
    package static let medium: MediaType.Kind? = .audio
    package static var parameters: [TaskParameter] { table.parameters }
    package static let example = TaskExample(
        answers: [#"[{"score":0.59,"label":"neu"}]"#, #"[[{"score":null,"label":"neu"}]]"#])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(audio: try arguments.medium(), additionalParameters: arguments.parameters)
    }
}
