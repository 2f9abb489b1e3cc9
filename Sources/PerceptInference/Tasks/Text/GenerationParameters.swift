/// How ``Summarization`` and ``Conversational`` models write; what is `nil` is left to the model.
public struct GenerationParameters: Sendable, Hashable {
    /// The least length of what is written in tokens, 0 or more.
    public var minLength: Int?
    /// The greatest length of what is written in tokens, 1 or more.
    public var maxLength: Int?
    /// How many of the most probable tokens are considered for each next one, 1 or more.
    public var topK: Int?
    /// Considers the most probable tokens until their probabilities sum up to this, 0…1.
    public var topP: Double?
    /// 0…100, the service's default being 1: regular sampling. 0 always takes the most probable token, 100 is close to
    /// choosing at random.
    public var temperature: Double?
    /// 0…100: the more, the less often a token that was used comes again.
    public var repetitionPenalty: Double?
    /// Seconds that writing may take, 0…120; a soft limit, without the network.
    public var maxTime: Double?
    /// Further parameters under their names on the wire (`do_sample`, `num_beams`, …).
    public var additional: JSONObject

    public init(
        minLength: Int? = nil, maxLength: Int? = nil, topK: Int? = nil, topP: Double? = nil, temperature: Double? = nil,
        repetitionPenalty: Double? = nil, maxTime: Double? = nil, additional: JSONObject = [:]
    ) {
        self.minLength = minLength
        self.maxLength = maxLength
        self.topK = topK
        self.topP = topP
        self.temperature = temperature
        self.repetitionPenalty = repetitionPenalty
        self.maxTime = maxTime
        self.additional = additional
    }

    static let table = ParameterTable<GenerationParameters>(
        .integer("min_length", \.minLength, in: 0...(.max)), .integer("max_length", \.maxLength),
        .integer("top_k", \.topK), .fraction("top_p", \.topP),
        .number("temperature", \.temperature, in: 0...100, default: 1),
        .number("repetition_penalty", \.repetitionPenalty, in: 0...100),
        .number("max_time", \.maxTime, in: 0...120))

    func json() throws(InferenceError) -> JSONObject {
        try Self.table.json(of: self, adding: additional)
    }
}
