/// Tells what the words of a text are: parts of speech, or the names of people, places and organizations.
///
///     let entities = try await client.namedEntities("My name is Sarah Jessica Parker but you can call me Jessica")
///     for entity in entities { print(entity.label ?? "", entity.word) }       // PER Sarah Jessica Parker …
public struct TokenClassification: CataloguedTask {
    public static let name = "token-classification"
    public static let defaultModel = "dbmdz/bert-large-cased-finetuned-conll03-english"

    /// How tokens become words and groups.
    public enum AggregationStrategy: String, Sendable, Hashable, CaseIterable {
        /// Every token by itself.
        case none
        /// Neighbours with similar tags (`B-`, `I-`) are one entity.
        case simple
        /// As `simple`, and a word has the tag of its first token.
        case first
        /// As `simple`, and a word has the tag with the best mean score.
        case average
        /// As `simple`, and a word has the tag of its token with the best score.
        case max
    }

    public var inputs: String
    /// The service's default is ``AggregationStrategy/simple``.
    public var aggregationStrategy: AggregationStrategy?
    /// Labels to leave out; the service leaves out `O` when `nil`.
    public var ignoredLabels: [String]?
    /// Tokens by which the pieces of a long text overlap.
    public var stride: Int?
    /// Further parameters under their names on the wire.
    public var additionalParameters: JSONObject

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

    public func payload() throws(InferenceError) -> RequestPayload {
        .inputs(inputs, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [TokenEntity] {
        try AnswerReader(answer, task: Self.name).elements().map(TokenEntity.init(_:))
    }
}

extension TokenClassification {
    public static let methods = ["tokenClassification", "namedEntities"]
    public static var parameters: [TaskParameter] { table.parameters }
    public static let example = TaskExample(
        input: "My name is Sarah Jessica Parker but you can call me Jessica",
        answers: [
            #"[{"entity_group":"PER","score":0.99,"word":"Sarah Jessica Parker","start":11,"end":31}]"#,
            #"[{"entity":"I-PER","index":4,"score":0.99,"word":"Sarah","start":11,"end":16}]"#,
            #"{"entity_group":"PER","score":null,"word":"Jessica","start":null,"end":null}"#,
        ])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(inputs: try arguments.text(), additionalParameters: arguments.parameters)
    }
}

/// A word, or several, that a model has a name for.
public struct TokenEntity: Sendable, Hashable {
    /// The kind of entity (`PER`, `LOC`, … as the model has them); `nil` without aggregation.
    public var entityGroup: String?
    /// The tag of a single token (`B-PER`); `nil` with aggregation.
    public var entity: String?
    /// The place of a single token among all, from 1; `nil` with aggregation.
    public var index: Int?
    /// From 0 to 1.
    public var score: Double?
    /// The text that was recognized, as the model's tokenizer writes it.
    public var word: String
    /// Where it starts in the text, in Unicode scalars; tells apart words that come more than once.
    public var start: Int?
    /// Where it ends in the text, behind the last character.
    public var end: Int?
    /// Members of the answer that have no property here.
    public var additional: JSONObject

    public init(
        entityGroup: String?, entity: String? = nil, index: Int? = nil, score: Double?, word: String, start: Int?,
        end: Int?, additional: JSONObject = [:]
    ) {
        self.entityGroup = entityGroup
        self.entity = entity
        self.index = index
        self.score = score
        self.word = word
        self.start = start
        self.end = end
        self.additional = additional
    }

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

    public var json: JSONValue {
        .object(
            JSONObject(
                [
                    "entity_group": entityGroup, "entity": entity, "index": index, "score": score, "word": word,
                    "start": start, "end": end,
                ], additional: additional))
    }
}
