/// Answers within a conversation, as the models of 2023 did; newer ones are asked by ``ChatCompletion``.
///
///     let reply = try await client.conversational(
///         "Can you explain why ?", pastUserInputs: ["Which movie is the best ?"],
///         generatedResponses: ["It is Die Hard for sure."])
///     print(reply.generatedText)
public struct Conversational: CataloguedTask {
    public static let name = "conversational"
    public static let defaultModel = "microsoft/DialoGPT-large"

    /// What the user says last.
    public var text: String
    /// What the user said before, oldest first; as many as ``generatedResponses``.
    public var pastUserInputs: [String]
    /// What the model answered before, oldest first.
    public var generatedResponses: [String]
    public var parameters: GenerationParameters

    public init(
        text: String, pastUserInputs: [String] = [], generatedResponses: [String] = [],
        parameters: GenerationParameters = GenerationParameters()
    ) {
        self.text = text
        self.pastUserInputs = pastUserInputs
        self.generatedResponses = generatedResponses
        self.parameters = parameters
    }

    /// All three parts of the input are sent, empty ones too: servers ask for them.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when the two sides did not speak equally often.
    public func payload() throws(InferenceError) -> RequestPayload {
        guard pastUserInputs.count == generatedResponses.count else {
            throw InferenceError(
                .invalidArgument,
                problem: "\(pastUserInputs.count) past inputs have \(generatedResponses.count) responses",
                remedy: "pass as many of the one as of the other")
        }
        let inputs = JSONObject([
            "past_user_inputs": pastUserInputs, "generated_responses": generatedResponses, "text": text,
        ])
        return .inputs(inputs, parameters: try parameters.json())
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> ConversationReply {
        let reader = try AnswerReader(answer, task: Self.name)
        guard let reply = try reader.nonEmptyElements().first else { throw reader.mismatch(expected: "a reply") }
        return try ConversationReply(reply)
    }
}

extension Conversational {
    public static let methods = ["conversational"]
    public static var parameters: [TaskParameter] { GenerationParameters.table.parameters }
    public static let example = TaskExample(
        input: [
            "past_user_inputs": ["Which movie is the best ?"], "generated_responses": ["It is Die Hard for sure."],
            "text": "Can you explain why ?",
        ],
        answers: [
            #"{"generated_text":"It's the best.","conversation":{"generated_responses":["It is Die Hard for sure.","It's the best."],"past_user_inputs":["Which movie is the best ?","Can you explain why ?"]},"warnings":["Setting `pad_token_id`"]}"#,
            #"[{"generated_text":"It's the best."}]"#,
        ])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(
            text: try arguments.text("text"), pastUserInputs: try arguments.texts("past_user_inputs"),
            generatedResponses: try arguments.texts("generated_responses"),
            parameters: GenerationParameters(additional: arguments.parameters))
    }
}

/// A model's reply, and the conversation with it.
public struct ConversationReply: Sendable, Hashable {
    /// What was said on both sides.
    public struct Conversation: Sendable, Hashable {
        /// By the model, oldest first.
        public var generatedResponses: [String]
        /// By the user, oldest first.
        public var pastUserInputs: [String]
        /// Members of the answer that have no property here.
        public var additional: JSONObject
    }

    public var generatedText: String
    /// With the last question and the reply; `nil` where the service does not repeat it.
    public var conversation: Conversation?
    /// What the service has to remark.
    public var warnings: [String]
    /// Members of the answer that have no property here.
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
        // The service's empty list is kept, so that what is printed is what it sent.
        if given?.isEmpty == true { additional["warnings"] = [] }
    }

    public var json: JSONValue {
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

    public var json: JSONValue {
        .object(
            JSONObject(
                ["generated_responses": generatedResponses, "past_user_inputs": pastUserInputs],
                additional: additional))
    }
}
