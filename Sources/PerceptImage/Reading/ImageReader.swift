public import PerceptCore

/// Reads a picture file: the header at once, then its rows from top to bottom, in sRGB.
///
/// PNG of every colour type and depth; JPEG, baseline and progressive, of gray, YCbCr, RGB, CMYK and YCCK; still WebP, lossy
/// and lossless; in a build with the package trait HEIC also HEIC and AVIF, of 8 to 12 bits, whose rows come upright. The format is told
/// from the bytes.
///
/// Colours are turned to sRGB: by an ICC profile (gray, RGB or CMYK; perceptual intent, as Pillow's and sharp's default
/// is, computed by Little CMS), in PNG by the first of cICP, iCCP, sRGB, and gAMA with cHRM (PNG 3rd edition §4.3), in HEIF by the profile or nclx. A profile
/// that moves no colour by more than one of 255 is passed over, which most are; one that is broken or does not fit is a
/// warning, and the colours are taken as sRGB. Gray stays gray. Inks without a profile are turned to RGB by
/// `R = (255 − C)(255 − K) / 255`, rounded to nearest; a file with Adobe's APP14 marker stores them inverted.
///
/// Reading is strict: damaged or missing pixels are an error, never made up. A missing end marker after whole pixels, wrong
/// scan parameters of a sequential JPEG, and damage beside the pixels are ``warnings``. A lenient reader goes on where any pixels came before the
/// damage: what is missing of a picture stored coarse to fine is taken from what came before, missing rows are mid-gray
/// (128, opaque), and a warning says how far the file was whole.
public struct ImageReader: ~Copyable, Sendable {
    private var decoder: ImageDecoder
    let name: String
    let limits: ResourceLimits
    public let header: ImageHeader
    /// Rows read so far.
    public private(set) var rowCount = 0
    /// How the samples are stretched; `nil` where they are as stored.
    public private(set) var levels: SampleRange?
    private var levelsWarning: String?

    /// Opens the file and reads its header; nothing is allocated for the pixels.
    ///
    /// - Parameters:
    ///   - source: the file or its bytes.
    ///   - limits: what it may not exceed.
    ///   - lenient: whether damaged or missing pixels are made up for instead of refused.
    ///   - levels: how the samples of an image with 16 bits per channel are stretched; ``ImageLevels/automatic`` reads all rows
    ///     once before.
    /// - Throws: `MediaError` `.inputMissing`; `.malformedInput` for an empty file or a broken header;
    ///   `.unsupportedFeature` for another format, which is named; `.limitExceeded` for more than `limits.pixelCount`
    ///   pixels, or a row, or a picture that has to be held whole, of more than `limits.imageByteCount` bytes.
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

    /// What to stretch; all rows are read for ``ImageLevels/automatic``.
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

    /// Of the rows that are read: as stored, or by what ``reduce(by:)`` was asked for.
    private(set) var rowSize: PixelSize

    /// Bytes of one row, without padding.
    public var bytesPerRow: Int { rowSize.width * header.layout.bytesPerPixel }

    /// Rows that are left.
    public var remainingRowCount: Int { rowSize.height - rowCount }

    /// Has rows read of a picture that is smaller both ways by `factor` (2, 4 or 8), before the first one is.
    ///
    /// A JPEG is decoded at that size then, which takes less time than all of its pixels.
    ///
    /// - Returns: `false`, and nothing changed, for other formats, and for sides that are no multiples of `factor`.
    mutating func reduce(by factor: Int) -> Bool {
        guard rowCount == 0, rowSize == header.storedSize, decoder.reduce(by: factor) else { return false }
        rowSize = PixelSize(width: rowSize.width / factor, height: rowSize.height / factor)
        return true
    }

    /// What was out of order without making it an error; complete when all rows have been read.
    public var warnings: [String] { decoder.warnings + (levelsWarning.map { [$0] } ?? []) }

    /// The least and the greatest sample among the rows read so far, as they are stored, of an image with 16 bits per
    /// channel; fully transparent pixels do not count. `nil` for other images.
    public var sampleRange: SampleRange? { decoder.sampleRange }

    /// Reads the next `count` rows as they are stored, before the orientation is applied, in `header.layout`.
    ///
    /// The last rows are given out only when the rest of the file has been checked too. After an error no more rows can
    /// be read.
    ///
    /// - Parameters:
    ///   - count: no more than ``remainingRowCount``.
    ///   - rows: takes them one behind the other without padding; at least `count * bytesPerRow` bytes.
    /// - Throws: `MediaError` `.malformedInput` for damaged or missing data, saying how far the rows came;
    ///   `.limitExceeded` for a JPEG of more than `limits.scanCount` scans, or coefficients of more than
    ///   `limits.imageByteCount` bytes; `.inputOutput`; `.invalidArgument` when there are not that
    ///   many rows, or no room for them.
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
    /// Refuses to hold that many pixels at once when they are more bytes than allowed.
    func checkHolding(_ size: PixelSize, layout: Image.Layout, source: String? = nil) throws(MediaError) {
        let (byteCount, overflow) = size.pixelCount.multipliedReportingOverflow(by: layout.bytesPerPixel)
        guard overflow || byteCount > imageByteCount else { return }
        throw .exceeded(
            .imageByteCount, source: source,
            problem:
                "\(size) pixels of \(layout.bytesPerPixel) bytes are more than the limit of \(imageByteCount) bytes",
            alternative: "make the picture smaller")
    }
}
