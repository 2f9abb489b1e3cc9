/// Any body to any model: for tasks that have no type here.
///
///     let answer = try await client.request(.json(["inputs": "…"]), model: "owner/model")
///     if case .json(let value) = answer { print(value["label"]?.stringValue ?? "") }
public struct RawRequest: InferenceTask {
    public static let name = "request"
    /// Stands for none: name a model, or ask an endpoint that serves one alone.
    public static let defaultModel = name
    public static let acceptedAnswer = "*/*"

    public var body: RequestPayload

    public init(body: RequestPayload) {
        self.body = body
    }

    public func payload() throws(InferenceError) -> RequestPayload { body }

    /// Tells by the bytes what came: a recording or picture, JSON, or text.
    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> RawAnswer {
        try RawAnswer(answer)
    }
}

/// An answer of whatever form.
public enum RawAnswer: Sendable, Hashable {
    case json(JSONValue)
    case text(String)
    case media(GeneratedMedia)
}

extension RawAnswer: TaskOutput {
    /// - Throws: ``InferenceError`` `.answerMalformed` for bytes of no known type; `.serviceFailed` for JSON that tells of
    ///   an error.
    fileprivate init(_ answer: InferenceAnswer) throws(InferenceError) {
        if let type = InferenceAnswer.mediaType(of: answer.body) {
            self = .media(GeneratedMedia(bytes: answer.body, mediaType: type))
        } else if (try? answer.json()) != nil {
            self = .json(try AnswerReader(answer, task: RawRequest.name).value)
        } else if let text = String(validating: answer.body, as: UTF8.self) {
            self = .text(text)
        } else {
            throw InferenceError(
                .answerMalformed, problem: "the answer is neither media of a known type, nor JSON, nor text",
                status: answer.status, requestID: answer.requestID, bodyExcerpt: answer.bodyExcerpt)
        }
    }

    public var json: JSONValue {
        switch self {
        case .json(let value): value
        case .text(let text): .string(text)
        case .media(let media): media.json
        }
    }

    public var generatedMedia: [GeneratedMedia] {
        if case .media(let media) = self { [media] } else { [] }
    }
}
