public import PerceptCore

/// Reads an image file: first its header, then its rows from top to bottom, in sRGB.
///
/// The format is detected from the contents:
/// - PNG of every colour type and depth;
/// - JPEG, baseline and progressive, in gray, YCbCr, RGB, CMYK and YCCK;
/// - WebP, lossy and lossless;
/// - HEIC and AVIF with 8 to 12 bits, if libheif is installed;
/// - TIFF and BigTIFF in strips and tiles, with integer and floating-point samples, if libtiff is installed;
/// - GIF;
/// - BMP from OS/2 1.x to Windows V5.
///
/// Of several images in a file the first is read, with a warning: the first page of a TIFF, the first image of a GIF or
/// WebP animation on its canvas, the default image of a PNG.
///
/// Floating-point samples of a TIFF are black and white at its tags SMinSampleValue and SMaxSampleValue, beyond which
/// they are clipped, with a warning. Without the tags they range from 0 to 1, or to 255 or 65535 if one is greater, or
/// else from the least to the greatest, with a warning that says so. Negative integers are black. Integers of more than
/// 16 bits lose the lower ones. Premultiplied colours are divided by alpha, rounded to nearest.
///
/// Colours are converted to sRGB by the ICC profile (gray, RGB or CMYK; perceptual intent, like the defaults of Pillow
/// and sharp, computed by Little CMS), in PNG by the first of cICP, iCCP, sRGB, and gAMA with cHRM (PNG 3rd edition
/// §4.3), in HEIF by the profile or nclx, in BMP by the profile of a V5 header. Most profiles change no colour by more
/// than one of 255 and are skipped. A damaged or mismatched profile is a warning, and colours are read as sRGB. Gray
/// stays gray. Inks without a profile are converted by `R = (255 − C)(255 − K) / 255`, rounded to nearest; a JPEG with
/// Adobe's APP14 marker stores them inverted.
///
/// Reading is strict: damaged or missing pixels are an error. A missing end marker after complete pixels, wrong scan
/// parameters of a sequential JPEG, and damage outside the pixels are ``warnings``. A lenient reader continues if any
/// pixels precede the damage: it fills in an image that is stored from coarse to fine from the earlier data, fills
/// missing rows with mid-gray (128, opaque), and reports how much of the file was intact in a warning.
public struct ImageReader: ~Copyable, Sendable {
    private var decoder: ImageDecoder
    let name: String
    let limits: ResourceLimits
    /// The header of the file.
    public let header: ImageHeader
    /// The number of rows read so far.
    public private(set) var rowCount = 0
    /// The stretching of the samples; `nil` if they are as stored.
    public private(set) var levels: SampleRange?
    private var levelsWarning: Warning?

    /// Opens the file and reads its header; no memory is allocated for the pixels.
    ///
    /// - Parameters:
    ///   - source: the file or its bytes.
    ///   - limits: the limits on the image.
    ///   - lenient: replaces damaged or missing pixels instead of throwing.
    ///   - levels: the stretching of the samples of an image with 16 bits per channel; ``ImageLevels/automatic`` first
    ///     reads all rows once.
    /// - Throws: `MediaError` `.inputMissing`; `.malformedInput` for an empty file or a damaged header;
    ///   `.unsupportedFeature` for another format, which is named; `.limitExceeded` for more than `limits.pixelCount`
    ///   pixels, or if a row, or an image that must be held as a whole, exceeds `limits.imageByteCount` bytes.
    public init(
        _ source: MediaSource, limits: ResourceLimits = .default, lenient: Bool = false, levels: ImageLevels? = nil
    ) throws(MediaError) {
        let range = try Self.range(for: levels, of: source, limits, lenient)
        try self.init(unstretched: source, limits, lenient)
        guard let range else { return }
        if decoder.setLevels(range) {
            self.levels = range
        } else {
            levelsWarning = ImageLevels.notApplied
        }
    }

    /// Returns the levels to stretch by; ``ImageLevels/automatic`` reads all rows.
    private static func range(
        for levels: ImageLevels?, of source: MediaSource, _ limits: ResourceLimits, _ lenient: Bool
    ) throws(MediaError) -> SampleRange? {
        switch levels {
        case .none: return nil
        case .range(let range):
            try levels?.check()
            return range
        case .automatic:
            let reader = try ImageReader(unstretched: source, limits, lenient)
            guard reader.header.storedBitDepth == 16 else { return nil }
            let survey = ImageReader.survey(reader)
            if let failure = survey.failure { throw failure }
            return survey.sampleRange.flatMap { $0.low < $0.high ? $0 : nil }
        }
    }

