public import PerceptCore
import PerceptInference

/// A verb with its options, as a value: the work that ``Perceiver/perform(_:on:progress:)`` does on one source.
///
/// Operations that are equal and get equal sources and perceivers give equal results.
public protocol Operation: Sendable, Hashable {
    /// The result about one source.
    associatedtype Output: PerceptResult

    /// The name of the verb, such as `detect`.
    static var name: String { get }
    /// False if the operation sends nothing; true by default.
    static var sendsRequests: Bool { get }
    /// True if a recording is sent in the chunks of the perceiver's chunking; false by default.
    static var splitsRecordings: Bool { get }

    /// Performs the operation on one source.
    ///
    /// - Parameters:
    ///   - source: the recording or image.
    ///   - perceiver: the preparations, limits and client to use.
    ///   - progress: a closure that is called with the finished fraction, 0…1.
    /// - Throws: `MediaError` for the source or the files to write, `InferenceError` for the service.
    func perform(
        on source: MediaSource, with perceiver: Perceiver, progress: (@Sendable (Double) -> Void)?
    ) async throws -> Output

    /// Makes the result for a source from that of a source with the same content, and writes the files; nothing is
    /// sent.
    ///
    /// - Parameter known: the result of this operation, as read from its JSON.
    /// - Returns: the result; `nil` if the operation has to be performed.
    /// - Throws: `MediaError` for the source or the files to write.
    func perform(on source: MediaSource, reusing known: Output, with perceiver: Perceiver) async throws -> Output?
}

extension Operation {
    /// True.
    public static var sendsRequests: Bool { true }
    /// False.
    public static var splitsRecordings: Bool { false }

    /// The default, for operations that send nothing: `nil`.
    public func perform(
        on source: MediaSource, reusing known: Output, with perceiver: Perceiver
    ) async throws -> Output? { nil }
}

extension Perceiver {
    /// Performs an operation on one source, without blocking cooperative threads.
    ///
    ///     let found = try await perceiver.perform(DetectOperation(), on: .file("street.jpg"))
    ///
    /// - Parameters:
    ///   - operation: the verb with its options.
    ///   - source: the recording or image.
    ///   - progress: a closure that is called with the finished fraction, 0…1.
    /// - Throws: `MediaError` for the source or the files to write, `InferenceError` for the service,
    ///   `CancellationError` if the task is cancelled.
    public func perform<Verb: Operation>(
        _ operation: Verb, on source: MediaSource, progress: (@Sendable (Double) -> Void)? = nil
    ) async throws -> Verb.Output {
        try await throwingCancellation { try await operation.perform(on: source, with: self, progress: progress) }
    }

    /// Makes the result for a source from that of a source with the same content; see
    /// ``Operation/perform(on:reusing:with:)``.
    public func perform<Verb: Operation>(
        _ operation: Verb, on source: MediaSource, reusing known: Verb.Output
    ) async throws -> Verb.Output? {
        try await throwingCancellation { try await operation.perform(on: source, reusing: known, with: self) }
    }

    /// Runs `body` and throws `CancellationError` in place of the libraries' own errors for a cancelled task.
    func throwingCancellation<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as MediaError where error.kind == .cancelled {
            throw CancellationError()
        } catch let error as InferenceError where error.kind == .cancelled {
            throw CancellationError()
        }
    }
}
