/// Tells which classes a picture belongs to.
///
/// The answer lists the classes in the order sent, which is usually the most likely first.
public struct ImageClassification: InferenceTask {
    public static let name = "image-classification"
    public static let defaultModel = "google/vit-base-patch16-224"

    public var image: MediaInput
    /// How many classes to give at most, 1 or more; the service's own number when `nil`.
    public var topK: Int?
    /// The model's own when `nil`.
    public var functionToApply: ScoreFunction?

    public init(image: MediaInput, topK: Int? = nil, functionToApply: ScoreFunction? = nil) {
        self.image = image
        self.topK = topK
        self.functionToApply = functionToApply
    }

    public func payload() throws(InferenceError) -> RequestPayload {
        var parameters = JSONObject()
        try parameters.setCount("top_k", topK)
        parameters["function_to_apply"] = functionToApply.map { .string($0.rawValue) }
        return try .media(image, parameters: parameters)
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [ClassScore] {
        try AnswerReader(answer, task: Self.name).classScores()
    }
}
