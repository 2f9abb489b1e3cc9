public import PerceptCore

/// What an endpoint wants of a picture, and how it is made.
///
/// The picture is decoded, resized and encoded strip by strip: memory does not grow with it (an interlaced PNG, and a
/// progressive JPEG's coefficients, are held whole by their nature). Nothing but pixels goes into the result: no EXIF
/// data, no position, no profile; the orientation is in the pixels.
public struct ImagePreparation: Sendable, Hashable {
    public enum Format: String, Sendable, Hashable, Codable, CaseIterable {
        case jpeg, png
        /// The format of the input; PNG for pixels that come from no file.
        case keep
    }

    /// The longest side of the result is at most this, in pixels; `nil` for no such bound. Nothing is enlarged.
    public var longestSide: Int?
    /// The shortest side of the result is at most this, in pixels; `nil` for no such bound. Nothing is enlarged. With
    /// both bounds the smaller picture is made: 800 and 1333 are the rule of the DETR family.
    public var shortestSide: Int?
    /// The size of the result whatever the source's is, the aspect too; the other bounds are then of no effect.
    public var exactSize: PixelSize?
    public var filter: ResizeFilter
    public var format: Format
    /// Of a JPEG, 1…100.
    public var quality: Int
    public var chroma: ChromaSubsampling
    /// What shows through transparent pixels of a JPEG.
    public var matte: Color
    /// Bytes of the result at most; `nil` for no such bound.
    ///
    /// Where the picture has more, the quality of a JPEG is lowered first, down to 40, then the size, down to a longest side of
    /// 320 pixels; an ``exactSize`` is kept. A warning says what was given up.
    public var maximumByteCount: Int?

    public init(
        longestSide: Int? = 1333, shortestSide: Int? = nil, exactSize: PixelSize? = nil,
        filter: ResizeFilter = .lanczos, format: Format = .jpeg, quality: Int = 90, chroma: ChromaSubsampling = .yuv420,
        matte: Color = .white, maximumByteCount: Int? = nil
    ) {
        self.longestSide = longestSide
        self.shortestSide = shortestSide
        self.exactSize = exactSize
        self.filter = filter
        self.format = format
        self.quality = quality
        self.chroma = chroma
        self.matte = matte
        self.maximumByteCount = maximumByteCount
    }

    /// The size of the result for an upright picture of `size`.
    ///
    /// The side that a bound is about becomes exactly that bound; the other is rounded to nearest, halves up, and is at
    /// least one pixel.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for a bound or size that is not positive.
    public func uploadSize(for size: PixelSize) throws(MediaError) -> PixelSize {
        try check()
        // No picture format states larger sides; the products below then fit into Int.
        guard size.shortestSide > 0, size.longestSide <= Int32.max else {
            throw MediaError(.invalidArgument, problem: "a picture of \(size) pixels does not exist")
        }
        if let exactSize { return exactSize }
        // The scale is numerator / denominator; whichever bound gives the smaller one decides.
        var (numerator, denominator) = (1, 1)
        for (bound, side) in [(longestSide, size.longestSide), (shortestSide, size.shortestSide)] {
            guard let bound, bound < side, bound * denominator < numerator * side else { continue }
            (numerator, denominator) = (bound, side)
        }
        let scaled: (Int) -> Int = { max(1, ($0 * numerator * 2 + denominator) / (denominator * 2)) }
        return PixelSize(width: scaled(size.width), height: scaled(size.height))
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
        try run(source, outputPath: nil, limits, progress)
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
        try run(source, outputPath: path, limits, progress)
    }

    /// Prepares decoded pixels into memory.
    public func prepare(_ image: Image, limits: ResourceLimits = .default) throws(MediaError) -> PreparedImage {
        let uploadSize = try uploadSize(for: image.size)
        if let maximumByteCount {
            return try fitting(
                maximumByteCount, name: nil, uploadSize: uploadSize, encoding: encoding(for: .png), limits: limits
            ) { preparation, limits throws(MediaError) in try preparation.prepare(image, limits: limits) }
        }
        let resized = try image.resized(to: uploadSize, filter: filter, limits: limits)
        let encoding = encoding(for: .png)
        var writer = try ImageWriter(
            toMemory: limits.uploadByteCount, size: uploadSize, layout: image.layout, encoding: encoding, matte: matte)
        try resized.write(to: &writer)
        let summary = try writer.finish()
        return PreparedImage(
            bytes: summary.bytes, byteCount: summary.byteCount, mediaType: encoding.mediaType,
            receipt: GeometryReceipt(checkedSize: image.size, .upright, uploadSize), warnings: [])
    }

    /// How a picture of `inputType` is written.
    public func encoding(for inputType: MediaType) -> ImageEncoding {
        switch format {
        case .png: .png
        case .keep where inputType == .png: .png
        case .jpeg, .keep: .jpeg(quality: quality, chroma: chroma)
        }
    }

    private func check() throws(MediaError) {
        for (name, bound) in [("longest", longestSide), ("shortest", shortestSide)] {
            guard let bound, bound < 1 else { continue }
            throw MediaError(
                .invalidArgument, problem: "a \(name) side of \(bound) pixels does not exist",
                remedy: "ask for 1 or more")
        }
        if let exactSize, exactSize.shortestSide < 1 {
            throw MediaError(
                .invalidArgument, problem: "a picture of \(exactSize) pixels does not exist",
                remedy: "ask for sides of at least one pixel")
        }
        guard (1...100).contains(quality) else {
            throw MediaError(
                .invalidArgument, problem: "a JPEG quality of \(quality) does not exist", remedy: "choose 1 to 100")
        }
    }

    private func run(
        _ source: MediaSource, outputPath: String?, _ limits: ResourceLimits, _ progress: ((Double) -> Void)?
    ) throws(MediaError) -> PreparedImage {
        try check()
        var reader = try ImageReader(source, limits: limits)
        let header = reader.header
        let uploadSize = try uploadSize(for: header.size)
        let encoding = encoding(for: header.mediaType)
        if let maximumByteCount {
            let fitting = try fitting(
                maximumByteCount, name: source.name, uploadSize: uploadSize, encoding: encoding, limits: limits
            ) { preparation, limits throws(MediaError) in
                try preparation.run(source, outputPath: nil, limits, progress)
            }
            guard let outputPath else { return fitting }
            return try fitting.moved(toFile: outputPath, protecting: source.path.map { [$0] } ?? [])
        }
        let writer: ImageWriter
        if let outputPath {
            writer = try ImageWriter(
                toFile: outputPath, protecting: source.path.map { [$0] } ?? [], size: uploadSize, layout: header.layout,
                encoding: encoding, matte: matte)
        } else {
            writer = try ImageWriter(
                toMemory: limits.uploadByteCount, size: uploadSize, layout: header.layout, encoding: encoding,
                matte: matte)
        }
        var chain = try PreparationChain(
            header: header, uploadSize: uploadSize, filter: filter, limits: limits, source: source.name,
            writer: writer)
        try chain.run(&reader, progress)
        let summary = try chain.finish()
        return PreparedImage(
            bytes: summary.bytes, byteCount: summary.byteCount, mediaType: encoding.mediaType,
            receipt: GeometryReceipt(checkedSize: header.storedSize, header.orientation, uploadSize),
            warnings: Self.warnings(reader.warnings, header))
    }

    private static func warnings(_ warnings: [String], _ header: ImageHeader) -> [String] {
        guard header.hasICCProfile else { return warnings }
        return warnings + ["the colour profile was not applied: colours are taken for sRGB"]
    }
}
