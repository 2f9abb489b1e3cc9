/// Why a task has no answer: whose fault it is, in whose words, and what to do about it.
///
/// Nothing in it ever holds the access token, not even where a service echoes it.
public struct InferenceError: Error, Sendable, Hashable {
    /// What went wrong; two errors of one kind deserve the same reaction.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// The router asks for a token, and there is none; nothing was sent.
        case tokenMissing
        /// The token is malformed or would travel unprotected (nothing was sent), or the service refused it (401, 403).
        case tokenRefused
        /// The account's credit is used up (402).
        case creditExhausted
        /// Nobody serves this model there (404, 410).
        case notFound
        /// The upload is larger than the service takes (413).
        case payloadTooLarge
        /// The service understood the request and refuses it (400, 415, 422, …).
        case invalidRequest
        /// Too many requests (429).
        case rateLimited
        /// The model is still being loaded (503 with `estimated_time`).
        case modelLoading
        /// The service is overloaded or away for a while (502, 503, 504).
        case serviceUnavailable
        /// The service failed at the request (500, …).
        case serviceFailed
        /// No connection came about; nothing was sent.
        case unreachable
        /// The connection broke off before the answer was complete.
        case connectionLost
        /// No complete answer within the time allowed (or 408).
        case timedOut
        /// The answer points elsewhere, where neither upload nor token are sent without being asked to.
        case redirected
        /// The answer is not what the task promises.
        case answerMalformed
        /// The answer exceeds the byte limit; the rest was not received.
        case answerTooLarge
        /// The calling task was cancelled.
        case cancelled
        /// The caller asked for something that makes no sense; nothing was sent.
        case invalidArgument
    }

    /// Whether the same request may succeed at another time.
    public enum RetryAdvice: Sendable, Hashable {
        /// The same request would fail in the same way.
        case never
        /// Later; after so many seconds where the service names a time.
        case later(afterSeconds: Double?)

        /// The time that the service names.
        public var seconds: Double? { if case .later(let seconds) = self { seconds } else { nil } }
    }

    /// A setting of the caller's that ``remedy`` speaks of.
    public enum Setting: String, Sendable, Hashable, CaseIterable {
        /// Of image segmentation: whether masks of another size than the upload are rescaled.
        case rescalingMasks
        /// ``InferenceClient/answerByteLimit``.
        case answerByteLimit
        /// ``InferenceClient/sendsTokenUnprotected``.
        case sendsTokenUnprotected
    }

    public var kind: Kind
    /// What was found and what was expected: a clause without a full stop.
    public var problem: String
    /// What to do about it: a clause without a full stop.
    public var remedy: String?
    /// The HTTP status of the answer, when there was one.
    public var status: Int?
    /// What the service calls this request; quote it when asking for support.
    public var requestID: String?
    /// The service's own words, of whatever form its body had.
    public var serviceMessage: String?
    /// The beginning of the answer's body, at most ``bodyExcerptLimit`` characters on one line.
    public var bodyExcerpt: String?
    /// The hub name of the task (`object-detection`).
    public var task: String?
    public var model: String?
    /// The host and, where it is not the scheme's own, the port; of another provider its name behind a slash.
    public var host: String?
    public var retryAdvice: RetryAdvice
    /// The setting that ``remedy`` ends with, where it is one of the caller's own.
    public var setting: Setting?

    /// The length of ``bodyExcerpt`` in characters at most.
    public static let bodyExcerptLimit = 400

    public init(
        _ kind: Kind, problem: String, remedy: String? = nil, status: Int? = nil, requestID: String? = nil,
        serviceMessage: String? = nil, bodyExcerpt: String? = nil, task: String? = nil, model: String? = nil,
        host: String? = nil, retryAdvice: RetryAdvice = .never
    ) {
        self.kind = kind
        self.problem = problem
        self.remedy = remedy
        self.status = status
        self.requestID = requestID
        self.serviceMessage = serviceMessage
        self.bodyExcerpt = bodyExcerpt
        self.task = task
        self.model = model
        self.host = host
        self.retryAdvice = retryAdvice
    }

    /// The error thrown when the calling task is cancelled.
    public static let cancelled = InferenceError(.cancelled, problem: "cancelled")
}

extension InferenceError: CustomStringConvertible {
    /// One line: who, what, in the service's words, the remedy, the request's id.
    public var description: String {
        var line = ""
        if let model { line += model }
        if let host { line += line.isEmpty ? host : " at \(host)" }
        if !line.isEmpty { line += ": " }
        line += problem
        let details = [status.map { "HTTP \($0)" }, serviceMessage.map { "“\($0)”" }].compactMap(\.self)
        if !details.isEmpty { line += " (\(details.joined(separator: ": ")))" }
        if serviceMessage == nil, let bodyExcerpt { line += ", got: \(bodyExcerpt)" }
        if let remedy { line += "; \(remedy)" }
        if let seconds = retryAdvice.seconds.flatMap({ Int(exactly: $0.rounded(.up)) }) {
            line += " (in \(seconds) s, the service says)"
        }
        if let requestID { line += " [request \(requestID)]" }
        return line
    }
}

extension InferenceError {
    /// The same error with every occurrence of the token's secret replaced.
    func redacting(_ token: AccessToken?) -> InferenceError {
        guard let token else { return self }
        var error = self
        error.problem = token.redacted(from: problem)
        error.remedy = remedy.map(token.redacted)
        error.requestID = requestID.map(token.redacted)
        error.serviceMessage = serviceMessage.map(token.redacted)
        error.bodyExcerpt = bodyExcerpt.map(token.redacted)
        error.model = model.map(token.redacted)
        error.host = host.map(token.redacted)
        return error
    }
}

extension String {
    /// The text on one line, control characters and runs of white space made single spaces, cut to `limit` characters.
    func excerpt(limit: Int) -> String {
        let words = split {
            $0.isWhitespace || $0.unicodeScalars.allSatisfy { $0.properties.generalCategory == .control }
        }
        let line = words.joined(separator: " ")
        return line.count > limit ? line.prefix(limit) + "…" : line
    }
}
