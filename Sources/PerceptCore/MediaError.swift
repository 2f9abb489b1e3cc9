#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

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
    /// The parameter that ``remedy`` suggests to change at its end.
    public var parameter: Parameter?
    /// For ``Kind/limitExceeded``, the limit if the caller can set it.
    public var limit: Limit?

    /// A limit that the caller can set.
    public struct Limit: Sendable, Hashable {
        /// The parameter that sets the limit.
        public var parameter: Parameter
        /// The value of the limit, in the unit of the parameter.
        public var value: Double

        /// Creates a limit.
        public init(_ parameter: Parameter, value: Double) {
            self.parameter = parameter
            self.value = value
        }
    }

    /// Creates an error.
    public init(
        _ kind: Kind, source: String? = nil, problem: String, remedy: String? = nil, parameter: Parameter? = nil,
        limit: Limit? = nil
    ) {
        self.kind = kind
        self.source = source
        self.problem = problem
        self.remedy = remedy
        self.parameter = parameter
        self.limit = limit
    }

    /// The error thrown by long synchronous work if its task is cancelled.
    public static let cancelled = MediaError(.cancelled, problem: "cancelled")

    /// Returns the error for a value that exceeds one of the ``ResourceLimits``.
    ///
    /// - Parameters:
    ///   - name: The limit, named after `problem`.
    ///   - limit: The value of the limit.
    ///   - source: The affected file.
    ///   - problem: The value that was found and its maximum.
    ///   - alternative: A remedy other than raising the limit; `nil` if there is none.
    public static func exceeded(
        _ name: ResourceLimits.Name, _ limit: Int, source: String? = nil, problem: String, alternative: String? = nil
    ) -> MediaError {
        let parameter = Parameter(name)
        return MediaError(
            .limitExceeded, source: source, problem: "\(problem) (\(name.rawValue))",
            remedy: alternative.map { "\($0), or raise the limit" } ?? "raise the limit", parameter: parameter,
            limit: Limit(parameter, value: Double(limit)))
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

    /// Returns the error with its parameters named in parentheses, and no longer as cases: ``parameter`` at the end of
    /// ``remedy``, and the parameter of ``limit`` at the end of ``problem``, unless it is the same or a resource limit,
    /// which ``problem`` names already.
    ///
    /// - Parameter name: A closure that returns the name; `nil` omits it.
    public func naming(_ name: (Parameter) -> String?) -> MediaError {
        var error = self
        if let limit = limit?.parameter, limit != parameter, limit.limit == nil {
            error.problem = problem.naming(limit, name)
        }
        error.remedy = remedy?.naming(parameter, name)
        (error.parameter, error.limit) = (nil, nil)
        return error
    }

    /// The problem and the remedy as a warning.
    package var warning: Warning {
        let problem = naming(\.nameInDescriptions).problem
        return Warning([problem, remedy].compactMap(\.self).joined(separator: "; "), parameter: parameter)
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
    ///
    /// Parameters are named in parentheses.
    public var description: String {
        let error = naming(\.nameInDescriptions)
        let place = source.map { "\($0): " } ?? ""
        let advice = error.remedy.map { "; \($0)" } ?? ""
        return place + error.problem + advice
    }
}
