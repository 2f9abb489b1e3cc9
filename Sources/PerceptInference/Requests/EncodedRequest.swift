import PerceptCore

/// A payload encoded for an endpoint.
struct EncodedRequest {
    /// The contents or file, and its Content-Type.
    var body: MediaInput
    /// True if the body contains the service's options, so that headers must not.
    var carriesOptions = false
    /// The owner of the body's file if it is temporary; the file is deleted with it.
    var spooledBody: SpooledBody?

    /// Encodes a payload.
    ///
    /// - Parameter sendsFiles: If true, a body that is a file is not read into memory, and a composed body that
    ///   contains a file or is large is written to one.
    /// - Throws: ``InferenceError`` `.invalidArgument` if a file cannot be read.
    init(
        _ payload: RequestPayload, options: RequestOptions, for endpoint: InferenceEndpoint, sendsFiles: Bool = false
    ) throws(InferenceError) {
        switch payload {
        case .raw(let input):
            self.init(body: input)
        case .upload(let input, let parameters):
            // The base64 is streamed into the empty text, so that it never exists as a string.
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

    /// Adds `options` to a body, if the endpoint expects them there.
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
