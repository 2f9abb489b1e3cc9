/// The body of a request, before it is known in which form its endpoint wants it.
public enum RequestPayload: Sendable, Hashable {
    /// The bytes themselves, with their own Content-Type.
    case raw(MediaInput)
    /// Media with parameters: `{"inputs":"<base64>","parameters":{…}}`.
    case upload(MediaInput, parameters: JSONObject)
    /// A JSON object.
    case json(JSONObject)
    /// `multipart/form-data`.
    case form([FormPart])

    /// Raw bytes when there are no parameters, else ``upload(_:parameters:)``.
    ///
    /// Servers drop parameters that come with raw bytes, and some take base64 for a file name where there are none:
    /// hence neither form for both. The base64 is of the standard alphabet (RFC 4648 §4), padded, without line breaks
    /// and without a `data:` prefix.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when there are no bytes.
    public static func media(_ input: MediaInput, parameters: JSONObject) throws(InferenceError) -> RequestPayload {
        try input.requireBytes()
        return parameters.isEmpty ? .raw(input) : .upload(input, parameters: parameters)
    }

    /// `{"inputs":{"question":…,"image":"<base64>"},"parameters":{…}}`, without `parameters` where there are none.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when there are no bytes.
    static func question(
        _ question: String, about image: MediaInput, parameters: JSONObject
    ) throws(InferenceError) -> RequestPayload {
        try image.requireBytes()
        let inputs = JSONObject(["question": question, "image": try image.base64()])
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

    /// The same payload with the model's id in front where the route wants it in the body: routers read no further.
    func naming(_ model: String, on route: TaskRoute) -> RequestPayload {
        guard route.openAIResource != nil else { return self }
        switch self {
        case .json(let object) where object["model"] == nil:
            return .json(JSONObject([("model", .string(model))] + object.map { ($0.key, $0.value) }))
        case .form(let parts) where !parts.contains { $0.name == "model" }:
            return .form([FormPart("model", model)] + parts)
        default:
            return self
        }
    }
}
