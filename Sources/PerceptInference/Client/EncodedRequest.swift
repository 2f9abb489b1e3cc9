import PerceptCore

/// A payload in the form that an endpoint wants.
struct EncodedRequest {
    /// Bytes, or a file as it is, and the Content-Type.
    var body: MediaInput
    /// Whether the body tells the service its options, so that no headers do.
    var carriesOptions = false
    /// What the body's file goes away with, where it was made for this request.
    var spooledBody: SpooledBody?

    /// - Parameter sendsFiles: whether a body that is a file is not read into memory; what is put together of one, or of
    ///   much, becomes one then.
    /// - Throws: ``InferenceError`` `.invalidArgument` when a file cannot be read.
    init(
        _ payload: RequestPayload, options: RequestOptions, for endpoint: InferenceEndpoint, sendsFiles: Bool = false
    ) throws(InferenceError) {
        switch payload {
        case .raw(let input):
            self.init(body: input)
        case .upload(let input, let parameters):
            // The base64 goes where the text is empty, without ever being one itself.
            let members = Self.adding(options, to: ["inputs": "", "parameters": .object(parameters)], for: endpoint)
            let text = JSONValue.object(members).serialized()
            let opening = #"{"inputs":""#.utf8.count
            try self.init(
                [
                    .plain(.bytes(Array(text[..<opening]))), .base64(input.source),
                    .plain(.bytes(Array(text[opening...]))),
                ], mediaType: .json, sendsFiles: sendsFiles)
            carriesOptions = endpoint.takesOptionsInBody
        case .json(let object):
            let members = Self.adding(options, to: object, for: endpoint)
            self.init(body: MediaInput(bytes: JSONValue.object(members).serialized(), mediaType: .json))
            carriesOptions = endpoint.takesOptionsInBody
        case .form(let parts):
            let form = try MultipartForm(parts)
            try self.init(form.pieces, mediaType: MediaType(rawValue: form.contentType), sendsFiles: sendsFiles)
        }
    }

    private init(_ pieces: [BodyPiece], mediaType: MediaType, sendsFiles: Bool) throws(InferenceError) {
        if sendsFiles, pieces.deserveFile {
            let spooled = try SpooledBody(pieces)
            self.init(body: MediaInput(fileAt: spooled.path, mediaType: mediaType))
            spooledBody = spooled
        } else {
            self.init(body: MediaInput(bytes: try pieces.bytes(), mediaType: mediaType))
        }
    }

    private init(body: MediaInput) {
        self.body = body
    }

    /// A body with what `options` has the service do, where the endpoint looks there for it.
    private static func adding(
        _ options: RequestOptions, to object: JSONObject, for endpoint: InferenceEndpoint
    ) -> JSONObject {
        var object = object
        var members = object["options"]?.objectValue ?? JSONObject()
        if options.useGPU, !endpoint.speaksOpenAI { members["use_gpu"] = true }
        if endpoint.takesOptionsInBody, !options.useCache { members["use_cache"] = false }
        if endpoint.takesOptionsInBody, options.waitForModel { members["wait_for_model"] = true }
        if endpoint.takesOptionsInBody || !members.isEmpty { object["options"] = .object(members) }
        return object
    }
}
