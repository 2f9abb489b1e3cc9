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

    fileprivate func requireBytes() throws(InferenceError) {
        guard !bytes.isEmpty else {
            throw InferenceError(.invalidArgument, problem: "there is nothing to send: the upload has 0 bytes")
        }
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
        try input.requireBytes()
        if parameters.isEmpty { return .raw(input) }
        let base64 = Base64.encode(input.bytes)
        return .json(["inputs": .string(base64), "parameters": .object(parameters)])
    }

    /// `{"inputs":{"question":…,"image":"<base64>"},"parameters":{…}}`, without `parameters` where there are none.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when there are no bytes.
    static func question(
        _ question: String, about image: MediaInput, parameters: JSONObject
    ) throws(InferenceError) -> RequestPayload {
        try image.requireBytes()
        let inputs = JSONObject(["question": question, "image": Base64.encode(image.bytes)])
        return .inputs(inputs, parameters: parameters)
    }

    /// `{"inputs":…,"parameters":{…}}`, without `parameters` where there are none.
    public static func inputs(_ inputs: some JSONRepresentable, parameters: JSONObject = [:]) -> RequestPayload {
        .json(JSONObject(["inputs": inputs, "parameters": parameters.isEmpty ? nil : parameters]))
    }

    /// The same payload with `"stream": true`; a raw upload has no place for it.
    func streaming() -> RequestPayload {
        guard case .json(var object) = self else { return self }
        object["stream"] = true
        return .json(object)
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
