/// Continues a conversation with roles, tools and images: the usual interface of current language models.
///
///     let answer = try await client.chatCompletion([.user("What is the capital of France?")])
///     print(answer.text)
///
/// Stream the response:
///
///     let chat = ChatCompletion(messages: [.user("Tell me a story.")], parameters: .init(maxTokens: 500))
///     for try await chunk in try await client.stream(chat) { print(chunk.text, terminator: "") }
///
/// The output is the response.
public struct ChatCompletion: InferenceTask<ChatCompletionAnswer>, CataloguedTask {
    package static let name = "chat-completion"
    package static let defaultModel = "HuggingFaceTB/SmolLM3-3B"
    package static let route = TaskRoute.chatCompletions

    package var messages: [ChatMessage]
    package var parameters: Parameters

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - messages: The messages of the conversation, oldest first.
    ///   - parameters: The parameters of the response.
    public init(messages: [ChatMessage], parameters: Parameters = Parameters()) {
        self.messages = messages
        self.parameters = parameters
    }

    /// The parameters of a response; the service chooses the value of those that are `nil`.
    public struct Parameters: Sendable, Hashable {
        package var maxTokens: Int?
        package var temperature: Double?
        package var topP: Double?
        package var choiceCount: Int?
        package var stop: [String]?
        package var seed: UInt64?
        package var frequencyPenalty: Double?
        package var presencePenalty: Double?
        package var returnsLogProbabilities: Bool?
        package var topLogProbabilityCount: Int?
        package var tools: [JSONValue]?
        package var toolChoice: JSONValue?
        package var responseFormat: JSONValue?
        package var streamOptions: JSONObject?
        package var additional: JSONObject

        /// Creates parameters.
        ///
        /// - Parameters:
        ///   - maxTokens: The maximum number of tokens to generate, 1 or more.
        ///   - temperature: The sampling temperature, 0…2; higher values give more random texts.
        ///   - topP: The cumulative probability of the tokens to sample from, 0…1.
        ///   - choiceCount: The number of responses to generate, 1 or more.
        ///   - stop: The texts that stop generation.
        ///   - seed: The random seed: equal seeds give equal responses. Pass a negative seed in `additional`.
        ///   - frequencyPenalty: The penalty for repeated tokens in proportion to their count, -2…2.
        ///   - presencePenalty: The penalty for tokens that have already occurred, -2…2.
        ///   - returnsLogProbabilities: Requests the probabilities of tokens.
        ///   - topLogProbabilityCount: The number of alternatives to each token, 0…20.
        ///   - tools: The functions that the model may call, in OpenAI's form.
        ///   - toolChoice: The choice of function: `"auto"`, `"none"`, `"required"`, or a function.
        ///   - responseFormat: The required format of the response, in OpenAI's form.
        ///   - streamOptions: The options of a stream; `{"include_usage": true}` sends ``ChatCompletionChunk/usage`` at
        ///     the end.
        ///   - additional: Further parameters under their names on the wire.
        public init(
            maxTokens: Int? = nil, temperature: Double? = nil, topP: Double? = nil, choiceCount: Int? = nil,
            stop: [String]? = nil, seed: UInt64? = nil, frequencyPenalty: Double? = nil, presencePenalty: Double? = nil,
            returnsLogProbabilities: Bool? = nil, topLogProbabilityCount: Int? = nil, tools: [JSONValue]? = nil,
            toolChoice: JSONValue? = nil, responseFormat: JSONValue? = nil, streamOptions: JSONObject? = nil,
            additional: JSONObject = [:]
        ) {
            self.maxTokens = maxTokens
            self.temperature = temperature
            self.topP = topP
            self.choiceCount = choiceCount
            self.stop = stop
            self.seed = seed
            self.frequencyPenalty = frequencyPenalty
            self.presencePenalty = presencePenalty
            self.returnsLogProbabilities = returnsLogProbabilities
            self.topLogProbabilityCount = topLogProbabilityCount
            self.tools = tools
            self.toolChoice = toolChoice
            self.responseFormat = responseFormat
            self.streamOptions = streamOptions
            self.additional = additional
        }

