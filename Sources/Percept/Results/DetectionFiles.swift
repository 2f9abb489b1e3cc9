public import PerceptCore
public import PerceptImage

/// The files to make from detections: the image with the boxes drawn, and an image of each box.
public struct DetectionFiles: Sendable, Hashable {
    /// The path of the annotated image, with the extension .png, .jpg or .jpeg; `nil` for none.
    public var annotatedPath: String?
    /// The style of the boxes.
    public var style: BoxStyle
    /// The folder for one image per box; `nil` for none.
    public var cropFolder: String?
    /// The files that must not be replaced.
    public var protectedPaths: [String]

    /// Creates a list of files; by default it is empty.
    public init(
        annotatedPath: String? = nil, style: BoxStyle = BoxStyle(), cropFolder: String? = nil,
        protectedPaths: [String] = []
    ) {
        self.annotatedPath = annotatedPath
        self.style = style
        self.cropFolder = cropFolder
        self.protectedPaths = protectedPaths
    }

    /// Checks the paths and the typeface, before anything is sent.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for an extension other than those of PNG and JPEG, or an error of
    ///   `Typeface.check()`.
    public func check() throws(MediaError) {
        guard let annotatedPath else { return }
        _ = try ImageEncoding(path: annotatedPath)
        try style.typeface.check()
    }

    /// Writes the files, without blocking cooperative threads.
    ///
    /// - Parameters:
    ///   - found: the objects to draw.
    ///   - source: the image, with nothing drawn on it.
    ///   - isLenient: decodes a damaged image as far as possible.
    ///   - limits: the resource limits for the image.
    /// - Returns: the detections with the paths of the files, and a warning for each box that was not drawn.
    /// - Throws: `MediaError` for the image or the files.
    public func write(
        _ found: Detections, of source: MediaSource, isLenient: Bool = false, limits: ResourceLimits = .default
    ) async throws -> Detections {
        guard annotatedPath != nil || cropFolder != nil else { return found }
        return try await BlockingWork.run {
            var found = found
            var reader = try ImageReader(
                source, limits: limits, lenient: isLenient, levels: found.receipt?.levels.map { .range($0) })
            let image = try reader.readImage()
            // The preparation of an upload has reported them already.
            if found.sent == nil { found.warnings += reader.warnings }
            if let cropFolder {
                found.crops = try CropFiles.save(
                    found.objects, of: image, in: cropFolder, as: ImageEncoding(like: source),
                    protecting: protectedPaths)
            }
            guard let annotatedPath else { return found }
            let annotated = try image.annotated(with: found.objects, style: style)
            try annotated.image.write(
                to: annotatedPath, as: ImageEncoding(path: annotatedPath), protecting: protectedPaths)
            found.output = annotatedPath
            found.undrawn = annotated.dropped
            found.warnings += annotated.dropped.map { box -> Warning in
                let index = found.indices?[box.index] ?? box.index
                return "box \(index) is not drawn: it is \(box.reason.rawValue)"
            }
            return found
        }
    }
}
