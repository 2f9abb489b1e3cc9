import HTTPTypes

/// The service's own words about a failure, found in whatever form its body has.
///
/// The forms seen: `error` as a string, a list, or an object with `message`; `detail` as a string or a list of
/// `{loc, msg}`; `message`; `errors[].message`; problem documents (`title`); the header `x-error-message`; plain text; an
/// HTML page, of which the title is taken.
enum ServiceMessage {
    /// Longer messages are cut: a service may echo the whole upload.
    static let limit = 600

    static func find(in answer: InferenceAnswer) -> String? {
        let fromJSON = (try? answer.json()).flatMap(message(in:))
        let fromHeader = answer.header("x-error-message").flatMap(nonEmpty)
        let message = fromJSON ?? fromHeader ?? text(of: answer)
        return message.map { answer.redacted($0).excerpt(limit: limit) }
    }

    /// The words of a failure in a JSON body, or `nil` when it holds none.
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

    /// The text of one entry: a string, a list of entries, or an object with a message inside.
    private static func words(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text):
            return nonEmpty(text)
        case .array(let entries):
            return nonEmpty(entries.compactMap(words).joined(separator: "; "))
        case .object(let object):
            let message = ["message", "msg", "error", "detail"].lazy.compactMap { object[$0].flatMap(words) }.first
            let place = object["loc"]?.arrayValue?.compactMap { $0.stringValue ?? $0.integerValue?.description }
            guard let message, let place, !place.isEmpty else { return message }
            return "\(place.joined(separator: ".")): \(message)"
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

    /// The contents of the first `<title>` or `<h1>`, tags inside dropped.
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
