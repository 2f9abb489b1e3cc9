/// Summarizes a text.
///
/// Models limit the length of a text: a whole book cannot be summarized in one request.
///
///     let summary = try await client.summarization(article, parameters: .init(maxLength: 100))
///     print(summary.summaryText)
///
/// The output is the summaries, usually one.
public struct Summarization: InferenceTask<[Summary]>, CataloguedTask {
    package static let name = "summarization"
    package static let defaultModel = "facebook/bart-large-cnn"

    package var inputs: String
    package var parameters: GenerationParameters

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - inputs: The text to summarize.
    ///   - parameters: The generation parameters.
    public init(inputs: String, parameters: GenerationParameters = GenerationParameters()) {
        self.inputs = inputs
        self.parameters = parameters
    }

    package func payload() throws(InferenceError) -> RequestPayload {
        .inputs(inputs, parameters: try parameters.json())
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [Summary] {
        try AnswerReader(answer, task: Self.name, takesPlainText: true).nonEmptyElements().map(Summary.init(_:))
    }
}

extension Summarization {
    package static let methods = ["summarization"]
    package static var parameters: [TaskParameter] { GenerationParameters.table.parameters }
    package static let example = TaskExample(
        input: "The tower is 324 metres tall, about the same height as an 81-storey building.",
        parameters: ["max_length": 100],
        answers: [#"[{"summary_text":"The tower is 324 metres tall."}]"#, #"{"summary_text":"It is tall."}"#])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(
            inputs: try arguments.text(), parameters: GenerationParameters(additional: arguments.parameters))
    }
}

/// A summary.
public struct Summary: Sendable, Hashable {
    /// The text of the summary.
    public var summaryText: String
    /// The members of the response that have no property here.
    public var additional: JSONObject = [:]
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

    package var json: JSONValue { .object(JSONObject(["summary_text": summaryText], additional: additional)) }
}
