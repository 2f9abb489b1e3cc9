public import PerceptCore
import PerceptImage
public import PerceptInference

/// Segments an image, filters the segments, and writes the files that were requested.
public struct SegmentOperation: Operation {
    /// `segment`.
    public static let name = "segment"

    /// The model's ID; `nil` for the default of the task.
    public var model: String?
    /// The kind of segments to request; `nil` for the model's default.
    public var subtask: ImageSegmentation.Subtask?
    /// Accepts masks of another size than the upload and rescales them; otherwise they are an error.
    public var rescalesMasks: Bool
    /// The filter for the segments; its lowest threshold is sent to the service.
    public var filter: ResultFilter
    /// The files to write.
    public var files: SegmentationFiles

    /// Creates the operation.
    public init(
        model: String? = nil, subtask: ImageSegmentation.Subtask? = nil, rescalesMasks: Bool = false,
        filter: ResultFilter = ResultFilter(), files: SegmentationFiles = SegmentationFiles()
    ) {
        self.model = model
        self.subtask = subtask
        self.rescalesMasks = rescalesMasks
        self.filter = filter
        self.files = files
    }

    /// Checks the files to write, sends the image, and writes them.
    public func perform(
        on source: MediaSource, with perceiver: Perceiver, progress: (@Sendable (Double) -> Void)?
    ) async throws -> Segmentation {
        try files.check()
        var found = try await perceiver.segment(
            source, model: model, threshold: filter.leastThreshold, subtask: subtask, rescalingMasks: rescalesMasks)
        found.apply(filter)
        return try await files.write(
            found, of: source, isLenient: perceiver.imagePreparation.isLenient, limits: perceiver.limits)
    }

    /// Writes the files of a known segmentation from its saved masks; `nil` if they cannot be read.
    public func perform(
        on source: MediaSource, reusing known: Segmentation, with perceiver: Perceiver
    ) async throws -> Segmentation? {
        try files.check()
        var found = known
        if files.folder != nil || files.overlayPath != nil {
            let limits = perceiver.limits
            let loaded = try? await BlockingWork.run { [found] in
                var found = found
                try found.loadMasks(limits: limits)
                return found
            }
            guard let loaded else { return nil }
            found = loaded
        }
        (found.file, found.overlay) = (source.name, nil)
        return try await files.write(
            found, of: source, isLenient: perceiver.imagePreparation.isLenient, limits: perceiver.limits)
    }
}
