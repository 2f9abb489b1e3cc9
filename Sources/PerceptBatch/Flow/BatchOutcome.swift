#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// An element of the inputs of a run: an input, or a source that yields none.
public enum BatchInput: Sendable {
    /// An input.
    case item(BatchItem)
    /// A source that cannot be read, such as a missing file of a list.
    case failure(Failure)

    /// A source that cannot be read.
    public struct Failure: Sendable, Hashable {
        /// The name of the source, which serves as its key.
        public var name: String
        /// The members of its manifest line.
        public var members: JSONObject
        /// The reason.
        public var error: MediaError

        /// Creates a failure.
        public init(name: String, members: JSONObject = [:], error: MediaError) {
            self.name = name
            self.members = members
            self.error = error
        }
    }

    /// The key of the input, or the name of the source.
    public var key: String {
        switch self {
        case .item(let item): item.key
        case .failure(let failure): failure.name
        }
    }

    /// The name of the source in results and errors.
    public var name: String {
        switch self {
        case .item(let item): item.source.name
        case .failure(let failure): failure.name
        }
    }

    /// The members of the manifest line.
    public var members: JSONObject {
        switch self {
        case .item(let item): item.members
        case .failure(let failure): failure.members
        }
    }
}

/// The outcome for one input of a run.
public struct BatchOutcome<Output: Sendable>: Sendable {
    /// The position of the input, from 0.
    public var position: Int
    /// The input, or a source that cannot be read.
    public var input: BatchInput
    /// The result, or the error of this input: `MediaError`, `InferenceError`, or the ``ItemFailure`` that an earlier
    /// run recorded.
    public var result: Result<Output, any Error>
    /// True if the result comes from the ledger, and nothing was sent.
    public var isFromLedger = false

    /// The key of the input, or the name of the source.
    public var key: String { input.key }
}

/// The reason for which a run ended before its last input.
public struct BatchStop: Error, Sendable, LocalizedError, CustomStringConvertible {
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

    /// The ``description``.
    public var errorDescription: String? { description }

    /// The reason, as a clause without a full stop.
    public var description: String {
        switch reason {
        case .tokenRefused: "stopped, because no other input would be accepted either"
        case .creditExhausted: "stopped, because the account's credit is used up"
        case .consecutiveFailures(let count): "stopped after \(count) failures in a row"
        }
    }
}
