/// The body of a request, before it is encoded for its endpoint.
package enum RequestPayload: Sendable, Hashable {
    /// Raw bytes with their own Content-Type.
    case raw(MediaInput)
    /// Media with parameters: `{"inputs":"<base64>","parameters":{…}}`.
    case upload(MediaInput, parameters: JSONObject)
    /// A JSON object.
    case json(JSONObject)
    /// A `multipart/form-data` body.
    case form([FormPart])

    /// Returns raw bytes if there are no parameters, ``upload(_:parameters:)`` otherwise.
    ///
    /// Neither form works for both: servers drop parameters sent with raw bytes, and some mistake base64 without
    /// parameters for a file name. The base64 uses the standard alphabet (RFC 4648 §4), with padding, without line
    /// breaks and without a `data:` prefix.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` if the media is empty.
    package static func media(_ input: MediaInput, parameters: JSONObject) throws(InferenceError) -> RequestPayload {
        try input.requireBytes()
        return parameters.isEmpty ? .raw(input) : .upload(input, parameters: parameters)
    }

    /// Returns `{"inputs":{"question":…,"image":"<base64>"},"parameters":{…}}`, without `parameters` if there are
    /// none.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` if the media is empty.
    static func question(
        _ question: String, about image: MediaInput, parameters: JSONObject
    ) throws(InferenceError) -> RequestPayload {
        try image.requireBytes()
        let inputs = JSONObject(["question": question, "image": try image.base64()])
        return .inputs(inputs, parameters: parameters)
    }

    /// Returns `{"inputs":…,"parameters":{…}}`, without `parameters` if there are none.
    package static func inputs(_ inputs: some JSONRepresentable, parameters: JSONObject = [:]) -> RequestPayload {
        .json(JSONObject(["inputs": inputs, "parameters": parameters.isEmpty ? nil : parameters]))
    }

    /// Returns the payload with `"stream": true`; a raw upload is returned unchanged, since it cannot hold the field.
    func streaming() -> RequestPayload {
        guard case .json(var object) = self else { return self }
        object["stream"] = true
        return .json(object)
    }

    /// Returns the payload with the model's ID as its first member if the route needs it: routers stop reading there.
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