        static let table = ParameterTable<Parameters>(
            .integer("max_tokens", \.maxTokens), .number("temperature", \.temperature, in: 0...2),
            .fraction("top_p", \.topP), .integer("n", \.choiceCount, default: 1), .stop("stop", \.stop),
            .seed("seed", \.seed), .number("frequency_penalty", \.frequencyPenalty, in: -2...2, default: 0),
            .number("presence_penalty", \.presencePenalty, in: -2...2, default: 0),
            .boolean("logprobs", \.returnsLogProbabilities, default: false),
            .integer("top_logprobs", \.topLogProbabilityCount, in: 0...20), .json("tools", \.tools),
            .json("tool_choice", \.toolChoice), .json("response_format", \.responseFormat),
            .json("stream_options", \.streamOptions))
    }

    /// Returns the request body without the model's ID, which is inserted when the request is sent.
    package func payload() throws(InferenceError) -> RequestPayload {
        guard !messages.isEmpty else {
            throw InferenceError(.invalidArgument, problem: "there are no messages", remedy: "pass one or more")
        }
        let parameters = try Parameters.table.json(of: parameters, adding: parameters.additional)
        return .json(JSONObject(["messages": messages], additional: parameters))
    }

    package func openAIRequest(for service: OpenAIService) throws(InferenceError) -> TaskRequest? {
        TaskRequest(route: Self.route, payload: try payload())
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> ChatCompletionAnswer {
        try ChatCompletionAnswer(AnswerReader(answer, task: Self.name, takesPlainText: true))
    }
}

extension ChatCompletion: StreamingInferenceTask<ChatCompletionChunk>, StreamingWireTask {
    package func decode(_ event: ServerSentEvent) throws(InferenceError) -> ChatCompletionChunk {
        try ChatCompletionChunk(AnswerReader(event, task: Self.name))
    }

    package func events(in answer: InferenceAnswer) throws(InferenceError) -> [ChatCompletionChunk] {
        let whole = try decode(answer)
        return [
            ChatCompletionChunk(
                choices: whole.choices, usage: whole.usage, origin: whole.origin, additional: whole.additional)
        ]
    }
}

extension ChatCompletion {
    package static let methods = ["chatCompletion"]
    package static var parameters: [TaskParameter] { Parameters.table.parameters }
    package static let example = TaskExample(
        input: [["role": "user", "content": "What is the capital of France?"]], parameters: ["max_tokens": 20],
        answers: [
            #"{"object":"chat.completion","id":"","created":1710436219,"model":"HuggingFaceTB/SmolLM3-3B","#
                + #""system_fingerprint":"1.4.2","choices":[{"index":0,"message":{"role":"assistant","#
                + #""content":"Paris."},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"#
                + #""completion_tokens":2,"total_tokens":11}}"#,
            #"{"choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"0","#
                + #""type":"function","function":{"name":"look_up","arguments":"{}"}}]},"#
                + #""finish_reason":"tool_calls"}]}"#,
        ])

    /// Creates the task from a list of messages, or from a string, which becomes the user's message.
    package init(_ arguments: TaskArguments) throws(InferenceError) {
        let messages: [ChatMessage]
        if let list = arguments.input?.arrayValue {
            messages = try list.map { message throws(InferenceError) in
                guard let message = ChatMessage(json: message) else {
                    throw InferenceError(
                        .invalidArgument, problem: "a message is \(message.kindDescription), not an object with a role",
                        remedy: "pass objects such as {\"role\":\"user\",\"content\":\"…\"}")
                }
                return message
            }
        } else {
            messages = [.user(try arguments.text())]
        }
        self.init(messages: messages, parameters: Parameters(additional: arguments.parameters))
    }
}
