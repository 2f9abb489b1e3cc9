extension ServiceMessage {
    /// The members of an object that reports a failure and nothing else.
    private static let failureMembers: Set = [
        "error", "error_type", "error_message", "error_code", "code", "status", "message", "detail", "type", "id",
        "request_id",
    ]

    /// Returns true if a body, or a part of one, reports a failure instead of a result.
    ///
    /// Services send an `error` of `null`, `""`, `false`, `0`, `{}` or `[]` beside a result; it counts only if there is
    /// nothing else.
    static func reportsFailure(_ body: JSONValue) -> Bool {
        guard let object = body.objectValue, let error = object["error"], !error.isNull else { return false }
        let isEmpty =
            switch error {
            case .null: true
            case .bool(let value): !value
            case .integer(let value): value == 0
            case .unsignedInteger, .double: false
            case .string(let text): text.trimmed.isEmpty
            case .array(let entries): entries.isEmpty
            case .object(let members): members.isEmpty
            }
        // A `message` that is an object belongs to a conversation.
        return !isEmpty
            || object.allSatisfy { $0.key == "error" || failureMembers.contains($0.key) && $0.value.objectValue == nil }
    }
}

extension InferenceError {
    /// Creates the error that a body of status 200 reports instead of a result, alone or as the only entry of a list;
    /// `nil` if it reports none.
    init?(reportedIn body: JSONValue, of answer: InferenceAnswer) {
        let report = body.arrayValue.flatMap { $0.count == 1 ? $0[0] : nil } ?? body
        guard ServiceMessage.reportsFailure(report) else { return nil }
        self.init(
            report: report, of: answer, otherwise: "the service reports an error in a successful response",
            excerpt: answer.bodyExcerpt)
    }

    /// Creates the error that an event of a stream reports; `nil` if it reports none.
    ///
    /// Services send `{"error":…,"error_type":…}`, or an object as `error`, within a response of status 200; some name
    /// the event `error`.
    init?(_ event: ServerSentEvent, of head: InferenceAnswer) {
        let body = try? JSONValue(parsing: Array(event.data.utf8), readsNonFiniteNumbersAsNull: true)
        guard event.type == "error" || body.map(ServiceMessage.reportsFailure) == true else { return nil }
        self.init(
            report: body, of: head, otherwise: "the service failed in the middle of its response",
            excerpt: head.redacted(event.data).excerpt(limit: Self.bodyExcerptLimit))
        if body == nil { serviceMessage = head.redacted(event.data).excerpt(limit: ServiceMessage.limit) }
    }

    /// - Parameter report: The service's report; `nil` if it is not JSON.
    private init(report: JSONValue?, of answer: InferenceAnswer, otherwise problem: String, excerpt: String) {
        let error = report?["error"]
        let type = report?["error_type"]?.stringValue ?? error?["type"]?.stringValue ?? report?["type"]?.stringValue
        let words = report.flatMap(ServiceMessage.message(in:))
        let code = [error?["code"], error?["status"], report?["code"], report?["status"]].lazy
            .compactMap { $0?.integerValue }.first { (400..<600).contains($0) }
        let meaning: StatusTable.Meaning =
            switch (type, code) {
            case ("validation", _), ("template_error", _), ("invalid_request_error", _):
                StatusTable.meaning(of: 422, saying: words)
            case ("overloaded", _), ("overloaded_error", _):
                StatusTable.Meaning(
                    kind: .serviceUnavailable, problem: "the service is overloaded", remedy: "try again later",
                    mayHeal: true)
            // Any other status is more specific than 500.
            case (_, let code?) where code != 500: StatusTable.meaning(of: code, saying: words)
            default:
                StatusTable.Meaning(
                    kind: .serviceFailed, problem: problem, remedy: "try again later", mayHeal: true)
            }
        self.init(
            meaning.kind, problem: meaning.problem, remedy: meaning.remedy, parameter: meaning.parameter,
            status: answer.status,
            requestID: answer.requestID,
            serviceMessage: words.map { answer.redacted($0).excerpt(limit: ServiceMessage.limit) },
            bodyExcerpt: excerpt, retryAdvice: meaning.mayHeal ? .later(afterSeconds: nil) : .never)
    }
}
