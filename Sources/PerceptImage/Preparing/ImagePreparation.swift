public import PerceptCore

/// The image format that an endpoint expects, and the steps to produce it.
///
/// The image is decoded, turned upright, cut to the ``crop``, resized, padded and encoded strip by strip, so that
/// memory does not grow with its size. Interlaced PNG, WebP and the coefficients of a progressive JPEG must be held as
/// a whole. The result contains only pixels: no EXIF data, no location, no profile; the orientation is applied to the
/// pixels.
public struct ImagePreparation: Sendable, Hashable {
    /// The format of the result.
    public enum Format: String, Sendable, Hashable, Codable, CaseIterable {
        case jpeg, png
        /// PNG for a PNG file and for pixels without a file, JPEG for other formats.
        case keep
    }

    /// The way an image is fitted to an ``ImagePreparation/exactSize`` of another aspect ratio. Small images are
    /// enlarged.
    public enum Fit: Sendable, Hashable {
        /// Scales each side independently, which changes the aspect ratio.
        case stretch
        /// Centers the whole image on a background of that colour. An odd pixel of padding goes to the right or the
        /// bottom.
        case letterbox(Color)
        /// Crops the centre of the image after resizing its shortest side to `shortestSide`, or to just cover the size
        /// if `nil`.
        ///
        /// This follows the processors of image classifiers (`resize` with a `shortest_edge`, then `center_crop`): the
        /// other side is rounded down, and an odd number of removed pixels leaves one less at the left or the top.
        case centerCrop(shortestSide: Int? = nil)
    }

    /// The part of the upright image to use, in its pixels; all of it if `nil`.
    public var crop: PixelRectangle?
    /// The maximum longest side of the result in pixels; unlimited if `nil`. Images are never enlarged.
    public var longestSide: Int?
    /// The maximum shortest side of the result in pixels; unlimited if `nil`. Images are never enlarged. If both bounds
    /// are set, the smaller result is used.
    public var shortestSide: Int?
    /// The size of the result, whatever the size of the source; it overrides the other bounds.
    public var exactSize: PixelSize?
    /// The way the image is fitted to ``exactSize``.
    public var fit: Fit
    /// The filter that resizes the image.
    public var filter: ResizeFilter
    /// The format of the result.
    public var format: Format
    /// The quality of a JPEG, 1…100.
    public var quality: Int
    /// The chroma sampling of a JPEG. If `nil` it depends on the image: `.yuv444` for a drawing or text, `.yuv420` for
    /// a photograph.
    ///
    /// A drawing consists of flat areas and hard edges. In every other pair of rows, at least a quarter of the 2×2
    /// blocks differ by 8 or less in every channel, and of the rest at least one in three differs by 64 or more. Only
    /// the first 8 MiB of pixels of an upload are examined.
    public var chroma: ChromaSubsampling?
    /// The background of transparent pixels in a JPEG.
    public var matte: Color
    /// The maximum number of bytes in the result; unlimited if `nil`.
    ///
    /// If the image exceeds it, the quality of a JPEG is reduced down to 40, then the size down to a longest side of
    /// 320 pixels. An ``exactSize``, the chroma sampling and the colors of a PNG are kept. At most six images are
    /// encoded, each from the original pixels. A warning states what was reduced.
    public var maximumByteCount: Int?
    /// Allows decoding a JPEG much larger than the result at half, a quarter or an eighth of its sides.
    ///
    /// The reduced image has at least 1.5 times the result's sides (3 times at a quarter and an eighth) and is then
    /// resized by the filter. This is faster and differs little (PSNR above 40 dB on photographs). If false, the result
    /// is computed from all pixels, exactly.
    public var reducesDecoding: Bool
    /// Replaces damaged or missing pixels, with a warning, instead of throwing; see ``ImageReader``.
    public var isLenient: Bool
    /// The stretching of the samples of an image with 16 bits per channel. `nil` leaves them unchanged, with a warning
    /// if they use less than an eighth of their range.
    public var levels: ImageLevels?
    /// Adds warnings about improvements to the preparation to ``PreparedImage/warnings``.
    package var givesAdvice = true

    /// Creates a preparation.
    public init(
        crop: PixelRectangle? = nil, longestSide: Int? = 1333, shortestSide: Int? = nil, exactSize: PixelSize? = nil,
        fit: Fit = .stretch, filter: ResizeFilter = .lanczos, format: Format = .jpeg, quality: Int = 90,
        chroma: ChromaSubsampling? = nil, matte: Color = .white, maximumByteCount: Int? = nil,
        reducesDecoding: Bool = true, isLenient: Bool = false, levels: ImageLevels? = nil
    ) {
        self.crop = crop
        self.longestSide = longestSide
        self.shortestSide = shortestSide
        self.exactSize = exactSize
        self.fit = fit
        self.filter = filter
        self.format = format
        self.quality = quality
        self.chroma = chroma
        self.matte = matte
        self.maximumByteCount = maximumByteCount
        self.reducesDecoding = reducesDecoding
        self.isLenient = isLenient
        self.levels = levels
    }

