import PerceptImage
public import PerceptCore
import PerceptInference

/// A response that was saved as a file: the service's own JSON, or the JSON of one of this library's results.
public struct SavedResponse: Sendable, Hashable {
    private let source: MediaSource

    /// The largest response that is read, in bytes.
    private static let byteLimit = 256 << 20

    /// Creates a saved response, which is read by each method.
    public init(_ source: MediaSource) {
        self.source = source
    }

    /// Returns the boxes of an image, which are in pixels of the upright image.
    ///
    /// - Throws: `MediaError` if the response is not one about detected objects, or the image cannot be read.
    public func detections(of image: MediaSource, limits: ResourceLimits = .default) async throws -> Detections {
        try await BlockingWork.run {
            let task = ObjectDetection(image: MediaInput(bytes: [], mediaType: .png))
            let found = try decode(task, key: "detections", name: "an object-detection response")
            let header = try ImageReader(image, limits: limits).header
            return Detections(
                file: image.name, objects: found.map { Detection(label: $0.label, score: $0.score, box: $0.box) },
                receipt: try GeometryReceipt(
                    storedSize: header.storedSize, orientation: header.orientation, uploadSize: header.size))
        }
    }

    /// Decodes the masks, which have the size of the upright image, and filters them.
    ///
    /// - Parameters:
    ///   - image: the image that the masks belong to; `nil` if it is unknown.
    ///   - rescalingMismatch: accepts masks of another size and rescales them; otherwise they are an error.
    ///   - filter: the filter for the segments.
    ///   - limits: the resource limits for masks.
    /// - Throws: `MediaError` if the response is not one about segments, or a mask is damaged or has another size.
    public func segmentation(
        of image: MediaSource? = nil, rescalingMismatch: Bool = false, filter: ResultFilter = ResultFilter(),
        limits: ResourceLimits = .default
    ) async throws -> Segmentation {
        try await BlockingWork.run {
            let task = ImageSegmentation(image: MediaInput(bytes: [], mediaType: .png))
            let found = try decode(task, key: "segments", name: "an image-segmentation response")
            let segments = try Segment.decoding(
                found, source: source.name, size: try image.map { try ImageReader($0, limits: limits).header.size },
                rescalingMismatch: rescalingMismatch, limits: limits)
            var segmentation = Segmentation(file: source.name, image: image?.name, segments: segments)
            segmentation.apply(filter)
            return segmentation
        }
    }

    /// Returns the labelled spans of a transcript with times, or of a list of events.
    ///
    /// - Throws: `MediaError` if it contains none.
    public func spans() throws(MediaError) -> [SoundSpan] {
        do throws(MediaError) {
            return try SoundSpan.spans(of: json())
        } catch {
            throw error.about(source.name)
        }
    }

    private func decode<SavedTask: WireTask>(
        _ task: SavedTask, key: String, name: String
    ) throws(MediaError) -> SavedTask.Output {
        let json = try json()
        do {
            return try task.decode(InferenceAnswer(body: (json[key] ?? json).serialized()))
        } catch {
            throw MediaError(
                .malformedInput, source: source.name, problem: "not \(name) (\(error.problem))",
                remedy: "pass the response as the service sent it")
        }
    }

    private func json() throws(MediaError) -> JSONValue {
        guard let bytes = try source.bytes(upTo: Self.byteLimit) else {
            throw MediaError(
                .limitExceeded, source: source.name,
                problem: "\(try source.byteCount()) bytes exceed the limit of \(Self.byteLimit) for a saved response",
                remedy: "split the file")
        }
        do {
            // Parsed like a response, so that the NaN literals that services in Python write are accepted.
            return try InferenceAnswer(body: bytes).json()
        } catch {
            throw MediaError(
                .malformedInput, source: source.name, problem: "not valid JSON (\(error))",
                remedy: "pass the response as the service sent it")
        }
    }
}
