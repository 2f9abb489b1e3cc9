public import Foundation

/// An error about local media, with the file, what was found and expected, and a remedy.
///
/// The ``kind`` determines the reaction to the error, including the exit code.
public struct MediaError: Error, Sendable, Hashable {
    /// The cause of an error.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// The contents violate their own format, or are truncated.
        case malformedInput
        /// The contents are valid, but the format is not supported.
        case unsupportedFeature
        /// A size in the input exceeds a limit; nothing was allocated for it.
        case limitExceeded
        /// An argument is invalid.
        case invalidArgument
        /// The input does not exist.
        case inputMissing
        /// The input is a folder or a device, where a file is expected.
        case inputNotAFile
        /// The input exists but cannot be opened, for example because permission is denied.
        case inputNotReadable
        /// The output cannot be created at this path.
        case outputNotCreatable
        /// Reading or writing failed (disk full, medium error).
        case inputOutput
        /// The task was cancelled.
        case cancelled
    }

    /// The cause of the error.
    public var kind: Kind
    /// The affected file, as named by the caller.
    public var source: String?
    /// A description of what was found and, unless obvious, expected, without a full stop.
    public var problem: String
    /// A suggested remedy, without a full stop.
    public var remedy: String?
    /// For ``Kind/limitExceeded``, the limit that the caller may raise; ``remedy`` then ends in "raise the limit".
    public var limit: ResourceLimits.Name?

    /// The reading option that ``remedy`` ends in.
    public var option: Option?

    /// A reading option that may help.
    public enum Option: String, Sendable, Hashable, CaseIterable {
        /// Lenient reading: damage is replaced, and a warning reports it.
        case leniency
        /// The format of samples without a header.
        case rawFormat
    }

    /// Creates an error.
    public init(_ kind: Kind, source: String? = nil, problem: String, remedy: String? = nil) {
        self.kind = kind
        self.source = source
        self.problem = problem
        self.remedy = remedy
    }

    /// The error thrown by long synchronous work if its task is cancelled.
    public static let cancelled = MediaError(.cancelled, problem: "cancelled")

    /// Returns the error for a value that exceeds one of the ``ResourceLimits``.
    ///
    /// - Parameters:
    ///   - limit: The limit, named after `problem`.
    ///   - source: The affected file.
    ///   - problem: The value that was found and its maximum.
    ///   - alternative: A remedy other than raising the limit.
    public static func exceeded(
        _ limit: ResourceLimits.Name, source: String? = nil, problem: String, alternative: String
    ) -> MediaError {
        var error = MediaError(
            .limitExceeded, source: source, problem: "\(problem) (\(limit.rawValue))",
            remedy: "\(alternative), or raise the limit")
        error.limit = limit
        return error
    }

    /// Returns the error for a write to `name` that failed with the `errno` value `code`.
    public static func writing(_ name: String, _ code: CInt) -> MediaError {
        MediaError(
            .inputOutput, source: name, problem: "writing failed: \(systemMessage(code))",
            remedy: "check the free space")
    }

    /// Returns the error with `source` added if it has none; a cancellation never has one.
    package func about(_ source: String?) -> MediaError {
        guard kind != .cancelled else { return self }
        var error = self
        error.source = self.source ?? source
        return error
    }

    /// Throws ``cancelled`` if the current task is cancelled; called between blocks, strips and items.
    public static func checkCancellation() throws(MediaError) {
        if Task.isCancelled { throw .cancelled }
    }
}

extension MediaError: LocalizedError {
    /// The ``description``.
    public var errorDescription: String? { description }
}

extension MediaError: CustomStringConvertible {
    /// One line, such as `talk.m4a: AAC in MP4 is not readable here; convert it with …`.
    public var description: String {
        let place = source.map { "\($0): " } ?? ""
        let advice = remedy.map { "; \($0)" } ?? ""
        return place + problem + advice
    }
}
