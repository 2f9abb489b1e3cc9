/// What a model answered in a conversation.
public struct ChatCompletionAnswer: Sendable, Hashable {
    /// One, unless more were asked for.
    public var choices: [ChatChoice]
    /// Tokens read and written.
    public var usage: TokenUsage?
    public var origin: ChatOrigin
    /// Members of the answer that have no property here.
    public var additional: JSONObject

    /// The text of the first answer; empty where there is none.
    public var text: String { choices.first?.message.text ?? "" }
}

/// A piece of an answer as it is being written.
public struct ChatCompletionChunk: Sendable, Hashable {
    /// In each, the message is what follows the one so far; the role is told once, or not at all.
    public var choices: [ChatChoice]
    /// With the last chunk, where it was asked for.
    public var usage: TokenUsage?
    public var origin: ChatOrigin
    /// Members of the chunk that have no property here.
    public var additional: JSONObject

    /// What is added to the text of the first answer.
    public var text: String { choices.first { $0.index == 0 }?.message.text ?? "" }
}

/// One of the answers of a model, or what is added to it.
public struct ChatChoice: Sendable, Hashable {
    public var index: Int
    public var message: ChatMessage
    /// Why it ends there: `stop`, `length`, `eos_token`, `tool_calls`; in a stream, with the last piece.
    public var finishReason: String?
    /// Probabilities of tokens in OpenAI's form, where they were asked for.
    public var logProbabilities: JSONValue?
    /// Members of the answer that have no property here.
    public var additional: JSONObject
}

/// What an answer in a conversation, or a chunk of one, says of itself.
public struct ChatOrigin: Sendable, Hashable {
    /// What the service calls the answer; often empty.
    public var id: String?
    /// `chat.completion`, `chat.completion.chunk`; some servers say `text_completion`.
    public var object: String?
    /// Seconds since 1970.
    public var created: Int?
    public var model: String?
    /// The version of the server.
    public var systemFingerprint: String?
}

/// Tokens read and written.
public struct TokenUsage: Sendable, Hashable {
    public var promptTokens: Int?
    public var completionTokens: Int?
    public var totalTokens: Int?
    /// Members of the answer that have no property here.
    public var additional: JSONObject
}

extension ChatCompletionAnswer: TaskOutput {
    init(_ reader: AnswerReader) throws(InferenceError) {
        if let text = reader.value.stringValue {
            choices = [ChatChoice(index: 0, message: .assistant(text), finishReason: nil, additional: [:])]
            (origin, additional) = (ChatOrigin(), [:])
            return
        }
        var fields = try reader.fields()
        choices = try ChatChoice.list(fields.take("choices"), part: "message")
        guard !choices.isEmpty else { throw reader.member("choices").mismatch(expected: "a list of answers") }
        usage = fields.metadata("usage", TokenUsage.init(_:))
        origin = ChatOrigin(&fields)
        additional = fields.additional
    }

    public var json: JSONValue {
        origin.json(choices: choices.map { $0.json(part: "message") }, usage: usage, additional: additional)
    }
}

extension ChatCompletionChunk: TaskOutput {
    /// The chunk that tells the usage has no choices.
    init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        choices = try ChatChoice.list(fields.take("choices"), part: "delta")
        usage = fields.metadata("usage", TokenUsage.init(_:))
        origin = ChatOrigin(&fields)
        additional = fields.additional
    }

    public var json: JSONValue {
        origin.json(choices: choices.map { $0.json(part: "delta") }, usage: usage, additional: additional)
    }
}

extension ChatChoice {
    fileprivate static func list(_ reader: AnswerReader, part: String) throws(InferenceError) -> [ChatChoice] {
        let entries = reader.value.objectValue == nil ? try reader.optionalList() : [reader]
        return try entries.map { choice throws(InferenceError) in
            try choice.checkReportsNoFailure()
            var fields = try choice.fields()
            return ChatChoice(
                index: fields.metadataInteger("index") ?? 0, message: try message(&fields, of: choice, part),
                finishReason: fields.metadataString("finish_reason"), logProbabilities: fields.value("logprobs"),
                additional: fields.additional)
        }
    }

    /// The message, or what is added to it, from whichever member the service put it in: a server that does not stream sends
    /// `message` where `delta` was asked for, the completions form has a `text`.
    private static func message(
        _ fields: inout AnswerFields, of choice: AnswerReader, _ part: String
    ) throws(InferenceError) -> ChatMessage {
        for name in [part, "delta", "message", "text"] {
            let value = choice.member(name).value
            // Where a language has one kind of empty value, nothing comes as a list.
            guard !value.isNull, value.arrayValue?.isEmpty != true else { continue }
            return try ChatMessage(fields.take(name))
        }
        // A piece of a stream may add nothing; a whole answer is one.
        guard part == "delta" else { throw choice.member(part).mismatch(expected: "an object") }
        _ = fields.take(part)
        return .assistant("")
    }

    fileprivate func json(part: String) -> JSONValue {
        var members: JSONObject = ["index": .integer(index), part: message.json]
        members["logprobs"] = logProbabilities
        members["finish_reason"] = finishReason?.json
        return .object(members.adding(additional))
    }
}

extension ChatOrigin {
    fileprivate init(_ fields: inout AnswerFields) {
        id = fields.metadataString("id")
        object = fields.metadataString("object")
        created = fields.metadata("created") { member throws(InferenceError) in try member.integer() }
        model = fields.metadataString("model")
        systemFingerprint = fields.metadataString("system_fingerprint")
    }

    fileprivate func json(choices: [JSONValue], usage: TokenUsage?, additional: JSONObject) -> JSONValue {
        .object(
            JSONObject(
                [
                    "object": object, "id": id, "created": created, "model": model,
                    "system_fingerprint": systemFingerprint, "choices": choices, "usage": usage,
                ], additional: additional))
    }
}

extension TokenUsage: JSONRepresentable {
    fileprivate init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        promptTokens = fields.metadataInteger("prompt_tokens")
        completionTokens = fields.metadataInteger("completion_tokens")
        totalTokens = fields.metadataInteger("total_tokens")
        additional = fields.additional
    }

    public var json: JSONValue {
        .object(
            JSONObject(
                [
                    "prompt_tokens": promptTokens, "completion_tokens": completionTokens, "total_tokens": totalTokens,
                ], additional: additional))
    }
}
