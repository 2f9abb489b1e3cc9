public import PerceptCore

/// Classifies a recording or an image.
public struct ClassifyOperation: Operation {
    /// `classify`.
    public static let name = "classify"

    /// The model's ID; `nil` for the default of the task.
    public var model: String?
    /// The maximum number of classes; `nil` for the service's default.
    public var topCount: Int?

    /// Creates the operation.
    public init(model: String? = nil, topCount: Int? = nil) {
        self.model = model
        self.topCount = topCount
    }

    /// Sends the recording or image and returns its classes.
    public func perform(
        on source: MediaSource, with perceiver: Perceiver, progress: (@Sendable (Double) -> Void)?
    ) async throws -> Classification {
        try await perceiver.classify(source, model: model, topCount: topCount)
    }

    /// Returns the known classes.
    public func perform(
        on source: MediaSource, reusing known: Classification, with perceiver: Perceiver
    ) async throws -> Classification? {
        var classification = known
        classification.file = source.name
        return classification
    }
}
