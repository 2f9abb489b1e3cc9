public import PerceptCore
public import PerceptImage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The files to make from a segmentation: a folder of masks, and the image with the masks drawn over it.
public struct SegmentationFiles: Sendable, Hashable {
    /// The folder for the masks; `nil` for none.
    public var folder: String?
    /// The formats to write to the folder in addition to the masks.
    public var formats: Set<SegmentFiles.Format>
    /// The form of masks in `coco.json`.
    public var cocoMasks: COCODataset.MaskForm
    /// The path of the image with the masks, with the extension .png, .jpg or .jpeg; `nil` for none.
    public var overlayPath: String?
    /// The style of the masks.
    public var style: MaskOverlayStyle
    /// The colours of the masks.
    public var palette: Palette
    /// The rule that assigns the colours.
    public var coloring: Palette.Coloring
    /// The files that must not be replaced.
    public var protectedPaths: [String]

    /// Creates a list of files; by default it is empty.
    public init(
        folder: String? = nil, formats: Set<SegmentFiles.Format> = [], cocoMasks: COCODataset.MaskForm = .polygons,
        overlayPath: String? = nil, style: MaskOverlayStyle = MaskOverlayStyle(), palette: Palette = .okabeIto,
        coloring: Palette.Coloring = .label, protectedPaths: [String] = []
    ) {
        self.folder = folder
        self.formats = formats
        self.cocoMasks = cocoMasks
        self.overlayPath = overlayPath
        self.style = style
        self.palette = palette
        self.coloring = coloring
        self.protectedPaths = protectedPaths
    }

    /// Checks the path of the overlay, before anything is sent.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for an extension other than those of PNG and JPEG.
    public func check() throws(MediaError) {
        if let overlayPath { _ = try ImageEncoding(path: overlayPath) }
    }

    /// Writes the files, without blocking cooperative threads.
    ///
    /// - Parameters:
    ///   - found: the segments to save.
    ///   - source: the image that the masks belong to; `nil` if it is unknown.
    ///   - isLenient: decodes a damaged image as far as possible.
    ///   - limits: the resource limits for the image.
    /// - Returns: the segmentation with the names of the files.
    /// - Throws: `MediaError` for the image or the files.
    public func write(
        _ found: Segmentation, of source: MediaSource?, isLenient: Bool = false, limits: ResourceLimits = .default
    ) async throws -> Segmentation {
        guard folder != nil || overlayPath != nil else { return found }
        return try await BlockingWork.run {
            var found = found
            // Without segments, the size is known from the image alone.
            let isImageNeeded =
                overlayPath != nil || formats.contains(.cutouts) || !formats.isEmpty && found.segments.isEmpty
            let levels = found.receipt?.levels.map { ImageLevels.range($0) }
            let image =
                isImageNeeded
                ? try source.map { try Image(decoding: $0, limits: limits, lenient: isLenient, levels: levels) } : nil
            if let overlayPath, let image {
                let overlay = try image.overlaid(
                    with: found.segments, palette: palette, coloring: coloring, style: style)
                try overlay.write(to: overlayPath, as: ImageEncoding(path: overlayPath), protecting: protectedPaths)
                found.overlay = overlayPath
            }
            if let folder {
                let files = try SegmentFiles.save(
                    found.segments, in: folder, indices: found.indices, formats: formats, cocoMasks: cocoMasks,
                    imageName: source.map { $0.name.lastPathComponent } ?? "", image: image,
                    protecting: protectedPaths)
                found.use(files)
            }
            return found
        }
    }
}
