/// A model's response in a conversation.
public struct ChatCompletionAnswer: Sendable, Hashable {
    /// The generated responses: one unless more were requested.
    public var choices: [ChatChoice]
    /// The numbers of tokens read and generated.
    public var usage: TokenUsage?
    /// The origin of the response.
    package var origin: ChatOrigin
    /// The members of the response that have no property here.
    public var additional: JSONObject = [:]

    /// The text of the first choice; empty if there is none.
    public var text: String { choices.first?.message.text ?? "" }
}

/// A piece of a streamed response.
public struct ChatCompletionChunk: Sendable, Hashable {
    /// The pieces to append to the choices so far. The role is sent once, or not at all.
    public var choices: [ChatChoice]
    /// The numbers of tokens, in the last chunk, if they were requested.
    public var usage: TokenUsage?
    /// The origin of the chunk.
    package var origin: ChatOrigin
    /// The members of the chunk that have no property here.
    public var additional: JSONObject = [:]

    /// The text to append to the first choice.
    public var text: String { choices.first { $0.index == 0 }?.message.text ?? "" }
}

/// One of a model's responses, or a piece of it.
public struct ChatChoice: Sendable, Hashable {
    /// The index of the choice, from 0.
    public var index: Int
    /// The message, or the piece to append to it.
    public var message: ChatMessage
    /// The reason the text ends (`stop`, `length`, `eos_token`, `tool_calls`); in a stream, only in the last piece.
    public var finishReason: String?
    /// The probabilities of tokens in OpenAI's form, if they were requested.
    public var logProbabilities: JSONValue?
    /// The members of the choice that have no property here.
    public var additional: JSONObject = [:]
}

/// The metadata of a response in a conversation, or of a chunk.
package struct ChatOrigin: Sendable, Hashable {
    /// The service's ID for the response; often empty.
    package var id: String?
    /// The kind of object: `chat.completion`, `chat.completion.chunk`, or `text_completion` from some servers.
    package var object: String?
    /// The creation time in seconds since 1970.
    package var created: Int?
    /// The ID of the model.
    package var model: String?
    /// The version of the server.
    package var systemFingerprint: String?
}

/// The numbers of tokens read and generated.
public struct TokenUsage: Sendable, Hashable {
    /// The number of tokens in the input.
    public var promptTokens: Int?
    /// The number of generated tokens.
    public var completionTokens: Int?
    /// The sum of both numbers.
    public var totalTokens: Int?
    /// The members of the response that have no property here.
    public var additional: JSONObject = [:]
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
        // An empty list is a response without text, which some services send with their count of tokens.
        guard !choices.isEmpty || reader.member("choices").value.arrayValue != nil else {
            throw reader.member("choices").mismatch(expected: "a list of choices")
        }
        usage = fields.metadata("usage", TokenUsage.init(_:))
        origin = ChatOrigin(&fields)
        additional = fields.additional
    }

    package var json: JSONValue {
        origin.json(choices: choices.map { $0.json(part: "message") }, usage: usage, additional: additional)
    }
}

extension ChatCompletionChunk: TaskOutput {
    /// Decodes a chunk. A chunk that reports the usage has no choices.
    init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        choices = try ChatChoice.list(fields.take("choices"), part: "delta")
        usage = fields.metadata("usage", TokenUsage.init(_:))
        origin = ChatOrigin(&fields)
        additional = fields.additional
    }

    package var json: JSONValue {
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

    /// Returns the message, or the piece to append to it, from the member that contains it: a server that does not
    /// stream sends `message` instead of `delta`, and the completions API sends `text`.
    private static func message(
        _ fields: inout AnswerFields, of choice: AnswerReader, _ part: String
    ) throws(InferenceError) -> ChatMessage {
        for name in [part, "delta", "message", "text"] {
            let value = choice.member(name).value
            // Languages with a single kind of empty value send an empty list for an empty object.
            guard !value.isNull, value.arrayValue?.isEmpty != true else { continue }
            return try ChatMessage(fields.take(name))
        }
        // A piece of a stream may be empty; a whole response must contain a message.
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

    package var json: JSONValue {
        .object(
            JSONObject(
                [
                    "prompt_tokens": promptTokens, "completion_tokens": completionTokens, "total_tokens": totalTokens,
                ], additional: additional))
    }
}
