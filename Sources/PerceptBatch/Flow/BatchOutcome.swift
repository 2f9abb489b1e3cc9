public import Foundation

/// An element of the inputs of a run: an input, or a source that yields none.
public enum BatchInput: Sendable {
    /// An input.
    case item(BatchItem)
    /// A source that cannot be read, such as a missing file of a list: its name and the reason.
    case failure(name: String, members: JSONObject, MediaError)
}

/// The outcome for one input of a run.
public struct BatchOutcome<Output: Sendable>: Sendable {
    /// The position of the input, from 0.
    public var position: Int
    /// The input; `nil` for a source that cannot be read.
    public var item: BatchItem?
    /// The key of the input, or the name of the source that cannot be read.
    public var key: String
    /// The members to add to the JSON of the result.
    public var members: JSONObject
    /// The result, or the `MediaError` or `InferenceError` of this input.
    public var result: Result<Output, any Error>
    /// True if the result was not computed but found in the ledger.
    public var isFromLedger = false
}

/// The reason for which a run ended before its last input.
public struct BatchStop: Error, Sendable, LocalizedError {
    /// The kind of reason.
    public enum Reason: Sendable, Hashable {
        /// The token was rejected or is missing.
        case tokenRefused
        /// The account's credit is used up.
        case creditExhausted
        /// This many inputs in a row failed at the service.
        case consecutiveFailures(Int)
    }

    /// The kind of reason.
    public var reason: Reason
    /// The error of the last input.
    public var underlying: any Error

    /// The reason as a sentence without a full stop.
    public var errorDescription: String? {
        switch reason {
        case .tokenRefused: "stopped, because no other input would be accepted either"
        case .creditExhausted: "stopped, because the account's credit is used up"
        case .consecutiveFailures(let count): "stopped after \(count) failures in a row"
        }
    }
}
