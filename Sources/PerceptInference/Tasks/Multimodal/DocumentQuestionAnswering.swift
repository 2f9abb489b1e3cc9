public import PerceptCore

/// Answers a question about an image of a document.
///
///     let answers = try await client.documentQuestionAnswering(
///         MediaInput(sniffing: scan), question: "What is the invoice number?")
///     print(answers[0].answer)
public struct DocumentQuestionAnswering: CataloguedTask {
    public static let name = "document-question-answering"
    public static let defaultModel = "impira/layoutlm-document-qa"

    /// The image of the document.
    public var image: MediaInput
    /// The question.
    public var question: String
    /// The parameters of the search.
    public var parameters: AnsweringParameters

    /// Creates a task.
    public init(image: MediaInput, question: String, parameters: AnsweringParameters = AnsweringParameters()) {
        self.image = image
        self.question = question
        self.parameters = parameters
    }

    public func payload() throws(InferenceError) -> RequestPayload {
        try .question(question, about: image, parameters: parameters.json())
    }

    /// Decodes the answers, most likely first; generative models return neither score nor position.
    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [ExtractedAnswer] {
        try AnswerReader(answer, task: Self.name).nonEmptyElements().map(ExtractedAnswer.init(_:))
    }
}

extension DocumentQuestionAnswering {
    public static let methods = ["documentQuestionAnswering"]
    public static let medium: MediaType.Kind? = .image
    public static var parameters: [TaskParameter] { AnsweringParameters.table.parameters }
    public static let example = TaskExample(
        input: ["question": "What is the invoice number?"],
        answers: [
            #"[{"score":0.99,"answer":"us-001","start":16,"end":16}]"#, #"[{"answer":"us-001"}]"#,
            #"{"score":0.99,"answer":"us-001","start":16,"end":16}"#,
        ])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(
            image: try arguments.medium(), question: try arguments.question(),
            parameters: AnsweringParameters(additional: arguments.parameters))
    }
}
