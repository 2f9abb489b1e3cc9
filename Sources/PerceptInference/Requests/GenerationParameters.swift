/// The generation parameters of ``Summarization`` and ``Conversational``; the model chooses those that are `nil`.
public struct GenerationParameters: Sendable, Hashable {
    package var minLength: Int?
    package var maxLength: Int?
    package var topK: Int?
    package var topP: Double?
    package var temperature: Double?
    package var repetitionPenalty: Double?
    package var maxTime: Double?
    package var additional: JSONObject

    /// Creates parameters.
    ///
    /// - Parameters:
    ///   - minLength: The minimum length of the output in tokens, 0 or more.
    ///   - maxLength: The maximum length of the output in tokens, 1 or more.
    ///   - topK: The number of most probable tokens to sample from, 1 or more.
    ///   - topP: The cumulative probability of the tokens to sample from, 0…1.
    ///   - temperature: The sampling temperature, 0…100, 1 by default. 0 always selects the most probable token; 100 is
    ///     close to uniform random.
    ///   - repetitionPenalty: The penalty for repeated tokens, 0…100; higher values give fewer repetitions.
    ///   - maxTime: The time limit for generation in seconds, 0…120; a soft limit that excludes the network.
    ///   - additional: Further parameters under their names on the wire (`do_sample`, `num_beams`, …).
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
