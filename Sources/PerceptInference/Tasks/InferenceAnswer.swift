public import HTTPTypes

/// What came back for a request: status, headers, and the collected body.
public struct InferenceAnswer: Sendable {
    public let status: Int
    public let headers: HTTPFields
    public let body: [UInt8]
    /// Held only to keep it out of excerpts.
    private let token: AccessToken?

    public init(status: Int = 200, headers: HTTPFields = [:], body: [UInt8]) {
        self.init(status: status, headers: headers, body: body, redacting: nil)
    }

    init(status: Int, headers: HTTPFields, body: [UInt8], redacting token: AccessToken?) {
        self.status = status
        self.headers = headers
        self.body = body
        self.token = token
    }

    /// The value of a header by its name, whatever its case.
    public func header(_ name: String) -> String? {
        headers.value(name)
    }

    /// The Content-Type without parameters, in lower case.
    public var contentType: String? {
        header("content-type")?.split(separator: ";").first.map { AccessToken.trimmed(String($0)).lowercased() }
    }

    /// What the service calls this request.
    public var requestID: String? {
        let names = ["x-request-id", "x-amzn-trace-id", "x-amz-cf-id", "x-inference-id"]
        return names.lazy.compactMap(header).first { !$0.isEmpty }.map { redacted($0).excerpt(limit: 200) }
    }

    /// The body as JSON; `NaN` and `Infinity`, which Python's `json` writes, are read as `null`.
    public func json() throws(JSONSyntaxError) -> JSONValue {
        try JSONValue(parsing: body, readsNonFiniteNumbersAsNull: true)
    }

    /// The body as text where its type is `text/plain` and it is not a JSON object, list or string; what a model says may be
    /// “42” or “null”.
    var plainText: String? {
        guard contentType == "text/plain" else { return nil }
        switch try? json() {
        case .object, .array, .string: return nil
        default: return String(validating: body, as: UTF8.self)
        }
    }

    /// The beginning of the body on one line, for error messages.
    public var bodyExcerpt: String {
        if body.isEmpty { return "an empty body" }
        let limit = InferenceError.bodyExcerptLimit
        // Control characters other than white space make it binary data, of which only the size says anything.
        let isBinary = body.prefix(1024).contains { $0 < 0x09 || (0x0E..<0x20).contains($0) && $0 != 0x1B }
        if isBinary { return "\(body.count) bytes of binary data" }
        // Twice the length of any token more than is shown: one that the cut goes through is still found whole.
        return redacted(String(decoding: body.prefix(4 * limit + 4096), as: UTF8.self)).excerpt(limit: limit)
    }

    func redacted(_ text: String) -> String {
        token?.redacted(from: text) ?? text
    }
}
