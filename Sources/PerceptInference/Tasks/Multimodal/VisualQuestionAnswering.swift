package import PerceptCore

/// Answers a question about an image.
///
///     let answers = try await client.visualQuestionAnswering(
///         MediaInput(sniffing: photo), question: "What is the animal doing?")
///     print(answers[0].answer ?? "")
///
/// The output is the answers, most likely first.
public struct VisualQuestionAnswering: InferenceTask<[VisualAnswer]>, CataloguedTask {
    package static let name = "visual-question-answering"
    package static let defaultModel = "dandelin/vilt-b32-finetuned-vqa"

    package var image: MediaInput
    package var question: String
    package var topK: Int?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - image: The image.
    ///   - question: The question.
    ///   - topK: The maximum number of answers, 1 or more; the service's default if `nil`.
    ///   - additionalParameters: Further parameters under their names on the wire.
    public init(image: MediaInput, question: String, topK: Int? = nil, additionalParameters: JSONObject = [:]) {
        self.image = image
        self.question = question
        self.topK = topK
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<VisualQuestionAnswering>(.integer("top_k", \.topK))

    package func payload() throws(InferenceError) -> RequestPayload {
        try .question(question, about: image, parameters: Self.table.json(of: self, adding: additionalParameters))
    }

    /// Decodes the answers in the service's order, most likely first.
    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [VisualAnswer] {
        try AnswerReader(answer, task: Self.name).nonEmptyElements().map(VisualAnswer.init(_:))
    }
}

extension VisualQuestionAnswering {
    package static let methods = ["visualQuestionAnswering"]
    package static let medium: MediaType.Kind? = .image
    package static var parameters: [TaskParameter] { table.parameters }
    package static let example = TaskExample(
        input: ["question": "What is the animal doing?"],
        answers: [
            #"[{"score":0.77,"answer":"laying down"},{"score":0.1,"answer":null}]"#, #"{"answer":"laying down"}"#,
        ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
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
    public var additional: JSONObject = [:]
}

extension VisualAnswer: TaskOutput {
    fileprivate init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        answer = try fields.take("answer").optional { member throws(InferenceError) in try member.label() }
        score = fields.metadataNumber("score")
        additional = fields.additional
    }

    package var json: JSONValue { .object(JSONObject(["answer": answer, "score": score], additional: additional)) }
}
