/// Continues a conversation in the format of 2023's models; use ``ChatCompletion`` for newer ones.
///
///     let reply = try await client.conversational(
///         "Can you explain why ?", pastUserInputs: ["Which movie is the best ?"],
///         generatedResponses: ["It is Die Hard for sure."])
///     print(reply.generatedText)
///
/// The output is the reply.
public struct Conversational: InferenceTask<ConversationReply>, CataloguedTask {
    package static let name = "conversational"
    package static let defaultModel = "microsoft/DialoGPT-large"

    package var text: String
    package var pastUserInputs: [String]
    package var generatedResponses: [String]
    package var parameters: GenerationParameters

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - text: The user's latest message.
    ///   - pastUserInputs: The user's earlier messages, oldest first; as many as `generatedResponses`.
    ///   - generatedResponses: The model's earlier responses, oldest first.
    ///   - parameters: The parameters of the response.
    public init(
        text: String, pastUserInputs: [String] = [], generatedResponses: [String] = [],
        parameters: GenerationParameters = GenerationParameters()
    ) {
        self.text = text
        self.pastUserInputs = pastUserInputs
        self.generatedResponses = generatedResponses
        self.parameters = parameters
    }

    /// Returns all three parts of the input, including empty ones: servers require them.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` if the numbers of messages and responses differ.
    package func payload() throws(InferenceError) -> RequestPayload {
        guard pastUserInputs.count == generatedResponses.count else {
            throw InferenceError(
                .invalidArgument,
                problem: "there are \(pastUserInputs.count) past inputs and \(generatedResponses.count) responses",
                remedy: "pass one response per past input")
        }
        let inputs = JSONObject([
            "past_user_inputs": pastUserInputs, "generated_responses": generatedResponses, "text": text,
        ])
        return .inputs(inputs, parameters: try parameters.json())
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> ConversationReply {
        let reader = try AnswerReader(answer, task: Self.name)
        guard let reply = try reader.nonEmptyElements().first else { throw reader.mismatch(expected: "a reply") }
        return try ConversationReply(reply)
    }
}

extension Conversational {
    package static let methods = ["conversational"]
    package static var parameters: [TaskParameter] { GenerationParameters.table.parameters }
    package static let example = TaskExample(
        input: [
            "past_user_inputs": ["Which movie is the best ?"], "generated_responses": ["It is Die Hard for sure."],
            "text": "Can you explain why ?",
        ],
        answers: [
            #"{"generated_text":"It's the best.","#
                + #""conversation":{"generated_responses":["It is Die Hard for sure.","It's the best."],"#
                + #""past_user_inputs":["Which movie is the best ?","Can you explain why ?"]},"#
                + #""warnings":["Setting `pad_token_id`"]}"#,
            #"[{"generated_text":"It's the best."}]"#,
        ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(
            text: try arguments.text("text"), pastUserInputs: try arguments.texts("past_user_inputs"),
            generatedResponses: try arguments.texts("generated_responses"),
            parameters: GenerationParameters(additional: arguments.parameters))
    }
}

/// A model's reply, with the conversation that includes it.
public struct ConversationReply: Sendable, Hashable {
    /// The messages of both sides.
    public struct Conversation: Sendable, Hashable {
        /// The model's messages, oldest first.
        public var generatedResponses: [String]
        /// The user's messages, oldest first.
        public var pastUserInputs: [String]
        /// The members of the response that have no property here.
        public var additional: JSONObject
    }

    /// The reply.
    public var generatedText: String
    /// The conversation including the latest message and the reply; `nil` if the service does not repeat it.
    public var conversation: Conversation?
    /// The service's warnings.
    public var warnings: [String]
    /// The members of the response that have no property here.
    public var additional: JSONObject
}

extension ConversationReply: TaskOutput {
    fileprivate init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        generatedText = try fields.string("generated_text")
        conversation = fields.metadata("conversation", Conversation.init(_:))
        let given = fields.metadata("warnings") { member throws(InferenceError) -> [String] in
            if let warning = member.value.stringValue { return [warning] }
            return try member.strings()
        }
        warnings = given ?? []
        additional = fields.additional
        // An empty list from the service is kept, so that the output equals the response.
        if given?.isEmpty == true { additional["warnings"] = [] }
    }

    package var json: JSONValue {
        .object(
            JSONObject(
                [
                    "generated_text": generatedText, "conversation": conversation,
                    "warnings": warnings.isEmpty ? nil : warnings,
                ], additional: additional))
    }
}

extension ConversationReply.Conversation: JSONRepresentable {
    fileprivate init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        generatedResponses = try fields.take("generated_responses").strings()
        pastUserInputs = try fields.take("past_user_inputs").strings()
        additional = fields.additional
    }

    package var json: JSONValue {
        .object(
            JSONObject(
                ["generated_responses": generatedResponses, "past_user_inputs": pastUserInputs],
                additional: additional))
    }
}
