public import PerceptCore

/// Classifies a text by sentiment, topic or language.
///
///     let classes = try await client.textClassification("I like you. I love you.")
///     print(classes[0].label, classes[0].score ?? 0)       // POSITIVE 0.9998…
public typealias TextClassification = ClassificationTask<ClassifiedText>

/// A text as the subject of a ``ClassificationTask``.
public enum ClassifiedText: ClassifiedSubject {
    public static let taskName = "text-classification"
    public static let defaultModel = "distilbert-base-uncased-finetuned-sst-2-english"
    public static let method = "textClassification"
    public static let medium: MediaType.Kind? = nil
    public static let example = TaskExample(
        input: "I like you. I love you.",
        answers: [
            #"[[{"label":"POSITIVE","score":0.99},{"label":"NEGATIVE","score":0.01}]]"#,
            #"[{"label":"POSITIVE","score":0.99},{"label":"NEGATIVE","score":0.01}]"#,
        ])

    /// Returns the text in `arguments`.
    public static func input(from arguments: TaskArguments) throws(InferenceError) -> String {
        try arguments.text()
    }

    public static func payload(_ input: String, parameters: JSONObject) -> RequestPayload {
        .inputs(input, parameters: parameters)
    }
}

extension TextClassification {
    /// Creates a task.
    public init(
        inputs: String, topK: Int? = nil, functionToApply: ScoreFunction? = nil, additionalParameters: JSONObject = [:]
    ) {
        self.init(
            subject: inputs, topK: topK, functionToApply: functionToApply, additionalParameters: additionalParameters)
    }

    /// The text to classify.
    public var inputs: String {
        get { subject }
        set { subject = newValue }
    }
}
