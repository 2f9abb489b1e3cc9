/// Classifies the words of a text: parts of speech, or names of people, places and organizations.
///
///     let entities = try await client.namedEntities("My name is Sarah Jessica Parker but you can call me Jessica")
///     for entity in entities { print(entity.label ?? "", entity.word) }       // PER Sarah Jessica Parker …
///
/// The output is the labelled words, in order.
public struct TokenClassification: InferenceTask<[TokenEntity]>, CataloguedTask {
    package static let name = "token-classification"
    package static let defaultModel = "dbmdz/bert-large-cased-finetuned-conll03-english"

    /// The way tokens are grouped into words and entities.
    public enum AggregationStrategy: String, Sendable, Hashable, CaseIterable {
        /// No grouping: every token is a result.
        case none
        /// Groups neighbours with similar tags (`B-`, `I-`) into an entity.
        case simple
        /// Groups like `simple`; a word has the tag of its first token.
        case first
        /// Groups like `simple`; a word has the tag with the best mean score.
        case average
        /// Groups like `simple`; a word has the tag of its best-scoring token.
        case max
    }

    package var inputs: String
    package var aggregationStrategy: AggregationStrategy?
    package var ignoredLabels: [String]?
    package var stride: Int?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - inputs: The text to classify.
    ///   - aggregationStrategy: The grouping of tokens; `simple` at the service if `nil`.
    ///   - ignoredLabels: The labels to omit; the service omits `O` if `nil`.
    ///   - stride: The overlap of the pieces of a long text, in tokens.
    ///   - additionalParameters: Further parameters under their names on the wire.
    public init(
        inputs: String, aggregationStrategy: AggregationStrategy? = nil, ignoredLabels: [String]? = nil,
        stride: Int? = nil, additionalParameters: JSONObject = [:]
    ) {
        self.inputs = inputs
        self.aggregationStrategy = aggregationStrategy
        self.ignoredLabels = ignoredLabels
        self.stride = stride
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<TokenClassification>(
        .choice("aggregation_strategy", \.aggregationStrategy, default: .simple),
        .strings("ignore_labels", \.ignoredLabels), .integer("stride", \.stride))

    package func payload() throws(InferenceError) -> RequestPayload {
        .inputs(inputs, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [TokenEntity] {
        try AnswerReader(answer, task: Self.name).elements().map(TokenEntity.init(_:))
    }
}

extension TokenClassification {
    package static let methods = ["tokenClassification", "namedEntities"]
    package static var parameters: [TaskParameter] { table.parameters }
    package static let example = TaskExample(
        input: "My name is Sarah Jessica Parker but you can call me Jessica",
        answers: [
            #"[{"entity_group":"PER","score":0.99,"word":"Sarah Jessica Parker","start":11,"end":31}]"#,
            #"[{"entity":"I-PER","index":4,"score":0.99,"word":"Sarah","start":11,"end":16}]"#,
            #"{"entity_group":"PER","score":null,"word":"Jessica","start":null,"end":null}"#,
        ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(inputs: try arguments.text(), additionalParameters: arguments.parameters)
    }
}

/// A word or group of words that a model labelled.
public struct TokenEntity: Sendable, Hashable {
    /// The kind of entity (`PER`, `LOC` or another of the model's labels); `nil` without aggregation.
    public var entityGroup: String?
    /// The tag of a single token (`B-PER`); `nil` with aggregation.
    public var entity: String?
    /// The position of a single token, from 1; `nil` with aggregation.
    public var index: Int?
    /// The likelihood, from 0 to 1.
    public var score: Double?
    /// The recognized text, in the spelling of the model's tokenizer.
    public var word: String
    /// The start in the text, in Unicode scalars; it distinguishes words that occur more than once.
    public var start: Int?
    /// The end in the text, after the last character, in Unicode scalars.
    public var end: Int?
    /// The members of the response that have no property here.
    public var additional: JSONObject = [:]

    /// The group or, without aggregation, the tag.
    public var label: String? { entityGroup ?? entity }
}

extension TokenEntity: TaskOutput {
    fileprivate init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        entityGroup = fields.metadata("entity_group") { member throws(InferenceError) in try member.label() }
        entity = fields.metadata("entity") { member throws(InferenceError) in try member.label() }
        index = fields.metadataInteger("index")
        score = fields.metadataNumber("score")
        word = try fields.label("word")
        start = fields.metadataInteger("start")
        end = fields.metadataInteger("end")
        additional = fields.additional
    }

    package var json: JSONValue {
        .object(
            JSONObject(
                [
                    "entity_group": entityGroup, "entity": entity, "index": index, "score": score, "word": word,
                    "start": start, "end": end,
                ], additional: additional))
    }
}
