/// A text that a model wrote.
public struct GeneratedText: Sendable, Hashable {
    /// With the input in front, unless the task was told otherwise.
    public var generatedText: String
    /// Given by text generation servers that were asked for them.
    public var details: Details?
    /// Members of the answer that have no property here.
    public var additional: JSONObject

    public init(generatedText: String, details: Details? = nil, additional: JSONObject = [:]) {
        self.generatedText = generatedText
        self.details = details
        self.additional = additional
    }

    /// How a text came about.
    public struct Details: Sendable, Hashable {
        /// `length`, `eos_token`, `stop_sequence`.
        public var finishReason: String?
        public var generatedTokenCount: Int?
        /// Where chance began; up to 64 bits.
        public var seed: UInt64?
        /// The tokens of the input, where they were asked for.
        public var prefill: [GeneratedToken]
        public var tokens: [GeneratedToken]
        /// Members of the answer that have no property here (`best_of_sequences`, `top_tokens`, `input_length`).
        public var additional: JSONObject
    }
}

/// A token that a model read or wrote.
public struct GeneratedToken: Sendable, Hashable {
    /// In the model's vocabulary; `nil` where the service gives none.
    public var id: Int?
    public var text: String
    /// The natural logarithm of its probability; `nil` for the first one of an input.
    public var logProbability: Double?
    /// Whether it is a mark, such as the end of the text, and no part of it.
    public var isSpecial: Bool?
    /// Members of the answer that have no property here.
    public var additional: JSONObject

    /// A text that comes without the model's own tokens.
    init(text: String) {
        self.text = text
        additional = [:]
    }
}

/// One event of a text as it is being written.
public struct GeneratedTextPiece: Sendable, Hashable {
    /// The token that was written.
    public var token: GeneratedToken?
    /// The whole text, with the last event only.
    public var generatedText: String?
    /// With the last event only.
    public var details: GeneratedText.Details?
    /// Members of the event that have no property here (`index`, `top_tokens`).
    public var additional: JSONObject

    /// What this event adds to the text: that of its token, unless it is a mark.
    public var text: String { token.map { $0.isSpecial == true ? "" : $0.text } ?? "" }
}

extension GeneratedText: TaskOutput {
    init(_ reader: AnswerReader) throws(InferenceError) {
        if let text = reader.value.stringValue {
            (generatedText, details, additional) = (text, nil, [:])
            return
        }
        var fields = try reader.fields()
        generatedText = try fields.string("generated_text")
        details = fields.metadata("details", Details.init(_:))
        additional = fields.additional
    }

    /// An entry of `choices` in an answer of OpenAI's completions.
    private init(choice reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        generatedText = try fields.string("text")
        additional = fields.additional
    }

    /// The texts of an answer: a list, a bare object, lists in a list (several inputs), or the completions form.
    static func decode(_ answer: InferenceAnswer, task: String) throws(InferenceError) -> [GeneratedText] {
        let reader = try AnswerReader(answer, task: task, takesPlainText: true)
        let choices = reader.member("choices")
        if choices.value.arrayValue != nil { return try choices.list().map(GeneratedText.init(choice:)) }
        let texts = try reader.flattenedElements()
        guard !texts.isEmpty else { throw reader.mismatch(expected: "a text") }
        return try texts.map(GeneratedText.init(_:))
    }

    public var json: JSONValue {
        .object(JSONObject(["generated_text": generatedText, "details": details], additional: additional))
    }
}

extension GeneratedText.Details: JSONRepresentable {
    init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        finishReason = fields.metadataString("finish_reason")
        generatedTokenCount = fields.metadataInteger("generated_tokens")
        seed = fields.metadata("seed") { reader throws(InferenceError) in try reader.seed() }
        prefill = fields.metadata("prefill", GeneratedToken.list(_:)) ?? []
        tokens = fields.metadata("tokens", GeneratedToken.list(_:)) ?? []
        additional = fields.additional
    }

    public var json: JSONValue {
        .object(
            JSONObject(
                [
                    "finish_reason": finishReason, "generated_tokens": generatedTokenCount, "seed": seed,
                    "prefill": prefill.isEmpty ? nil : prefill, "tokens": tokens.isEmpty ? nil : tokens,
                ], additional: additional))
    }
}

extension GeneratedToken: JSONRepresentable {
    init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        id = fields.metadataInteger("id")
        text = try fields.string("text")
        logProbability = fields.metadataNumber("logprob")
        isSpecial = fields.metadata("special") { reader throws(InferenceError) in try reader.bool() }
        additional = fields.additional
    }

    fileprivate static func list(_ reader: AnswerReader) throws(InferenceError) -> [GeneratedToken] {
        try reader.optionalList().map(GeneratedToken.init(_:))
    }

    public var json: JSONValue {
        .object(
            JSONObject(
                ["id": id, "text": text, "logprob": logProbability, "special": isSpecial], additional: additional))
    }
}

extension GeneratedTextPiece: TaskOutput {
    init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        token = try fields.take("token").optional(GeneratedToken.init(_:))
        generatedText = try fields.optionalString("generated_text")
        details = fields.metadata("details", GeneratedText.Details.init(_:))
        // OpenAI's completions have the piece in `choices`; a last event about tokens alone has none there.
        if token == nil, let choice = reader.member("choices").list().first {
            let text = try choice.member("text").optional { text throws(InferenceError) in try text.string() }
            token = text.map { GeneratedToken(text: $0) }
        }
        additional = fields.additional
    }

    /// The one event that a whole answer stands for.
    init(_ text: GeneratedText) {
        token = GeneratedToken(text: text.generatedText)
        generatedText = text.generatedText
        details = text.details
        additional = text.additional
    }

    public var json: JSONValue {
        .object(
            JSONObject(
                ["token": token, "generated_text": generatedText, "details": details], additional: additional))
    }
}
