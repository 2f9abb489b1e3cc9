public import PerceptCore
import PerceptImage

/// Detects objects in an image, filters them, and writes the files that were requested.
public struct DetectOperation: Operation {
    /// `detect`.
    public static let name = "detect"

    /// The model's ID; `nil` for the default of the task.
    public var model: String?
    /// The filter for the objects; its lowest threshold is sent to the service.
    public var filter: ResultFilter
    /// The files to write.
    public var files: DetectionFiles

    /// Creates the operation.
    public init(model: String? = nil, filter: ResultFilter = ResultFilter(), files: DetectionFiles = DetectionFiles()) {
        self.model = model
        self.filter = filter
        self.files = files
    }

    /// Checks the files to write, sends the image, and writes them.
    public func perform(
        on source: MediaSource, with perceiver: Perceiver, progress: (@Sendable (Double) -> Void)?
    ) async throws -> Detections {
        try files.check()
        var found = try await perceiver.detectObjects(in: source, model: model, threshold: filter.leastThreshold)
        found.apply(filter)
        return try await files.write(
            found, of: source, isLenient: perceiver.imagePreparation.isLenient, limits: perceiver.limits)
    }

    /// Writes the files of known detections.
    public func perform(
        on source: MediaSource, reusing known: Detections, with perceiver: Perceiver
    ) async throws -> Detections? {
        try files.check()
        var found = known
        (found.file, found.output, found.crops) = (source.name, nil, nil)
        found = try await files.write(
            found, of: source, isLenient: perceiver.imagePreparation.isLenient, limits: perceiver.limits)
        found.warnings = found.warnings.withoutRepetitions
        return found
    }
}
