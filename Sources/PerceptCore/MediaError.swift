/// An error about local media: what was found, where, what was expected, and the remedy.
///
/// `kind` says whose fault it is; two errors of one kind deserve the same reaction (and the same exit code).
public struct MediaError: Error, Sendable, Hashable {
    /// Whose fault it is.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// The bytes break the rules of their own format, or are cut short.
        case malformedInput
        /// The bytes are in order, but nothing here reads this format.
        case unsupportedFeature
        /// A size in the input exceeds a stated limit; nothing was allocated for it.
        case limitExceeded
        /// The caller asked for something that makes no sense.
        case invalidArgument
        /// The input does not exist or may not be read.
        case inputMissing
        /// The output cannot be created where it was asked for.
        case outputNotCreatable
        /// Reading or writing failed under way (disk full, medium error).
        case inputOutput
        /// The task was cancelled.
        case cancelled
    }

    public var kind: Kind
    /// The file (as the caller named it) that the error is about.
    public var source: String?
    /// What was found and, where it is not obvious, what was expected: a sentence without a full stop.
    public var problem: String
    /// What to do about it: a clause without a full stop.
    public var remedy: String?
    /// Of a ``Kind/limitExceeded`` the limit that the caller may raise; ``remedy`` then ends in "raise the limit".
    public var limit: ResourceLimits.Name?

    /// The option of reading that ``remedy`` ends in.
    public var option: Option?

    /// An option of reading that may help.
    public enum Option: String, Sendable, Hashable, CaseIterable {
        /// Reading leniently: what is damaged is replaced, and a warning says so.
        case leniency
        /// Stating the format of samples that have no header.
        case rawFormat
    }

    public init(_ kind: Kind, source: String? = nil, problem: String, remedy: String? = nil) {
        self.kind = kind
        self.source = source
        self.problem = problem
        self.remedy = remedy
    }

    /// The error thrown by long synchronous work when its task was cancelled.
    public static let cancelled = MediaError(.cancelled, problem: "cancelled")

    /// The error for what exceeds one of the ``ResourceLimits``.
    ///
    /// - Parameters:
    ///   - limit: is named behind `problem`.
    ///   - alternative: what can be done besides raising the limit.
    public static func exceeded(
        _ limit: ResourceLimits.Name, source: String? = nil, problem: String, alternative: String
    ) -> MediaError {
        var error = MediaError(
            .limitExceeded, source: source, problem: "\(problem) (\(limit.rawValue))",
            remedy: "\(alternative), or raise the limit")
        error.limit = limit
        return error
    }

    /// The error for a write to `name` that the system refused with the `errno` value `code`.
    public static func writing(_ name: String, _ code: CInt) -> MediaError {
        MediaError(
            .inputOutput, source: name, problem: "writing failed: \(systemMessage(code))",
            remedy: "check the free space")
    }

    /// The same error, about `source` where it names no file yet; a cancellation is about none.
    package func about(_ source: String?) -> MediaError {
        guard kind != .cancelled else { return self }
        var error = self
        error.source = self.source ?? source
        return error
    }

    /// Throws ``cancelled`` when the current task is cancelled; called between blocks, strips and items.
    public static func checkCancellation() throws(MediaError) {
        if Task.isCancelled { throw .cancelled }
    }
}

extension MediaError: CustomStringConvertible {
    /// One line: `talk.m4a: AAC in MP4 is not readable here; convert it with …`.
    public var description: String {
        let place = source.map { "\($0): " } ?? ""
        let advice = remedy.map { "; \($0)" } ?? ""
        return place + problem + advice
    }
}
