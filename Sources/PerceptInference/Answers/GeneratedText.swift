/// A text that a model generated.
public struct GeneratedText: Sendable, Hashable {
    /// The text, which begins with the input unless the task excludes it.
    public var generatedText: String
    /// The details of generation, which text generation servers send on request.
    public var details: Details?
    /// The members of the response that have no property here.
    public var additional: JSONObject = [:]

    /// The details of how a text was generated.
    public struct Details: Sendable, Hashable {
        /// The reason the text ends: `length`, `eos_token`, `stop_sequence`.
        public var finishReason: String?
        /// The number of generated tokens.
        public var generatedTokenCount: Int?
        /// The random seed, up to 64 bits.
        public var seed: UInt64?
        /// The tokens of the input, if they were requested.
        public var prefill: [GeneratedToken]
        /// The generated tokens.
        public var tokens: [GeneratedToken]
        /// The members of the response that have no property here (`best_of_sequences`, `top_tokens`, `input_length`).
        public var additional: JSONObject = [:]
    }
}

/// A token that a model read or generated.
public struct GeneratedToken: Sendable, Hashable {
    /// The ID of the token in the model's vocabulary; `nil` if the service sends none.
    public var id: Int?
    /// The token as text.
    public var text: String
    /// The natural logarithm of the probability; `nil` for the first token of an input.
    public var logProbability: Double?
    /// Indicates whether the token is a control token, such as the end of the text, and not part of the text.
    public var isSpecial: Bool?
    /// The members of the response that have no property here.
    public var additional: JSONObject = [:]

    /// Creates a token from a text that comes without the model's own tokens.
    init(text: String) {
        self.text = text
        additional = [:]
    }
}

/// An event of a streamed text.
public struct GeneratedTextPiece: Sendable, Hashable {
    /// The generated token.
    public var token: GeneratedToken?
    /// The whole text; only in the last event.
    public var generatedText: String?
    /// The details of generation; only in the last event.
    public var details: GeneratedText.Details?
    /// The members of the event that have no property here (`index`, `top_tokens`).
    public var additional: JSONObject = [:]

    /// The text to append: that of the token, unless it is a control token.
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

    /// An entry of `choices` in a response of OpenAI's completions API.
    private init(choice reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        generatedText = try fields.string("text")
        additional = fields.additional
    }

    /// The texts of a response: a list, a bare object, nested lists (several inputs), or the completions form.
    static func decode(_ answer: InferenceAnswer, task: String) throws(InferenceError) -> [GeneratedText] {
        let reader = try AnswerReader(answer, task: task, takesPlainText: true)
        let choices = reader.member("choices")
        if choices.value.arrayValue != nil { return try choices.list().map(GeneratedText.init(choice:)) }
        let texts = try reader.flattenedElements()
        guard !texts.isEmpty else { throw reader.mismatch(expected: "a text") }
        return try texts.map(GeneratedText.init(_:))
    }

    package var json: JSONValue {
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

    package var json: JSONValue {
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

    package var json: JSONValue {
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
        // OpenAI's completions API sends the piece in `choices`; a last event that only counts tokens has none.
        if token == nil, let choice = reader.member("choices").list().first {
            let text = try choice.member("text").optional { text throws(InferenceError) in try text.string() }
            token = text.map { GeneratedToken(text: $0) }
        }
        additional = fields.additional
    }

    /// Returns the event that represents a whole response.
    init(_ text: GeneratedText) {
        token = GeneratedToken(text: text.generatedText)
        generatedText = text.generatedText
        details = text.details
        additional = text.additional
    }

    package var json: JSONValue {
        .object(
            JSONObject(
                ["token": token, "generated_text": generatedText, "details": details], additional: additional))
    }
}
