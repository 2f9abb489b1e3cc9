public import PerceptCore

/// What an endpoint wants of a picture, and how it is made.
///
/// The picture is decoded, turned upright, cut to the ``crop``, resized, padded and encoded strip by strip: memory does not
/// grow with it (an interlaced PNG, a WebP and a progressive JPEG's coefficients are held whole by their nature). Nothing but
/// pixels goes into the result: no EXIF data, no position, no profile; the orientation is in the pixels.
public struct ImagePreparation: Sendable, Hashable {
    public enum Format: String, Sendable, Hashable, Codable, CaseIterable {
        case jpeg, png
        /// PNG for a PNG and for pixels that come from no file; JPEG for others, since nothing else is written.
        case keep
    }

    /// How a picture comes to an ``ImagePreparation/exactSize`` of another aspect. Small pictures are enlarged.
    public enum Fit: Sendable, Hashable {
        /// Each side by its own factor; the aspect is lost.
        case stretch
        /// The whole picture in the middle of a ground of that colour. Where the ground's pixels cannot be shared
        /// evenly, there is one more at the right or the bottom.
        case letterbox(Color)
        /// The middle of the picture, resized so that its shortest side becomes `shortestSide`, or so that it just
        /// covers the size when that is `nil`.
        ///
        /// As the processors of image classifiers do it (`resize` with a `shortest_edge`, then `center_crop`): the other
        /// side is rounded down, and where what is cut off cannot be shared evenly, there is one pixel less at the left
        /// or the top.
        case centerCrop(shortestSide: Int? = nil)
    }

    /// The part of the upright picture that is used, in its pixels; all of it when `nil`.
    public var crop: PixelRectangle?
    /// The longest side of the result is at most this, in pixels; `nil` for no such bound. Nothing is enlarged.
    public var longestSide: Int?
    /// The shortest side of the result is at most this, in pixels; `nil` for no such bound. Nothing is enlarged. With
    /// both bounds the smaller picture is made.
    public var shortestSide: Int?
    /// The size of the result whatever the source's is; the other bounds are then of no effect.
    public var exactSize: PixelSize?
    /// How the picture comes to its ``exactSize``.
    public var fit: Fit
    public var filter: ResizeFilter
    public var format: Format
    /// Of a JPEG, 1…100.
    public var quality: Int
    /// Of a JPEG. When `nil` it is told from the picture: `.yuv444` for one that is drawn or written rather than
    /// photographed, `.yuv420` for others.
    ///
    /// Drawn is what consists of flat grounds and hard edges with little between. Of the blocks of 2×2 pixels in every other
    /// pair of rows a quarter or more then differ by no more than 8 in any channel, and of the rest at least one in
    /// three differs by 64 or more. Of an upload of more than 8 MiB of pixels the first 8 MiB are looked at.
    public var chroma: ChromaSubsampling?
    /// What shows through transparent pixels of a JPEG.
    public var matte: Color
    /// Bytes of the result at most; `nil` for no such bound.
    ///
    /// Where the picture has more, the quality of a JPEG is lowered first, down to 40, then the size, down to a longest side of
    /// 320 pixels; an ``exactSize`` and the chroma sampling are kept, and a PNG keeps its colours.
    /// At most six pictures are made, each from the original pixels. A warning says what was
    /// given up.
    public var maximumByteCount: Int?
    /// Whether a JPEG of many more pixels than the result may be decoded at half, a quarter or an eighth of its sides.
    ///
    /// It then still has one and a half times the result's sides or more (at a quarter and an eighth twice as much), from which the
    /// filter goes on. That is quicker and differs by little (PSNR above 40 dB on photographs); without it the result is that of
    /// all pixels, to the byte.
    public var reducesDecoding: Bool
    /// Whether damaged or missing pixels are made up for, with a warning, instead of refused; see ``ImageReader``.
    public var isLenient: Bool
    /// How the samples of an image with 16 bits per channel are stretched; `nil` leaves them as they are, with a warning where
    /// they use less than an eighth of their range.
    public var levels: ImageLevels?
    /// Whether ``PreparedImage/warnings`` also say what another preparation would do better.
    package var givesAdvice = true

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

