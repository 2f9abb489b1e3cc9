/// Classifies a text with labels chosen at run time, on which the model was not trained.
///
///     let results = try await client.zeroShotClassification(
///         ["I would like to get reimbursed!"], candidateLabels: ["refund", "legal", "faq"])
///     print(results[0].labels[0])                          // refund
///
/// The output is one result per text, in order; the labels of each are sorted by score.
public struct ZeroShotClassification: InferenceTask<[ZeroShotResult]>, CataloguedTask {
    package static let name = "zero-shot-classification"
    package static let defaultModel = "facebook/bart-large-mnli"

    package var inputs: OneOrMore<String>
    package var candidateLabels: [String]
    package var allowsSeveralLabels: Bool?
    package var hypothesisTemplate: String?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - inputs: One or more texts.
    ///   - candidateLabels: The candidate labels, 1 or more; the more there are, the less their scores differ.
    ///   - allowsSeveralLabels: Scores each label independently, so that more than one may apply; `false` at the
    ///     service if `nil`.
    ///   - hypothesisTemplate: The sentence in which a label replaces `{}`; `This example is {}.` at the service if
    ///     `nil`.
    ///   - additionalParameters: Further parameters under their names on the wire.
    public init(
        inputs: OneOrMore<String>, candidateLabels: [String], allowsSeveralLabels: Bool? = nil,
        hypothesisTemplate: String? = nil, additionalParameters: JSONObject = [:]
    ) {
        self.inputs = inputs
        self.candidateLabels = candidateLabels
        self.allowsSeveralLabels = allowsSeveralLabels
        self.hypothesisTemplate = hypothesisTemplate
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<ZeroShotClassification>(
        .strings("candidate_labels", \.labels, count: 1...(.max)),
        .boolean("multi_label", \.allowsSeveralLabels, default: false),
        .string("hypothesis_template", \.hypothesisTemplate))

    private var labels: [String]? { candidateLabels }

    package func payload() throws(InferenceError) -> RequestPayload {
        .inputs(inputs, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    /// Decodes one result per text, in order; the labels of each are sorted by score.
    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [ZeroShotResult] {
        let reader = try AnswerReader(answer, task: Self.name)
        let texts = inputs.values
        let results: [ZeroShotResult]
        if Self.isFlat(reader) {
            results = [try ZeroShotResult(classes: reader, of: texts.first ?? "")]
        } else {
            let entries = reader.value.arrayValue == nil ? try reader.elements() : reader.list()
            results = try entries.enumerated().map { index, entry throws(InferenceError) in
                let text = texts.indices.contains(index) ? texts[index] : ""
                return entry.value.arrayValue == nil
                    ? try ZeroShotResult(entry, of: text) : try ZeroShotResult(classes: entry, of: text)
            }
        }
        guard results.count == texts.count else {
            throw reader.malformed("the response has \(results.count) results for \(texts.count) texts")
        }
        return results
    }

    /// The form `[{label, score}, …]`, which servers have sent for a single text since 2025.
    private static func isFlat(_ reader: AnswerReader) -> Bool {
        guard let first = reader.value[0] else { return false }
        return first["label"] != nil && first["labels"] == nil
    }
}

extension ZeroShotClassification {
    package static let methods = ["zeroShotClassification"]
    package static var parameters: [TaskParameter] { table.parameters }
    package static let example = TaskExample(
        input: "I would like to get reimbursed!", parameters: ["candidate_labels": ["refund", "legal", "faq"]],
        answers: [
            #"{"sequence":"I would like to get reimbursed!","labels":["refund","faq","legal"],"scores":[0.8,0.1,0.1]}"#,
            #"[{"sequence":"I would like to get reimbursed!","labels":["refund","faq","legal"],"scores":[0.8,"#
                + #"0.1,0.1]}]"#,
            #"[{"label":"refund","score":0.8},{"label":"faq","score":0.1},{"label":"legal","score":0.1}]"#,
            #"[[{"label":"refund","score":0.8},{"label":"faq","score":0.1},{"label":"legal","score":0.1}]]"#,
        ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        let (labels, others) = try arguments.taking("candidate_labels")
        self.init(inputs: try arguments.texts(), candidateLabels: labels, additionalParameters: others)
    }
}

/// The scores of labels for a text.
public struct ZeroShotResult: Sendable, Hashable {
    /// The text.
    public var sequence: String
    /// The labels in the service's order, best first.
    public var labels: [String]
    /// The scores, one per label, 0…1.
    public var scores: [Double]
    /// The members of the response that have no property here.
    public var additional: JSONObject = [:]
}

extension ZeroShotResult: TaskOutput {
    fileprivate init(_ reader: AnswerReader, of text: String) throws(InferenceError) {
        var fields = try reader.fields()
        sequence = fields.metadataString("sequence") ?? text
        labels = try fields.take("labels").strings()
        scores = try fields.take("scores").optionalList().map { score throws(InferenceError) in try score.double() }
        guard labels.count == scores.count else {
            throw reader.malformed("the result has \(labels.count) labels but \(scores.count) scores")
        }
        additional = fields.additional
    }

    fileprivate init(classes reader: AnswerReader, of text: String) throws(InferenceError) {
        let classes = try reader.list().map { entry throws(InferenceError) in
            (label: try entry.member("label").label(), score: try entry.member("score").double())
        }
        self.init(sequence: text, labels: classes.map(\.label), scores: classes.map(\.score))
    }

    package var json: JSONValue {
        .object(
            JSONObject(["sequence": sequence, "labels": labels, "scores": scores], additional: additional))
    }
}
