package import PerceptCore

/// Answers a question about an image of a document.
///
///     let answers = try await client.documentQuestionAnswering(
///         MediaInput(sniffing: scan), question: "What is the invoice number?")
///     print(answers[0].answer)
///
/// The output is the answers, most likely first; generative models return neither score nor position.
public struct DocumentQuestionAnswering: InferenceTask<[ExtractedAnswer]>, CataloguedTask {
    package static let name = "document-question-answering"
    package static let defaultModel = "impira/layoutlm-document-qa"

    package var image: MediaInput
    package var question: String
    package var parameters: AnsweringParameters

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - image: The image of the document.
    ///   - question: The question.
    ///   - parameters: The parameters of the search.
    public init(image: MediaInput, question: String, parameters: AnsweringParameters = AnsweringParameters()) {
        self.image = image
        self.question = question
        self.parameters = parameters
    }

    package func payload() throws(InferenceError) -> RequestPayload {
        try .question(question, about: image, parameters: parameters.json())
    }

    /// Decodes the answers, most likely first; generative models return neither score nor position.
    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [ExtractedAnswer] {
        try AnswerReader(answer, task: Self.name).nonEmptyElements().map(ExtractedAnswer.init(_:))
    }
}

extension DocumentQuestionAnswering {
    package static let methods = ["documentQuestionAnswering"]
    package static let medium: MediaType.Kind? = .image
    package static var parameters: [TaskParameter] { AnsweringParameters.table.parameters }
    package static let example = TaskExample(
        input: ["question": "What is the invoice number?"],
        answers: [
            #"[{"score":0.99,"answer":"us-001","start":16,"end":16}]"#, #"[{"answer":"us-001"}]"#,
            #"{"score":0.99,"answer":"us-001","start":16,"end":16}"#,
        ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(
            image: try arguments.medium(), question: try arguments.question(),
            parameters: AnsweringParameters(additional: arguments.parameters))
    }
}
