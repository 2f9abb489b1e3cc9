public import PerceptCore

/// Answers a question about an image.
///
///     let answers = try await client.visualQuestionAnswering(
///         MediaInput(sniffing: photo), question: "What is the animal doing?")
///     print(answers[0].answer ?? "")
public struct VisualQuestionAnswering: CataloguedTask {
    public static let name = "visual-question-answering"
    public static let defaultModel = "dandelin/vilt-b32-finetuned-vqa"

    /// The image.
    public var image: MediaInput
    /// The question.
    public var question: String
    /// The maximum number of answers, 1 or more; the service's default if `nil`.
    public var topK: Int?
    /// Further parameters under their names on the wire.
    public var additionalParameters: JSONObject

    /// Creates a task.
    public init(image: MediaInput, question: String, topK: Int? = nil, additionalParameters: JSONObject = [:]) {
        self.image = image
        self.question = question
        self.topK = topK
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<VisualQuestionAnswering>(.integer("top_k", \.topK))

    public func payload() throws(InferenceError) -> RequestPayload {
        try .question(question, about: image, parameters: Self.table.json(of: self, adding: additionalParameters))
    }

    /// Decodes the answers in the service's order, most likely first.
    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [VisualAnswer] {
        try AnswerReader(answer, task: Self.name).nonEmptyElements().map(VisualAnswer.init(_:))
    }
}

extension VisualQuestionAnswering {
    public static let methods = ["visualQuestionAnswering"]
    public static let medium: MediaType.Kind? = .image
    public static var parameters: [TaskParameter] { table.parameters }
    public static let example = TaskExample(
        input: ["question": "What is the animal doing?"],
        answers: [
            #"[{"score":0.77,"answer":"laying down"},{"score":0.1,"answer":null}]"#, #"{"answer":"laying down"}"#,
        ])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(
            image: try arguments.medium(), question: try arguments.question(),
            additionalParameters: arguments.parameters)
    }
}

/// An answer to a question about an image.
public struct VisualAnswer: Sendable, Hashable {
    /// The text of the answer; `nil` if the model has none.
    public var answer: String?
    /// The likelihood that the answer is right, 0…1.
    public var score: Double?
    /// The members of the response that have no property here.
    public var additional: JSONObject

    /// Creates an answer.
    public init(answer: String?, score: Double?, additional: JSONObject = [:]) {
        self.answer = answer
        self.score = score
        self.additional = additional
    }
}

extension VisualAnswer: TaskOutput {
    fileprivate init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        answer = try fields.take("answer").optional { member throws(InferenceError) in try member.label() }
        score = fields.metadataNumber("score")
        additional = fields.additional
    }

    public var json: JSONValue { .object(JSONObject(["answer": answer, "score": score], additional: additional)) }
}
