public import PerceptCore

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A failed task, with the cause, the service's message and a remedy.
///
/// An error never contains the access token, even if the service echoes it.
public struct InferenceError: Error, Sendable, Hashable {
    /// The kind of failure, which determines how to react to it.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// The router requires a token and none was given; nothing was sent.
        case tokenMissing
        /// The token is malformed or would be sent unprotected (nothing was sent), or the service rejected it (401,
        /// 403).
        case tokenRefused
        /// The account's credit is used up (402).
        case creditExhausted
        /// The model is not served at this endpoint (404, 410).
        case notFound
        /// The upload is larger than the service accepts (413).
        case payloadTooLarge
        /// The service rejected the request (400, 415, 422, …).
        case invalidRequest
        /// Too many requests (429).
        case rateLimited
        /// The model is still being loaded (503 with `estimated_time`).
        case modelLoading
        /// The service is temporarily unavailable (502, 503, 504).
        case serviceUnavailable
        /// The service failed while processing the request (500, …).
        case serviceFailed
        /// No connection was established; nothing was sent.
        case unreachable
        /// The connection was lost before the response was complete.
        case connectionLost
        /// No complete response arrived in time (or 408).
        case timedOut
        /// The response is a redirect that was not followed, since the upload and token are not sent elsewhere.
        case redirected
        /// The response is not what the task expects.
        case answerMalformed
        /// The response exceeds the byte limit; the rest was not received.
        case answerTooLarge
        /// The calling task was cancelled.
        case cancelled
        /// An argument is invalid; nothing was sent.
        case invalidArgument
    }

    /// The prospects of sending the same request again.
    public enum RetryAdvice: Sendable, Hashable {
        /// The same request would fail again.
        case never
        /// The request may succeed later, after the given number of seconds if the service names a time.
        case later(afterSeconds: Double?)

        /// The time in seconds that the service names.
        public var seconds: Double? { if case .later(let seconds) = self { seconds } else { nil } }
    }

    /// The kind of failure.
    public var kind: Kind
    /// A description of the failure, without a full stop.
    public var problem: String
    /// A suggested remedy, without a full stop.
    public var remedy: String?
    /// The HTTP status of the response, if there was one.
    public var status: Int?
    /// The service's id of the request, for support.
    public var requestID: String?
    /// The service's message, extracted from any form of body.
    public var serviceMessage: String?
    /// The beginning of the response's body, at most 400 characters on one line.
    public var bodyExcerpt: String?
    /// The hub name of the task (`object-detection`).
    public var task: String?
    /// The model id.
    public var model: String?
    /// The host with the port, unless that is the default; for another provider, followed by a slash and its name.
    public var host: String?
    /// The prospects of sending the same request again.
    public var retryAdvice: RetryAdvice
    /// The parameter that ``remedy`` suggests to change at its end.
    public var parameter: Parameter?

    /// The maximum length of ``bodyExcerpt``, in characters.
    static let bodyExcerptLimit = 400

    package init(
        _ kind: Kind, problem: String, remedy: String? = nil, parameter: Parameter? = nil, status: Int? = nil,
        requestID: String? = nil, serviceMessage: String? = nil, bodyExcerpt: String? = nil, task: String? = nil,
        model: String? = nil, host: String? = nil, retryAdvice: RetryAdvice = .never
    ) {
        self.kind = kind
        self.problem = problem
        self.remedy = remedy
        self.parameter = parameter
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
    package static let cancelled = InferenceError(.cancelled, problem: "cancelled")

    /// Returns the error with ``parameter`` named in parentheses at the end of ``remedy``, and no longer as a case.
    ///
    /// - Parameter name: A closure that returns the name; `nil` omits it.
    public func naming(_ name: (Parameter) -> String?) -> InferenceError {
        var error = self
        error.remedy = remedy?.naming(parameter, name)
        error.parameter = nil
        return error
    }
}

extension InferenceError: LocalizedError, CustomStringConvertible {
    /// The same as ``description``.
    public var errorDescription: String? { description }

    /// One line with the model and host, the problem, the service's message, the remedy, and the request id.
    public var description: String {
        var line = ""
        if let model { line += model }
        if let host { line += line.isEmpty ? host : " at \(host)" }
        if !line.isEmpty { line += ": " }
        line += problem
        let details = [status.map { "HTTP \($0)" }, serviceMessage.map { "“\($0)”" }].compactMap(\.self)
        if !details.isEmpty { line += " (\(details.joined(separator: ": ")))" }
        if serviceMessage == nil, let bodyExcerpt { line += ", got: \(bodyExcerpt)" }
        if let remedy = naming(\.nameInDescriptions).remedy { line += "; \(remedy)" }
        if let seconds = retryAdvice.seconds.flatMap({ Int(exactly: $0.rounded(.up)) }) {
            line += " (the service suggests \(seconds) s)"
        }
        if let requestID { line += " [request \(requestID)]" }
        return line
    }
}

extension InferenceError {
    /// Returns the error with every occurrence of the token's secret replaced.
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
