/// Continues a text.
///
///     let texts = try await client.textGeneration("The answer to the universe is", parameters: .init(maxNewTokens: 20))
///     print(texts[0].generatedText)
///
/// Piece by piece, as it is written:
///
///     for try await piece in try await client.stream(TextGeneration(inputs: "Once upon a time")) {
///         print(piece.token?.text ?? "", terminator: "")
///     }
public struct TextGeneration: CataloguedTask {
    public static let name = "text-generation"
    public static let defaultModel = "gpt2"

    public var inputs: String
    public var parameters: Parameters

    public init(inputs: String, parameters: Parameters = Parameters()) {
        self.inputs = inputs
        self.parameters = parameters
    }

    /// How a model writes; what is `nil` is left to it.
    public struct Parameters: Sendable, Hashable {
        /// How many of the most probable tokens are considered for each next one, 1 or more.
        public var topK: Int?
        /// Considers the most probable tokens until their probabilities sum up to this, 0…1.
        public var topP: Double?
        /// 0…100, the service's default being 1: regular sampling. 0 always takes the most probable token, 100 is close
        /// to choosing at random.
        public var temperature: Double?
        /// 0…100: the more, the less often a token that was used comes again.
        public var repetitionPenalty: Double?
        /// How many tokens to write at most, 0 or more, the input not counted. The free service of 2023 took up to 250.
        public var maxNewTokens: Int?
        /// Seconds that writing may take, 0…120; a soft limit, without the network.
        public var maxTime: Double?
        /// Whether the answer begins with the input; `true` where the service is not told.
        public var returnsFullText: Bool?
        /// How many texts to write, 1…10; 1 where the service is not told.
        public var returnSequenceCount: Int?
        /// Chooses tokens by chance; `true` where the service is not told. Otherwise always the most probable one.
        public var samples: Bool?
        /// Texts at which to stop.
        public var stop: [String]?
        /// Where chance begins: equal seeds give equal texts. A negative one goes into
        /// ``additional``.
        public var seed: UInt64?
        /// Asks for ``GeneratedText/details``.
        public var returnsDetails: Bool?
        /// Further parameters under their names on the wire (`best_of`, `truncate`, `typical_p`, `watermark`, `grammar`, …).
        public var additional: JSONObject

        public init(
            topK: Int? = nil, topP: Double? = nil, temperature: Double? = nil, repetitionPenalty: Double? = nil,
            maxNewTokens: Int? = nil, maxTime: Double? = nil, returnsFullText: Bool? = nil,
            returnSequenceCount: Int? = nil, samples: Bool? = nil, stop: [String]? = nil, seed: UInt64? = nil,
            returnsDetails: Bool? = nil, additional: JSONObject = [:]
        ) {
            self.topK = topK
            self.topP = topP
            self.temperature = temperature
            self.repetitionPenalty = repetitionPenalty
            self.maxNewTokens = maxNewTokens
            self.maxTime = maxTime
            self.returnsFullText = returnsFullText
            self.returnSequenceCount = returnSequenceCount
            self.samples = samples
            self.stop = stop
            self.seed = seed
            self.returnsDetails = returnsDetails
            self.additional = additional
        }

        static let table = ParameterTable<Parameters>(
            .integer("top_k", \.topK), .fraction("top_p", \.topP),
            .number("temperature", \.temperature, in: 0...100, default: 1),
            .number("repetition_penalty", \.repetitionPenalty, in: 0...100),
            .integer("max_new_tokens", \.maxNewTokens, in: 0...(.max)),
            .number("max_time", \.maxTime, in: 0...120),
            .boolean("return_full_text", \.returnsFullText, default: true),
            .integer("num_return_sequences", \.returnSequenceCount, in: 1...10, default: 1),
            .boolean("do_sample", \.samples, default: true), .stop("stop", \.stop), .seed("seed", \.seed),
            .boolean("details", \.returnsDetails, default: false))
    }

    public func payload() throws(InferenceError) -> RequestPayload {
        .inputs(inputs, parameters: try Parameters.table.json(of: parameters, adding: parameters.additional))
    }

    /// The completions form: the text is the `prompt`, `max_new_tokens` is `max_tokens` there and `num_return_sequences` is `n`.
    public func openAIForm() throws(InferenceError) -> OpenAIForm? {
        let names = ["max_new_tokens": "max_tokens", "num_return_sequences": "n"]
        let parameters = try Parameters.table.json(of: parameters, adding: parameters.additional)
        let renamed = JSONObject(parameters.map { (names[$0.key] ?? $0.key, $0.value) })
        return OpenAIForm(
            route: .completions, payload: .json(JSONObject(["prompt": inputs], additional: renamed)))
    }

    /// As many texts as ``Parameters/returnSequenceCount`` asks for.
    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [GeneratedText] {
        try GeneratedText.decode(answer, task: Self.name)
    }
}

extension TextGeneration: StreamingInferenceTask {
    public func streamingPayload() throws(InferenceError) -> RequestPayload {
        try payload().streaming()
    }

    public func decode(_ event: ServerSentEvent) throws(InferenceError) -> GeneratedTextPiece {
        try GeneratedTextPiece(AnswerReader(event, task: Self.name))
    }

    public func events(in answer: InferenceAnswer) throws(InferenceError) -> [GeneratedTextPiece] {
        // Of several texts a stream has the first.
        try decode(answer).prefix(1).map(GeneratedTextPiece.init(_:))
    }
}

extension TextGeneration {
    public static let methods = ["textGeneration"]
    public static var parameters: [TaskParameter] { Parameters.table.parameters }
    public static let example = TaskExample(
        input: "The answer to the universe is", parameters: ["max_new_tokens": 20],
        answers: [
            #"[{"generated_text":"The answer to the universe is quite simple."}]"#,
            #"{"generated_text":"The answer to the universe is 42."}"#,
            #"{"generated_text":"42","details":{"finish_reason":"length","generated_tokens":1,"seed":2835381823020158940,"prefill":[{"id":1,"text":"a","logprob":null}],"tokens":[{"id":4,"text":"42","logprob":-0.5,"special":false}]}}"#,
            #"{"id":"","object":"text_completion","choices":[{"index":0,"text":"42.","finish_reason":"stop"}]}"#,
        ])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(inputs: try arguments.text(), parameters: Parameters(additional: arguments.parameters))
    }
}