    /// The size of the result for an upright picture of `size`.
    ///
    /// The side that a bound is about becomes exactly that bound; the other is rounded to nearest, halves up, and is at
    /// least one pixel.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for a bound or size that is not positive, and a ``crop`` that does not
    ///   lie within the picture.
    public func uploadSize(for size: PixelSize) throws(MediaError) -> PixelSize {
        try geometry(storedSize: size, orientation: .upright).uploadSize
    }

    /// Prepares a picture file into memory, at most `limits.uploadByteCount` bytes.
    ///
    /// - Parameters:
    ///   - source: the picture.
    ///   - limits: what it, and the upload, may not exceed.
    ///   - progress: told the finished fraction, 0…1, between strips.
    /// - Throws: `MediaError` as ``ImageReader``, ``Image/resized(to:filter:limits:)`` and ``ImageWriter`` do;
    ///   `.invalidArgument` for values out of their ranges; `.cancelled`.
    public func prepare(
        _ source: MediaSource, limits: ResourceLimits = .default, progress: ((Double) -> Void)? = nil
    ) throws(MediaError) -> PreparedImage {
        try run(.source(source), outputPath: nil, limits, progress)
    }

    /// Prepares a picture file into a file, which appears whole or not at all.
    ///
    /// - Returns: what was written; its `bytes` are empty.
    /// - Throws: as ``prepare(_:limits:progress:)``; `.invalidArgument` when `path` is the source itself,
    ///   `.outputNotCreatable` and `.inputOutput` for the file.
    public func prepare(
        _ source: MediaSource, toFile path: String, limits: ResourceLimits = .default,
        progress: ((Double) -> Void)? = nil
    ) throws(MediaError) -> PreparedImage {
        try run(.source(source), outputPath: path, limits, progress)
    }

    /// Prepares decoded pixels into memory.
    ///
    /// - Throws: as ``prepare(_:limits:progress:)``.
    public func prepare(_ image: Image, limits: ResourceLimits = .default) throws(MediaError) -> PreparedImage {
        try run(.image(image), outputPath: nil, limits, nil)
    }

    /// The format that a picture of `inputType` is written in.
    public func mediaType(for inputType: MediaType) -> MediaType {
        switch format {
        case .png: .png
        case .keep where inputType == .png: .png
        case .jpeg, .keep: .jpeg
        }
    }

    private func run(
        _ original: PictureOriginal, outputPath: String?, _ limits: ResourceLimits, _ progress: ((Double) -> Void)?
    ) throws(MediaError) -> PreparedImage {
        try check()
        do throws(MediaError) {
            return try make(original, outputPath: outputPath, limits, progress)
        } catch {
            throw error.about(original.name)
        }
    }

    private func make(
        _ original: PictureOriginal, outputPath: String?, _ limits: ResourceLimits, _ progress: ((Double) -> Void)?
    ) throws(MediaError) -> PreparedImage {
        if let maximumByteCount {
            let fitted = try fitting(maximumByteCount, original, limits, progress)
            guard let outputPath else { return fitted }
            return try fitted.moved(toFile: outputPath, protecting: original.paths)
        }
        let picture = try original.opened(limits: limits, lenient: isLenient, levels: levels)
        let geometry = try geometry(
            storedSize: picture.storedSize, orientation: picture.orientation, levels: picture.levels)
        let mediaType = mediaType(for: picture.mediaType)
        let destination: UploadEncoder.Destination =
            if let outputPath { .file(outputPath, protecting: original.paths) } else { .memory(limits.uploadByteCount) }
        return try send(picture, geometry, mediaType, to: destination, limits, progress).prepared
            .warning(of: scaleWarning(geometry))
    }

    /// Makes the upload that `geometry` says, row by row; and says which chroma sampling it has.
    func send(
        _ picture: consuming OpenedPicture, _ geometry: GeometryReceipt, _ mediaType: MediaType,
        to destination: UploadEncoder.Destination, _ limits: ResourceLimits, _ progress: ((Double) -> Void)?
    ) throws(MediaError) -> (prepared: PreparedImage, chroma: ChromaSubsampling?) {
        var rows = UploadRows(geometry, contentLayout: picture.layout, as: mediaType, self)
        var encoder = try UploadEncoder(
            destination, size: rows.size, layout: rows.layout, mediaType: mediaType, self)
        let warnings = try picture.render(
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
