import PerceptCore

/// A message of a conversation.
public struct ChatMessage: Sendable, Hashable {
    /// The role: `system`, `user`, `assistant` or `tool`.
    public var role: String
    /// A string, or a list of parts in OpenAI's form; `nil` if a model only calls tools.
    public var content: JSONValue?
    /// The tool calls that a model requests, in OpenAI's form.
    public var toolCalls: [JSONValue]
    /// Members that have no property here (`name`, `tool_call_id`, `reasoning`).
    public var additional: JSONObject

    /// Creates a message.
    public init(role: String, content: JSONValue?, toolCalls: [JSONValue] = [], additional: JSONObject = [:]) {
        self.role = role
        self.content = content
        self.toolCalls = toolCalls
        self.additional = additional
    }

    /// Returns a message with instructions for the model.
    public static func system(_ text: String) -> ChatMessage { ChatMessage(role: "system", content: .string(text)) }
    /// Returns a message from the user.
    public static func user(_ text: String) -> ChatMessage { ChatMessage(role: "user", content: .string(text)) }

    /// Returns a message from the model.
    public static func assistant(_ text: String) -> ChatMessage {
        ChatMessage(role: "assistant", content: .string(text))
    }

    /// Returns a user's message about an image, which is embedded as a data URL.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` if the image is a file that cannot be read.
    public static func user(_ text: String, image: MediaInput) throws(InferenceError) -> ChatMessage {
        let url = "data:\(image.mediaType.rawValue);base64,\(Base64.encode(try image.bytes()))"
        return ChatMessage(
            role: "user",
            content: [
                ["type": "text", "text": .string(text)], ["type": "image_url", "image_url": ["url": .string(url)]],
            ])
    }

    /// The text of the message, or of its parts joined; empty if there is none.
    public var text: String {
        guard let content else { return "" }
        let parts = content.arrayValue ?? [content]
        return parts.compactMap { $0.scalarText ?? $0["text"]?.stringValue }.joined()
    }
}

extension ChatMessage: JSONRepresentable {
    init?(json: JSONValue) {
        guard var members = json.objectValue, let role = members["role"]?.stringValue else { return nil }
        self.role = role
        content = members["content"].flatMap { $0.isNull ? nil : $0 }
        toolCalls = members["tool_calls"]?.arrayValue ?? []
        for name in ["role", "content", "tool_calls"] { members[name] = nil }
        additional = members
    }

    /// Decodes a message or a piece of one; a missing role is the model's.
    init(_ reader: AnswerReader) throws(InferenceError) {
        if reader.value.stringValue != nil {
            (role, content, toolCalls, additional) = ("assistant", reader.value, [], [:])
            return
        }
        var fields = try reader.fields()
        role = fields.metadataString("role") ?? "assistant"
        let spoken = fields.take("content").value
        content = spoken.isNull ? nil : spoken
        // Some services send a single call without a list around it.
        toolCalls =
            fields.metadata("tool_calls") { calls throws(InferenceError) -> [JSONValue] in
                calls.value.objectValue == nil ? try calls.optionalList().map(\.value) : [calls.value]
            } ?? []
        additional = fields.additional
    }

    package var json: JSONValue {
        .object(
            JSONObject(
                [
                    "role": role, "content": content ?? (toolCalls.isEmpty ? "" : .null),
                    "tool_calls": toolCalls.isEmpty ? nil : toolCalls,
                ], additional: additional))
    }
}
