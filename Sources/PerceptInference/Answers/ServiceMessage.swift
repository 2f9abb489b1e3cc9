import HTTPTypes

/// Extracts the service's message about a failure from any form of body.
///
/// Known forms: `error` as a string, an array, or an object with `message`; `detail` as a string or an array of
/// `{loc, msg}`; `message`; `errors[].message`; problem documents (`title`); the header `x-error-message`; plain text;
/// the title of an HTML page.
enum ServiceMessage {
    /// The maximum length of a message; a service may echo the whole upload.
    static let limit = 600

    static func find(in answer: InferenceAnswer) -> String? {
        let fromJSON = (try? answer.json()).flatMap(message(in:))
        let fromHeader = answer.header("x-error-message").flatMap(nonEmpty)
        let message = fromJSON ?? fromHeader ?? text(of: answer)
        return message.map { answer.redacted($0).excerpt(limit: limit) }
    }

    /// Returns the message in a JSON body, or `nil` if there is none.
    static func message(in body: JSONValue) -> String? {
        if let text = body.stringValue { return nonEmpty(text) }
        guard let object = body.objectValue else { return nil }
        let warnings = object["warnings"].flatMap(words)
        for key in ["error", "detail", "message", "errors", "title"] {
            guard let message = object[key].flatMap(words) else { continue }
            guard let warnings, warnings != message else { return message }
            return "\(message) (\(warnings))"
        }
        return warnings
    }

    /// Returns the text of one entry: a string, an array of entries, or an object with a message inside.
    private static func words(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text):
            return nonEmpty(text)
        case .array(let entries):
            return nonEmpty(entries.compactMap(words).joined(separator: "; "))
        case .object(let object):
            let message = ["message", "msg", "error", "detail"].lazy.compactMap { object[$0].flatMap(words) }.first
            let location = object["loc"]?.arrayValue?.compactMap { $0.stringValue ?? $0.integerValue?.description }
            guard let message, let location, !location.isEmpty else { return message }
            return "\(location.joined(separator: ".")): \(message)"
        case .null, .bool, .integer, .unsignedInteger, .double:
            return nil
        }
    }

    private static func text(of answer: InferenceAnswer) -> String? {
        let isText = answer.contentType.map { $0.hasPrefix("text/") } ?? true
        guard isText, let text = String(validating: answer.body.prefix(65_536), as: UTF8.self) else { return nil }
        let isHTML =
            answer.contentType?.hasPrefix("text/html") == true || text.prefix(300).lowercased().contains("<html")
        return isHTML ? title(ofHTML: text) : nonEmpty(text)
    }

    /// Returns the contents of the first `<title>` or `<h1>`, without tags.
    private static func title(ofHTML page: String) -> String? {
        for tag in ["title", "h1"] {
            let pieces = page.split(separator: "<", omittingEmptySubsequences: false)
            guard let start = pieces.firstIndex(where: { $0.lowercased().hasPrefix(tag) }) else { continue }
            let inside = pieces[start...].prefix { !$0.lowercased().hasPrefix("/\(tag)") }
            let words = inside.map { piece in piece.split(separator: ">", maxSplits: 1).dropFirst().joined() }
            if let title = nonEmpty(words.joined(separator: " ")) { return title }
        }
        return nil
    }

    private static func nonEmpty(_ text: String) -> String? {
        text.contains { !$0.isWhitespace } ? text : nil
    }
}
