import Foundation
import PerceptCore

/// A payload in the form that an endpoint wants.
struct EncodedRequest {
    /// Bytes, or a file as it is, and the Content-Type.
    var body: MediaInput
    /// Percent-encoded; empty where there is none.
    var query: String
    /// Whether the body tells the service its options, so that no headers do.
    var carriesOptions = false
    /// What the body's file goes away with, where it was made for this request.
    var spooledForm: SpooledForm?

    /// - Parameter sendsFiles: whether a body that is a file is not read into memory; a form with files becomes one then.
    /// - Throws: ``InferenceError`` `.invalidArgument` when a parameter has no place in that form, or a file cannot be read.
    init(
        _ payload: RequestPayload, options: RequestOptions, for endpoint: InferenceEndpoint, sendsFiles: Bool = false
    ) throws(InferenceError) {
        switch payload {
        case .raw(let input):
            self.init(body: input)
        case .upload(let input, let parameters):
            if case .dedicated = endpoint, let query = try Self.query(parameters, beside: input) {
                self.init(body: input, query: query)
            } else {
                let object: JSONObject = [
                    "inputs": .string(try input.base64()), "parameters": .object(parameters),
                ]
                self.init(object, options, endpoint)
            }
        case .json(let object):
            self.init(object, options, endpoint)
        case .form(let parts):
            let form = try MultipartForm(parts)
            let mediaType = MediaType(rawValue: form.contentType)
            if sendsFiles, form.holdsFiles {
                let spooled = try SpooledForm(form)
                self.init(body: MediaInput(fileAt: spooled.path, mediaType: mediaType))
                spooledForm = spooled
            } else {
                self.init(body: MediaInput(bytes: try form.bytes(), mediaType: mediaType))
            }
        }
    }

    private init(body: MediaInput, query: String = "") {
        self.body = body
        self.query = query
    }

    private init(_ object: JSONObject, _ options: RequestOptions, _ endpoint: InferenceEndpoint) {
        var object = object
        var members = object["options"]?.objectValue ?? JSONObject()
        let carriesOptions = if case .legacy = endpoint { true } else { false }
        if options.useGPU, !endpoint.speaksOpenAI { members["use_gpu"] = true }
        if carriesOptions, !options.useCache { members["use_cache"] = false }
        if carriesOptions, options.waitForModel { members["wait_for_model"] = true }
        if carriesOptions || !members.isEmpty { object["options"] = .object(members) }
        self.init(body: MediaInput(bytes: JSONValue.object(object).serialized(), mediaType: .json))
        self.carriesOptions = carriesOptions
    }

    /// `name=value&…`; `nil` where a value is a list or an object and the base64 form can carry it.
    private static func query(
        _ parameters: JSONObject, beside input: MediaInput
    ) throws(InferenceError) -> String? {
        var pairs: [String] = []
        for (name, value) in parameters where !value.isNull {
            guard let text = value.scalarText else {
                guard input.mediaType.kind != .image else {
                    throw InferenceError(
                        .invalidArgument,
                        problem: "\(name) is \(value.kindDescription), which a dedicated endpoint has no place for "
                            + "beside a picture",
                        remedy: "leave it out, or pass the endpoint's URL as one of another kind")
                }
                return nil
            }
            pairs.append("\(encoded(name))=\(encoded(text))")
        }
        return pairs.joined(separator: "&")
    }

    /// Everything but unreserved characters (RFC 3986 §2.3) is escaped: a plus sign would be read as a space.
    private static func encoded(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }
}
