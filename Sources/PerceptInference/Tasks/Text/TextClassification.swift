/// Classifies a text by sentiment, topic or language.
///
///     let classes = try await client.textClassification("I like you. I love you.")
///     print(classes[0].label, classes[0].score ?? 0)       // POSITIVE 0.9998…
///
/// The output is the classes, usually with the most likely first.
public struct TextClassification: InferenceTask<[ClassScore]>, CataloguedTask {
    package static let name = "text-classification"
    package static let defaultModel = "distilbert-base-uncased-finetuned-sst-2-english"

    package var inputs: String
    package var topK: Int?
    package var functionToApply: ScoreFunction?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - inputs: The text to classify.
    ///   - topK: The maximum number of classes to return, 1 or more; the service's default if `nil`.
    ///   - functionToApply: The function that turns raw outputs into scores; the model's default if `nil`.
    ///   - additionalParameters: Further parameters under their names on the wire.
    public init(
        inputs: String, topK: Int? = nil, functionToApply: ScoreFunction? = nil, additionalParameters: JSONObject = [:]
    ) {
        self.inputs = inputs
        self.topK = topK
        self.functionToApply = functionToApply
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<TextClassification>(
        .integer("top_k", \.topK), .choice("function_to_apply", \.functionToApply))

    package func payload() throws(InferenceError) -> RequestPayload {
        .inputs(inputs, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [ClassScore] {
        try AnswerReader(answer, task: Self.name).elements().map(ClassScore.init(_:))
    }
}

extension TextClassification {
    package static let methods = ["textClassification"]
    package static var parameters: [TaskParameter] { table.parameters }
    package static let example = TaskExample(
        input: "I like you. I love you.",
        answers: [
            #"[[{"label":"POSITIVE","score":0.99},{"label":"NEGATIVE","score":0.01}]]"#,
            #"[{"label":"POSITIVE","score":0.99},{"label":"NEGATIVE","score":0.01}]"#,
        ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(inputs: try arguments.text(), additionalParameters: arguments.parameters)
    }
}
