/// Summarizes a text.
///
/// Models limit the length of a text: a whole book cannot be summarized in one request.
///
///     let summary = try await client.summarization(article, parameters: .init(maxLength: 100))
///     print(summary.summaryText)
public struct Summarization: CataloguedTask {
    public static let name = "summarization"
    public static let defaultModel = "facebook/bart-large-cnn"

    /// The text to summarize.
    public var inputs: String
    /// The generation parameters.
    public var parameters: GenerationParameters

    /// Creates a task.
    public init(inputs: String, parameters: GenerationParameters = GenerationParameters()) {
        self.inputs = inputs
        self.parameters = parameters
    }

    public func payload() throws(InferenceError) -> RequestPayload {
        .inputs(inputs, parameters: try parameters.json())
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [Summary] {
        try AnswerReader(answer, task: Self.name, takesPlainText: true).nonEmptyElements().map(Summary.init(_:))
    }
}

extension Summarization {
    public static let methods = ["summarization"]
    public static var parameters: [TaskParameter] { GenerationParameters.table.parameters }
    public static let example = TaskExample(
        input: "The tower is 324 metres tall, about the same height as an 81-storey building.",
        parameters: ["max_length": 100],
        answers: [#"[{"summary_text":"The tower is 324 metres tall."}]"#, #"{"summary_text":"It is tall."}"#])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(
            inputs: try arguments.text(), parameters: GenerationParameters(additional: arguments.parameters))
    }
}

/// A summary.
public struct Summary: Sendable, Hashable {
    /// The text of the summary.
    public var summaryText: String
    /// The members of the response that have no property here.
    public var additional: JSONObject

    /// Creates a summary.
    public init(summaryText: String, additional: JSONObject = [:]) {
        self.summaryText = summaryText
        self.additional = additional
    }
}

extension Summary: TaskOutput {
    init(_ reader: AnswerReader) throws(InferenceError) {
        if let text = reader.value.stringValue {
            (summaryText, additional) = (text, [:])
            return
        }
        var fields = try reader.fields()
        summaryText = try fields.string("summary_text")
        additional = fields.additional
    }

    public var json: JSONValue { .object(JSONObject(["summary_text": summaryText], additional: additional)) }
}
