/// Tells which classes (a feeling, a sound, a language) a recording belongs to.
///
/// The answer lists the classes in the order sent, which is usually the most likely first.
public struct AudioClassification: InferenceTask {
    public static let name = "audio-classification"
    public static let defaultModel = "superb/hubert-large-superb-er"

    public var audio: MediaInput
    /// How many classes to give at most, 1 or more; the service's own number when `nil`.
    public var topK: Int?
    /// The model's own when `nil`.
    public var functionToApply: ScoreFunction?

    public init(audio: MediaInput, topK: Int? = nil, functionToApply: ScoreFunction? = nil) {
        self.audio = audio
        self.topK = topK
        self.functionToApply = functionToApply
    }

    public func payload() throws(InferenceError) -> RequestPayload {
        var parameters = JSONObject()
        try parameters.setCount("top_k", topK)
        parameters["function_to_apply"] = functionToApply.map { .string($0.rawValue) }
        return try .media(audio, parameters: parameters)
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [ClassScore] {
        try AnswerReader(answer, task: Self.name).classScores()
    }
}
