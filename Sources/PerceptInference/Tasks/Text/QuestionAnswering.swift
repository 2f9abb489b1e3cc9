/// Finds the answer to a question in a text.
///
///     let answer = try await client.questionAnswer(
///         question: "What is the capital of France?", context: "The capital of France is Paris.")
///     print(answer.answer)                                 // Paris
public struct QuestionAnswering: CataloguedTask {
    public static let name = "question-answering"
    public static let defaultModel = "deepset/roberta-base-squad2"

    public var question: String
    /// The text that holds the answer.
    public var context: String
    public var parameters: AnsweringParameters

    public init(question: String, context: String, parameters: AnsweringParameters = AnsweringParameters()) {
        self.question = question
        self.context = context
        self.parameters = parameters
    }

    public func payload() throws(InferenceError) -> RequestPayload {
        let inputs: JSONObject = ["question": .string(question), "context": .string(context)]
        return .inputs(inputs, parameters: try parameters.json())
    }

    /// The answers, best first: a single one or a list, as the service sends it.
    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> OneOrMore<ExtractedAnswer> {
        let reader = try AnswerReader(answer, task: Self.name)
        let answers = try reader.nonEmptyElements().map(ExtractedAnswer.init(_:))
        return reader.value.objectValue == nil ? .several(answers) : .one(answers[0])
    }
}

extension QuestionAnswering {
    public static let methods = ["questionAnswer"]
    public static var parameters: [TaskParameter] { AnsweringParameters.table.parameters }
    public static let example = TaskExample(
        input: [
            "question": "What is the capital of France?", "context": "The capital of France is Paris.",
        ],
        answers: [
            #"{"score":0.97,"start":25,"end":30,"answer":"Paris"}"#,
            #"[{"score":0.97,"start":25,"end":30,"answer":"Paris"},{"score":1.4e-08,"start":0,"end":3,"answer":"The"}]"#,
        ])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(
            question: try arguments.text("question"), context: try arguments.text("context"),
            parameters: AnsweringParameters(additional: arguments.parameters))
    }
}

/// How an answer is looked for, in a text or a document; what is `nil` is left to the service.
public struct AnsweringParameters: Sendable, Hashable {
    /// How many answers to give at most, 1 or more; 1 when `nil`.
    public var topK: Int?
    /// Tokens by which the pieces of a long text overlap.
    public var docStride: Int?
    /// Length of an answer in tokens at most.
    public var maxAnswerLength: Int?
    /// Length of the question in tokens at most; the rest of it is cut off.
    public var maxQuestionLength: Int?
    /// Length of question and piece of text together in tokens at most.
    public var maxSequenceLength: Int?
    /// Allows the answer that there is none.
    public var handlesImpossibleAnswer: Bool?
    /// Begins and ends answers at words; texts only.
    public var alignsToWords: Bool?
    /// The language to read the document in (`en`); documents only.
    public var language: String?
    /// Words and boxes read already, instead of having the service read them; documents only.
    public var wordBoxes: JSONValue?
    /// Further parameters under their names on the wire.
    public var additional: JSONObject

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

/// An answer that was found in a text or a document.
public struct ExtractedAnswer: Sendable, Hashable {
    public var answer: String
    /// How likely it is right, 0…1; `nil` from models that only write the answer.
    public var score: Double?
    /// The index of its first character in the text, or of its first word in a document; in Unicode scalars, as Python
    /// counts.
    public var start: Int?
    /// The index behind its last character in the text, or of its last word in a document.
    public var end: Int?
    /// Members of the answer that have no property here.
    public var additional: JSONObject

    public init(
        answer: String, score: Double? = nil, start: Int? = nil, end: Int? = nil, additional: JSONObject = [:]
    ) {
        self.answer = answer
        self.score = score
        self.start = start
        self.end = end
        self.additional = additional
    }
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

    public var json: JSONValue {
        .object(
            JSONObject(["answer": answer, "score": score, "start": start, "end": end], additional: additional))
    }
}
