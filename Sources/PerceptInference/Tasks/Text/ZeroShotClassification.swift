/// Tells which of any labels fit a text, without having been trained on them.
///
///     let results = try await client.zeroShotClassification(
///         ["I would like to get reimbursed!"], candidateLabels: ["refund", "legal", "faq"])
///     print(results[0].labels[0])                          // refund
public struct ZeroShotClassification: CataloguedTask {
    public static let name = "zero-shot-classification"
    public static let defaultModel = "facebook/bart-large-mnli"

    /// One text or several.
    public var inputs: OneOrMore<String>
    /// The labels to choose from, 1 or more; the more there are, the less their scores differ.
    public var candidateLabels: [String]
    /// Whether more than one label may fit, each being scored by itself; `false` where the service is not told.
    public var allowsSeveralLabels: Bool?
    /// The sentence that a label is put into, with `{}` in its place; `This example is {}.` where the service is not told.
    public var hypothesisTemplate: String?
    /// Further parameters under their names on the wire.
    public var additionalParameters: JSONObject

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

    public func payload() throws(InferenceError) -> RequestPayload {
        .inputs(inputs, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    /// One result per text, in their order; the labels of each by their scores.
    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [ZeroShotResult] {
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
            throw reader.malformed("\(results.count) results for \(texts.count) texts")
        }
        return results
    }

    /// `[{label, score}, …]`: how servers answer about a single text since 2025.
    private static func isFlat(_ reader: AnswerReader) -> Bool {
        guard let first = reader.value[0] else { return false }
        return first["label"] != nil && first["labels"] == nil
    }
}

extension ZeroShotClassification {
    public static let methods = ["zeroShotClassification"]
    public static var parameters: [TaskParameter] { table.parameters }
    public static let example = TaskExample(
        input: "I would like to get reimbursed!", parameters: ["candidate_labels": ["refund", "legal", "faq"]],
        answers: [
            #"{"sequence":"I would like to get reimbursed!","labels":["refund","faq","legal"],"scores":[0.8,0.1,0.1]}"#,
            #"[{"sequence":"I would like to get reimbursed!","labels":["refund","faq","legal"],"scores":[0.8,0.1,0.1]}]"#,
            #"[{"label":"refund","score":0.8},{"label":"faq","score":0.1},{"label":"legal","score":0.1}]"#,
            #"[[{"label":"refund","score":0.8},{"label":"faq","score":0.1},{"label":"legal","score":0.1}]]"#,
        ])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        let (labels, others) = try arguments.taking("candidate_labels")
        self.init(inputs: try arguments.texts(), candidateLabels: labels, additionalParameters: others)
    }
}

/// How well labels fit a text.
public struct ZeroShotResult: Sendable, Hashable {
    /// The text.
    public var sequence: String
    /// The best one first, as the service sorts them.
    public var labels: [String]
    /// One for each label; 0…1.
    public var scores: [Double]
    /// Members of the answer that have no property here.
    public var additional: JSONObject

    public init(sequence: String, labels: [String], scores: [Double], additional: JSONObject = [:]) {
        self.sequence = sequence
        self.labels = labels
        self.scores = scores
        self.additional = additional
    }
}

extension ZeroShotResult: TaskOutput {
    fileprivate init(_ reader: AnswerReader, of text: String) throws(InferenceError) {
        var fields = try reader.fields()
        sequence = fields.metadataString("sequence") ?? text
        labels = try fields.take("labels").strings()
        scores = try fields.take("scores").optionalList().map { score throws(InferenceError) in try score.double() }
        guard labels.count == scores.count else {
            throw reader.malformed("\(labels.count) labels with \(scores.count) scores")
        }
        additional = fields.additional
    }

    fileprivate init(classes reader: AnswerReader, of text: String) throws(InferenceError) {
        let classes = try reader.list().map { entry throws(InferenceError) in
            (label: try entry.member("label").label(), score: try entry.member("score").double())
        }
        self.init(sequence: text, labels: classes.map(\.label), scores: classes.map(\.score))
    }

    public var json: JSONValue {
        .object(
            JSONObject(["sequence": sequence, "labels": labels, "scores": scores], additional: additional))
    }
}