    /// Returns the size of the result for an upright image of `size`.
    ///
    /// A bounded side becomes exactly its bound; the other is rounded to nearest, halves up, and is at least 1 pixel.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if a bound or size is not positive, or the ``crop`` exceeds the image.
    public func uploadSize(for size: PixelSize) throws(MediaError) -> PixelSize {
        try geometry(storedSize: size, orientation: .upright).uploadSize
    }

    /// Prepares an image file in memory, at most `limits.uploadByteCount` bytes.
    ///
    /// - Parameters:
    ///   - source: the image.
    ///   - limits: the limits on the image and the upload.
    ///   - progress: called with the completed fraction, 0…1, between strips.
    /// - Throws: the errors of ``ImageReader``, ``Image/resized(to:filter:limits:)`` and ``ImageWriter``;
    ///   `.invalidArgument` for values outside their ranges; `.cancelled`.
    public func prepare(
        _ source: MediaSource, limits: ResourceLimits = .default, progress: ((Double) -> Void)? = nil
    ) throws(MediaError) -> PreparedImage {
        try prepare(.source(source), outputPath: nil, limits, progress)
    }

    /// Prepares an image file into a file, which appears complete or not at all.
    ///
    /// - Returns: the written image, with empty `bytes`.
    /// - Throws: the errors of ``prepare(_:limits:progress:)``; `.invalidArgument` if `path` is the source itself,
    ///   `.outputNotCreatable` and `.inputOutput` for the file.
    public func prepare(
        _ source: MediaSource, toFile path: String, limits: ResourceLimits = .default,
        progress: ((Double) -> Void)? = nil
    ) throws(MediaError) -> PreparedImage {
        try prepare(.source(source), outputPath: path, limits, progress)
    }

    /// Prepares decoded pixels in memory.
    ///
    /// - Throws: the errors of ``prepare(_:limits:progress:)``.
    public func prepare(_ image: Image, limits: ResourceLimits = .default) throws(MediaError) -> PreparedImage {
        try prepare(.image(image), outputPath: nil, limits, nil)
    }

    /// Returns the output format for an image of `inputType`.
    public func mediaType(for inputType: MediaType) -> MediaType {
        switch format {
        case .png: .png
        case .keep where inputType == .png: .png
        case .jpeg, .keep: .jpeg
        }
    }

    private func prepare(
        _ original: ImageOriginal, outputPath: String?, _ limits: ResourceLimits, _ progress: ((Double) -> Void)?
    ) throws(MediaError) -> PreparedImage {
        try check()
        do throws(MediaError) {
            return try prepareChecked(original, outputPath: outputPath, limits, progress)
        } catch {
            throw error.about(original.name)
        }
    }

    private func prepareChecked(
        _ original: ImageOriginal, outputPath: String?, _ limits: ResourceLimits, _ progress: ((Double) -> Void)?
    ) throws(MediaError) -> PreparedImage {
        if let maximumByteCount {
            let fitted = try prepare(fitting: maximumByteCount, original, limits, progress)
            guard let outputPath else { return fitted }
            return try fitted.moved(toFile: outputPath, protecting: original.paths)
        }
        let opened = try original.opened(limits: limits, lenient: isLenient, levels: levels)
        let geometry = try geometry(
            storedSize: opened.storedSize, orientation: opened.orientation, levels: opened.levels)
        let mediaType = mediaType(for: opened.mediaType)
        let destination: UploadEncoder.Destination =
            if let outputPath { .file(outputPath, protecting: original.paths) } else { .memory(limits.uploadByteCount) }
        return try encode(opened, geometry, mediaType, to: destination, limits, progress).prepared
            .warning(of: scaleWarning(geometry))
    }

    /// Encodes the upload described by `geometry` row by row, and returns its chroma sampling.
    func encode(
        _ opened: consuming OpenedImage, _ geometry: GeometryReceipt, _ mediaType: MediaType,
        to destination: UploadEncoder.Destination, _ limits: ResourceLimits, _ progress: ((Double) -> Void)?
    ) throws(MediaError) -> (prepared: PreparedImage, chroma: ChromaSubsampling?) {
        var rows = UploadRows(geometry, contentLayout: opened.layout, as: mediaType, self)
        var encoder = try UploadEncoder(
            destination, size: rows.size, layout: rows.layout, mediaType: mediaType, self)
        let warnings = try opened.render(
            geometry, filter: filter, reducesDecoding: reducesDecoding, limits: limits, progress: progress
        ) { content throws(MediaError) in
            try rows.append(content) { row throws(MediaError) in try encoder.write(row) }
        }
        try rows.finish { row throws(MediaError) in try encoder.write(row) }
        let upload = try encoder.finish()
        return (
            PreparedImage(
                bytes: upload.summary.bytes, byteCount: upload.summary.byteCount, mediaType: mediaType,
                receipt: geometry, warnings: warnings), upload.chroma
        )
    }
}
