/// Continues a text.
///
///     let texts = try await client.textGeneration(
///         "The answer to the universe is", parameters: .init(maxNewTokens: 20))
///     print(texts[0].generatedText)
///
/// Stream the text:
///
///     for try await piece in try await client.stream(TextGeneration(inputs: "Once upon a time")) {
///         print(piece.token?.text ?? "", terminator: "")
///     }
///
/// The output is the generated texts, as many as requested.
public struct TextGeneration: InferenceTask<[GeneratedText]>, CataloguedTask {
    package static let name = "text-generation"
    package static let defaultModel = "gpt2"

    package var inputs: String
    package var parameters: Parameters

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - inputs: The text to continue.
    ///   - parameters: The generation parameters.
    public init(inputs: String, parameters: Parameters = Parameters()) {
        self.inputs = inputs
        self.parameters = parameters
    }

    /// The generation parameters; the model chooses those that are `nil`.
    public struct Parameters: Sendable, Hashable {
        package var topK: Int?
        package var topP: Double?
        package var temperature: Double?
        package var repetitionPenalty: Double?
        package var maxNewTokens: Int?
        package var maxTime: Double?
        package var returnsFullText: Bool?
        package var returnSequenceCount: Int?
        package var samples: Bool?
        package var stop: [String]?
        package var seed: UInt64?
        package var returnsDetails: Bool?
        package var additional: JSONObject

        /// Creates parameters.
        ///
        /// - Parameters:
        ///   - topK: The number of most probable tokens to sample from, 1 or more.
        ///   - topP: The cumulative probability of the tokens to sample from, 0…1.
        ///   - temperature: The sampling temperature, 0…100, 1 by default. 0 always selects the most probable token;
        ///     100 is close to uniform random.
        ///   - repetitionPenalty: The penalty for repeated tokens, 0…100; higher values give fewer repetitions.
        ///   - maxNewTokens: The maximum number of tokens to generate, 0 or more, without the input. The free service
        ///     of 2023 allowed up to 250.
        ///   - maxTime: The time limit for generation in seconds, 0…120; a soft limit that excludes the network.
        ///   - returnsFullText: Includes the input in the response; `true` at the service if `nil`.
        ///   - returnSequenceCount: The number of texts to generate, 1…10; 1 at the service if `nil`.
        ///   - samples: Samples tokens at random instead of always selecting the most probable one; `true` at the
        ///     service if `nil`.
        ///   - stop: The texts that stop generation.
        ///   - seed: The random seed: equal seeds give equal texts. Pass a negative seed in `additional`.
        ///   - returnsDetails: Requests ``GeneratedText/details``.
        ///   - additional: Further parameters under their names on the wire (`best_of`, `truncate`, `typical_p`,
        ///     `watermark`, `grammar`, …).
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

    package func payload() throws(InferenceError) -> RequestPayload {
        .inputs(inputs, parameters: try Parameters.table.json(of: parameters, adding: parameters.additional))
    }

    /// Returns the completions form, where the text is the `prompt`, `max_new_tokens` is `max_tokens`, and
    /// `num_return_sequences` is `n`.
    package func openAIRequest(for service: OpenAIService) throws(InferenceError) -> TaskRequest? {
        let names = ["max_new_tokens": "max_tokens", "num_return_sequences": "n"]
        let parameters = try Parameters.table.json(of: parameters, adding: parameters.additional)
        let renamed = JSONObject(parameters.map { (names[$0.key] ?? $0.key, $0.value) })
        return TaskRequest(
            route: .completions, payload: .json(JSONObject(["prompt": inputs], additional: renamed)))
    }

    /// Decodes as many texts as ``Parameters/returnSequenceCount`` requests.
    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [GeneratedText] {
        try GeneratedText.decode(answer, task: Self.name)
    }
}

extension TextGeneration: StreamingInferenceTask<GeneratedTextPiece>, StreamingWireTask {
    package func decode(_ event: ServerSentEvent) throws(InferenceError) -> GeneratedTextPiece {
        try GeneratedTextPiece(AnswerReader(event, task: Self.name))
    }

    package func events(in answer: InferenceAnswer) throws(InferenceError) -> [GeneratedTextPiece] {
        // A stream contains only the first of several texts.
        try decode(answer).prefix(1).map(GeneratedTextPiece.init(_:))
    }
}

extension TextGeneration {
    package static let methods = ["textGeneration"]
    package static var parameters: [TaskParameter] { Parameters.table.parameters }
    package static let example = TaskExample(
        input: "The answer to the universe is", parameters: ["max_new_tokens": 20],
        answers: [
            #"[{"generated_text":"The answer to the universe is quite simple."}]"#,
            #"{"generated_text":"The answer to the universe is 42."}"#,
            #"{"generated_text":"42","details":{"finish_reason":"length","generated_tokens":1,"#
                + #""seed":2835381823020158940,"prefill":[{"id":1,"text":"a","logprob":null}],"tokens":[{"id":4,"#
                + #""text":"42","logprob":-0.5,"special":false}]}}"#,
            #"{"id":"","object":"text_completion","choices":[{"index":0,"text":"42.","finish_reason":"stop"}]}"#,
        ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(inputs: try arguments.text(), parameters: Parameters(additional: arguments.parameters))
    }
}