    private init(
        unstretched source: MediaSource, _ limits: ResourceLimits, _ lenient: Bool
    ) throws(MediaError) {
        let mediaType: MediaType
        do throws(MediaError) { mediaType = try source.mediaType() } catch { throw UnreadableFormat.ofImage(error) }
        guard let decoder = try ImageDecoder(source, format: mediaType, limits: limits, lenient: lenient) else {
            throw UnreadableFormat(mediaType).error(source: source.name)
        }
        let header = decoder.header
        try limits.checkHolding(
            PixelSize(width: header.storedSize.width, height: header.heldRowCount), layout: header.layout,
            source: source.name)
        self.decoder = decoder
        self.header = header
        rowSize = header.storedSize
        self.name = source.name
        self.limits = limits
    }

    /// The size of the decoded rows: the stored size, or the size that ``reduce(by:)`` requested.
    private(set) var rowSize: PixelSize

    /// The number of bytes of a row, without padding.
    public var bytesPerRow: Int { rowSize.width * header.layout.bytesPerPixel }

    /// The number of rows not read yet.
    public var remainingRowCount: Int { rowSize.height - rowCount }

    /// Requests decoding at 1/`factor` scale (2, 4 or 8). Must be called before the first row is read.
    ///
    /// A JPEG is then decoded at that size, which is faster than decoding all of its pixels.
    ///
    /// - Returns: `false`, without effect, for other formats, and for sides that are not multiples of `factor`.
    mutating func reduce(by factor: Int) -> Bool {
        guard rowCount == 0, rowSize == header.storedSize, decoder.reduce(by: factor) else { return false }
        rowSize = PixelSize(width: rowSize.width / factor, height: rowSize.height / factor)
        return true
    }

    /// The warnings about the file; complete when all rows have been read.
    public var warnings: [Warning] { decoder.warnings + (levelsWarning.map { [$0] } ?? []) }

    /// The least and the greatest stored sample among the rows read so far, for an image with 16 bits per channel;
    /// fully transparent pixels are ignored. `nil` for other images.
    public var sampleRange: SampleRange? { decoder.sampleRange }

    /// Reads the next `count` rows as stored, before the orientation is applied, in `header.layout`.
    ///
    /// The last rows are returned only after the rest of the file has been checked. After an error no more rows can be
    /// read.
    ///
    /// - Parameters:
    ///   - count: the number of rows, at most ``remainingRowCount``.
    ///   - rows: the buffer for the rows in order, without padding; at least `count * bytesPerRow` bytes.
    /// - Throws: `MediaError` `.malformedInput` for damaged or missing data, stating the position; `.limitExceeded` for
    ///   a JPEG with more than `limits.scanCount` scans, or coefficients of more than `limits.imageByteCount` bytes;
    ///   `.inputOutput`; `.invalidArgument` if fewer rows remain, or the buffer is too small.
    public mutating func readRows(_ count: Int, into rows: UnsafeMutableRawBufferPointer) throws(MediaError) {
        guard count >= 0, count <= remainingRowCount, rows.count / bytesPerRow >= count else {
            throw MediaError(
                .invalidArgument, source: name,
                problem:
                    "\(count) rows do not fit: \(remainingRowCount) are left, and there is room for \(rows.count) bytes"
            )
        }
        guard count > 0 else { return }
        try decoder.readRows(count, into: rows, stride: bytesPerRow)
        rowCount += count
    }
}

extension ResourceLimits {
    /// Throws if that many pixels exceed the byte limit.
    func checkHolding(_ size: PixelSize, layout: Image.Layout, source: String? = nil) throws(MediaError) {
        let (byteCount, overflow) = size.pixelCount.multipliedReportingOverflow(by: layout.bytesPerPixel)
        guard overflow || byteCount > imageByteCount else { return }
        throw .exceeded(
            .imageByteCount, imageByteCount, source: source,
            problem:
                "\(size) pixels of \(layout.bytesPerPixel) bytes are more than the limit of \(imageByteCount) bytes",
            alternative: "make the image smaller")
    }
}
