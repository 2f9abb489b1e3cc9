#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// The failure of one input as it is reported and recorded: the same facts as its error, without its type.
public struct ItemFailure: Error, Sendable, Hashable {
    /// The kind of the error, such as `malformedInput`.
    public var kind: String
    /// A description without a full stop.
    public var message: String
    /// A suggested remedy, without a full stop.
    public var remedy: String?
    /// True if another attempt may succeed: the service, the account, the network or the disk is at fault, and not the
    /// input.
    public var isTransient: Bool
    /// Further members of the JSON, such as the HTTP status.
    public var details: JSONObject

    /// Creates a failure.
    public init(
        kind: String, message: String, remedy: String? = nil, isTransient: Bool, details: JSONObject = [:]
    ) {
        self.kind = kind
        self.message = message
        self.remedy = remedy
        self.isTransient = isTransient
        self.details = details
    }

    /// Describes an error of this package; any other is a permanent failure of the kind `bug`.
    public init(_ error: any Error) {
        switch error {
        case let error as ItemFailure: self = error
        case let error as MediaError:
            let error = error.naming(\.nameInDescriptions)
            self.init(
                kind: error.kind.rawValue,
                message: [error.source, error.problem].compactMap(\.self).joined(separator: ": "),
                remedy: error.remedy, isTransient: error.isTransient)
        case let error as InferenceError:
            let error = error.naming(\.nameInDescriptions)
            var details: JSONObject = [:]
            details["status"] = error.status.map { .integer($0) }
            details["requestID"] = error.requestID.map { .string($0) }
            details["retryAfter"] = error.retryAdvice.seconds.map { .double($0) }
            self.init(
                kind: error.kind.rawValue,
                message: error.problem + (error.serviceMessage.map { " (“\($0)”)" } ?? ""), remedy: error.remedy,
                isTransient: error.isTransient, details: details)
        default:
            self.init(kind: "bug", message: "\(error)", remedy: "report it", isTransient: false)
        }
    }

    /// The failure as `{"kind", "message", "remedy", "transient"}` and its details.
    public var json: JSONObject {
        var json: JSONObject = [
            "kind": .string(kind), "message": .string(message), "remedy": remedy.map { .string($0) } ?? .null,
            "transient": .bool(isTransient),
        ]
        for (name, value) in details { json[name] = value }
        return json
    }

    /// Creates a failure from ``json``; `nil` without a kind and a message.
    public init?(json: JSONObject) {
        guard let kind = json["kind"]?.stringValue, let message = json["message"]?.stringValue else { return nil }
        var details = json
        for name in ["kind", "message", "remedy", "transient"] { details[name] = nil }
        self.init(
            kind: kind, message: message, remedy: json["remedy"]?.stringValue,
            isTransient: json["transient"]?.boolValue ?? false, details: details)
    }
}

extension ItemFailure: LocalizedError, CustomStringConvertible {
    /// The same as ``description``.
    public var errorDescription: String? { description }

    /// One line: the message and the remedy.
    public var description: String { [message, remedy].compactMap(\.self).joined(separator: "; ") }
}

extension MediaError {
    /// True if another attempt may succeed: the disk is at fault, not the input.
    var isTransient: Bool {
        switch kind {
        case .outputNotCreatable, .inputOutput, .cancelled: true
        case .malformedInput, .unsupportedFeature, .limitExceeded, .invalidArgument, .inputMissing, .inputNotAFile,
            .inputNotReadable:
            false
        }
    }
}

extension InferenceError {
    /// True if another attempt may succeed: the service, the account or the network is at fault, not the request.
    var isTransient: Bool {
        switch kind {
        case .tokenMissing, .tokenRefused, .creditExhausted, .rateLimited, .modelLoading, .serviceUnavailable,
            .unreachable, .connectionLost, .timedOut, .cancelled:
            true
        case .notFound, .payloadTooLarge, .invalidRequest, .serviceFailed, .redirected, .answerMalformed,
            .answerTooLarge, .invalidArgument:
            retryAdvice != .never
        }
    }
}
