/// A request with any body to any model, for tasks that have no type in this package.
///
/// To send it to any URL, use a client with that ``InferenceEndpoint/dedicated(_:)`` endpoint.
///
///     let answer = try await client.send(RawRequest(json: ["inputs": "…"]), model: "owner/model")
///     if case .json(let value) = answer { print(value["label"]?.stringValue ?? "") }
///
/// The output is the response in its own form.
public struct RawRequest: InferenceTask<RawAnswer>, WireTask {
    package static let name = "request"
    /// An empty ID: name a model, or use an endpoint that serves a single model.
    package static let defaultModel = name
    package static let acceptedAnswer = "*/*"

    /// The body to send.
    package var body: RequestPayload

    package init(body: RequestPayload) {
        self.body = body
    }

    /// Creates a request with a JSON object as its body.
    ///
    public init(json: JSONObject) {
        self.init(body: .json(json))
    }

    /// Creates a request with a recording, an image or other bytes as its body.
    public init(media: MediaInput) {
        self.init(body: .raw(media))
    }

    package func payload() throws(InferenceError) -> RequestPayload { body }

    /// Decodes a response by its bytes, as a recording or image, JSON, or text.
    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> RawAnswer {
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

    package var json: JSONValue {
        switch self {
        case .json(let value): value
        case .text(let text): .string(text)
        case .media(let media): media.json
        }
    }

    package var generatedMedia: [GeneratedMedia] {
        if case .media(let media) = self { [media] } else { [] }
    }
}
