public import PerceptCore

/// An encoded recording or picture as it is sent.
public struct MediaInput: Sendable, Hashable {
    public var bytes: [UInt8]
    /// Sent as the exact Content-Type: servers compare it as a string.
    public var mediaType: MediaType

    public init(bytes: [UInt8], mediaType: MediaType) {
        self.bytes = bytes
        self.mediaType = mediaType
    }

    /// Takes bytes whose type they tell themselves.
    ///
    /// - Throws: `MediaError` when they are empty or of no known type.
    public init(sniffing bytes: [UInt8]) throws(MediaError) {
        self.init(bytes: bytes, mediaType: try MediaSource.bytes(bytes).mediaType())
    }
}

/// The body of a request.
public enum RequestPayload: Sendable, Hashable {
    /// The bytes themselves, with their own Content-Type.
    case raw(MediaInput)
    /// A JSON object.
    case json(JSONObject)

    /// Raw bytes when there are no parameters, else `{"inputs":"<base64>","parameters":{…}}`.
    ///
    /// Servers drop parameters that come with raw bytes, and some take base64 for a file name where there are none:
    /// hence neither form for both. The base64 is of the standard alphabet (RFC 4648 §4), padded, without line breaks
    /// and without a `data:` prefix.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when there are no bytes.
    public static func media(_ input: MediaInput, parameters: JSONObject) throws(InferenceError) -> RequestPayload {
        guard !input.bytes.isEmpty else {
            throw InferenceError(.invalidArgument, problem: "there is nothing to send: the upload has 0 bytes")
        }
        if parameters.isEmpty { return .raw(input) }
        let base64 = Base64.encode(input.bytes)
        return .json(["inputs": .string(base64), "parameters": .object(parameters)])
    }

    /// The same payload with the model's id as the first member where the route wants it in the body: routers read no
    /// further.
    func naming(_ model: String, on route: TaskRoute) -> RequestPayload {
        guard route == .chatCompletions, case .json(let object) = self, object["model"] == nil else { return self }
        return .json(JSONObject([("model", .string(model))] + object.map { ($0.key, $0.value) }))
    }

    /// Content-Type and bytes on the wire.
    func encoded(options: RequestOptions) -> (contentType: MediaType, bytes: [UInt8]) {
        switch self {
        case .raw(let input):
            return (input.mediaType, input.bytes)
        case .json(var object):
            if options.useGPU {
                var merged = object["options"]?.objectValue ?? JSONObject()
                merged["use_gpu"] = true
                object["options"] = .object(merged)
            }
            return (.json, JSONValue.object(object).serialized())
        }
    }
}

extension JSONObject {
    /// Adds a parameter that is a probability; unset ones are left out.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when it is not within 0…1.
    mutating func setFraction(_ key: String, _ value: Double?) throws(InferenceError) {
        guard let value else { return }
        guard (0...1).contains(value) else {
            throw InferenceError(
                .invalidArgument, problem: "\(key) is \(value)", remedy: "pass a number from 0 to 1")
        }
        self[key] = .double(value)
    }

    /// Adds a parameter that counts something; unset ones are left out.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when it is below 1.
    mutating func setCount(_ key: String, _ value: Int?) throws(InferenceError) {
        guard let value else { return }
        guard value >= 1 else {
            throw InferenceError(.invalidArgument, problem: "\(key) is \(value)", remedy: "pass 1 or more")
        }
        self[key] = .integer(value)
    }
}
