package import HTTPTypes

/// The response to a request: status, headers, and the collected body.
package struct InferenceAnswer: Sendable {
    /// The HTTP status code.
    package let status: Int
    /// The HTTP headers.
    package let headers: HTTPFields
    /// The body, without transfer or content encoding.
    package let body: [UInt8]
    /// The media that the response only links to, by link.
    var downloads: [String: [UInt8]] = [:]
    /// The token, held only to keep it out of excerpts.
    private let token: AccessToken?

    /// Creates a response.
    package init(status: Int = 200, headers: HTTPFields = [:], body: [UInt8]) {
        self.init(status: status, headers: headers, body: body, redacting: nil)
    }

    init(status: Int, headers: HTTPFields, body: [UInt8], redacting token: AccessToken?) {
        self.status = status
        self.headers = headers
        self.body = body
        self.token = token
    }

    /// Returns the value of a header; names are case-insensitive.
    package func header(_ name: String) -> String? {
        headers.value(name)
    }

    /// The Content-Type without parameters, in lower case.
    package var contentType: String? {
        header("content-type")?.split(separator: ";").first?.trimmed.lowercased()
    }

    /// The service's ID for this request.
    package var requestID: String? {
        let names = ["x-request-id", "x-amzn-trace-id", "x-amz-cf-id", "x-inference-id"]
        return names.lazy.compactMap(header).first { !$0.isEmpty }.map { redacted($0).excerpt(limit: 200) }
    }

    /// Parses the body as JSON. `NaN` and `Infinity`, which Python's `json` writes, are read as `null`.
    package func json() throws(JSONSyntaxError) -> JSONValue {
        try JSONValue(parsing: body, readsNonFiniteNumbersAsNull: true)
    }

    /// The body as text if its type is `text/plain` and it is not a JSON object, list or string. A JSON number or
    /// `null` counts as text: a model may say “42” or “null”.
    var plainText: String? {
        guard contentType == "text/plain" else { return nil }
        switch try? json() {
        case .object, .array, .string: return nil
        default: return String(validating: body, as: UTF8.self)
        }
    }

    /// The beginning of the body on one line, for error messages.
    package var bodyExcerpt: String {
        if body.isEmpty { return "an empty body" }
        let limit = InferenceError.bodyExcerptLimit
        // Control characters other than white space mean binary data; only its size is informative.
        let isBinary = body.prefix(1024).contains { $0 < 0x09 || (0x0E..<0x20).contains($0) && $0 != 0x1B }
        if isBinary { return "\(body.count) bytes of binary data" }
        // The prefix is longer than the excerpt by twice the longest token, so that a token at the cut is still found.
        return redacted(String(decoding: body.prefix(4 * limit + 4096), as: UTF8.self)).excerpt(limit: limit)
    }

    func redacted(_ text: String) -> String {
        token?.redacted(from: text) ?? text
    }
}
