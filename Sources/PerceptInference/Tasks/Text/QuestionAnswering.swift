/// Finds the answer to a question in a text.
///
///     let answer = try await client.questionAnswer(
///         question: "What is the capital of France?", context: "The capital of France is Paris.")
///     print(answer.answer)                                 // Paris
///
/// The output is one answer, or several with the best first.
public struct QuestionAnswering: InferenceTask<OneOrMore<ExtractedAnswer>>, CataloguedTask {
    package static let name = "question-answering"
    package static let defaultModel = "deepset/roberta-base-squad2"

    package var question: String
    package var context: String
    package var parameters: AnsweringParameters

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - question: The question.
    ///   - context: The text that contains the answer.
    ///   - parameters: The parameters of the search.
    public init(question: String, context: String, parameters: AnsweringParameters = AnsweringParameters()) {
        self.question = question
        self.context = context
        self.parameters = parameters
    }

    package func payload() throws(InferenceError) -> RequestPayload {
        let inputs: JSONObject = ["question": .string(question), "context": .string(context)]
        return .inputs(inputs, parameters: try parameters.json())
    }

    /// Decodes the answers, best first, from a single answer or a list.
    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> OneOrMore<ExtractedAnswer> {
        let reader = try AnswerReader(answer, task: Self.name)
        let answers = try reader.nonEmptyElements().map(ExtractedAnswer.init(_:))
        return reader.value.objectValue == nil ? .several(answers) : .one(answers[0])
    }
}

extension QuestionAnswering {
    package static let methods = ["questionAnswer"]
    package static var parameters: [TaskParameter] { AnsweringParameters.table.parameters }
    package static let example = TaskExample(
        input: [
            "question": "What is the capital of France?", "context": "The capital of France is Paris.",
        ],
        answers: [
            #"{"score":0.97,"start":25,"end":30,"answer":"Paris"}"#,
            #"[{"score":0.97,"start":25,"end":30,"answer":"Paris"},{"score":1.4e-08,"start":0,"end":3,"#
                + #""answer":"The"}]"#,
        ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(
            question: try arguments.text("question"), context: try arguments.text("context"),
            parameters: AnsweringParameters(additional: arguments.parameters))
    }
}

/// The parameters for finding an answer in a text or a document; the service chooses those that are `nil`.
public struct AnsweringParameters: Sendable, Hashable {
    package var topK: Int?
    package var docStride: Int?
    package var maxAnswerLength: Int?
    package var maxQuestionLength: Int?
    package var maxSequenceLength: Int?
    package var handlesImpossibleAnswer: Bool?
    package var alignsToWords: Bool?
    package var language: String?
    package var wordBoxes: JSONValue?
    package var additional: JSONObject

    /// Creates parameters.
    ///
    /// - Parameters:
    ///   - topK: The maximum number of answers, 1 or more; 1 if `nil`.
    ///   - docStride: The overlap of the pieces of a long text, in tokens.
    ///   - maxAnswerLength: The maximum length of an answer in tokens.
    ///   - maxQuestionLength: The maximum length of the question in tokens; the rest is truncated.
    ///   - maxSequenceLength: The maximum length of the question and a piece of text together, in tokens.
    ///   - handlesImpossibleAnswer: Allows an empty answer if the text contains none.
    ///   - alignsToWords: Aligns answers to words; only for texts.
    ///   - language: The language of the text in the document (`en`); only for documents.
    ///   - wordBoxes: Words and boxes that have already been recognized, which replace the service's own OCR; only for
    ///     documents.
    ///   - additional: Further parameters under their names on the wire.
    public init(
        topK: Int? = nil, docStride: Int? = nil, maxAnswerLength: Int? = nil, maxQuestionLength: Int? = nil,
        maxSequenceLength: Int? = nil, handlesImpossibleAnswer: Bool? = nil, alignsToWords: Bool? = nil,
        language: String? = nil, wordBoxes: JSONValue? = nil, additional: JSONObject = [:]
    ) {
        self.topK = topK
        self.docStride = docStride
        self.maxAnswerLength = maxAnswerLength
        self.maxQuestionLength = maxQuestionLength
        self.maxSequenceLength = maxSequenceLength
        self.handlesImpossibleAnswer = handlesImpossibleAnswer
        self.alignsToWords = alignsToWords
        self.language = language
        self.wordBoxes = wordBoxes
        self.additional = additional
    }

    static let table = ParameterTable<AnsweringParameters>(
        .integer("top_k", \.topK, default: 1), .integer("doc_stride", \.docStride),
        .integer("max_answer_len", \.maxAnswerLength), .integer("max_question_len", \.maxQuestionLength),
        .integer("max_seq_len", \.maxSequenceLength),
        .boolean("handle_impossible_answer", \.handlesImpossibleAnswer, default: false),
        .boolean("align_to_words", \.alignsToWords, default: true), .string("lang", \.language),
        .json("word_boxes", \.wordBoxes))

    func json() throws(InferenceError) -> JSONObject {
        try Self.table.json(of: self, adding: additional)
    }
}

/// An answer found in a text or a document.
public struct ExtractedAnswer: Sendable, Hashable {
    /// The text of the answer.
    public var answer: String
    /// The likelihood that the answer is right, 0…1; `nil` for generative models.
    public var score: Double?
    /// The index of the first character in the text, in Unicode scalars, as in Python, or of the first word in a
    /// document.
    public var start: Int?
    /// The index after the last character in the text, or of the last word in a document.
    public var end: Int?
    /// The members of the response that have no property here.
    public var additional: JSONObject = [:]
}

extension ExtractedAnswer: TaskOutput {
    init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        answer = try fields.label("answer")
        score = fields.metadataNumber("score")
        start = fields.metadataInteger("start")
        end = fields.metadataInteger("end")
        additional = fields.additional
    }

    package var json: JSONValue {
        .object(
            JSONObject(["answer": answer, "score": score, "start": start, "end": end], additional: additional))
    }
}
