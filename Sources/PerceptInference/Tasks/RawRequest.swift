/// A request with any body to any model, for tasks that have no type in this package.
///
///     let answer = try await client.request(.json(["inputs": "…"]), model: "owner/model")
///     if case .json(let value) = answer { print(value["label"]?.stringValue ?? "") }
public struct RawRequest: InferenceTask {
    public static let name = "request"
    /// An empty ID: name a model, or use an endpoint that serves a single model.
    public static let defaultModel = name
    public static let acceptedAnswer = "*/*"

    /// The body to send.
    public var body: RequestPayload

    /// Creates a request.
    public init(body: RequestPayload) {
        self.body = body
    }

    public func payload() throws(InferenceError) -> RequestPayload { body }

    /// Decodes a response by its bytes, as a recording or image, JSON, or text.
    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> RawAnswer {
        try RawAnswer(answer)
    }
}

/// A response in any form.
public enum RawAnswer: Sendable, Hashable {
    case json(JSONValue)
    case text(String)
    case media(GeneratedMedia)
}

extension RawAnswer: TaskOutput {
    /// - Throws: ``InferenceError`` `.answerMalformed` for bytes of an unknown type, `.serviceFailed` for JSON that
    ///   reports an error.
    fileprivate init(_ answer: InferenceAnswer) throws(InferenceError) {
        if let type = InferenceAnswer.mediaType(of: answer.body) {
            self = .media(GeneratedMedia(bytes: answer.body, mediaType: type))
        } else if (try? answer.json()) != nil {
            self = .json(try AnswerReader(answer, task: RawRequest.name).value)
        } else if let text = String(validating: answer.body, as: UTF8.self) {
            self = .text(text)
        } else {
            throw InferenceError(
                .answerMalformed, problem: "the response is neither media of a known type, nor JSON, nor text",
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
