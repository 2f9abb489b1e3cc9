#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif
internal import PerceptCore

/// Finds the quality, and then the size, at which an image fits a byte limit.
///
/// Each attempt starts from the original pixels, never from an earlier attempt. The search depends only on the image
/// and the preparation, so equal input gives equal bytes.
struct ImageBudget {
    /// The settings of an attempt.
    struct Settings: Equatable {
        var quality: Int
        /// The longest side; `nil` keeps the size of the preparation.
        var longestSide: Int?
    }

    /// The lowest quality and the shortest longest side that are tried.
    static let lowestQuality = 40
    static let shortestLongestSide = 320
    /// The maximum number of attempts: the first, the lowest quality, and either four qualities or four sizes.
    static let attempts = 6
    private static let qualityAttempts = 4
    private static let sizeAttempts = 4

    let byteLimit: Int
    /// Indicates whether the format has a quality.
    let isLossy: Bool
    /// The size of the result without a budget.
    let longestSide: Int
    /// Indicates whether the size may change.
    let mayShrink: Bool

    /// Returns an attempt that fits, its settings and the number of attempts; `nil` if none fits.
    ///
    /// - Parameter attempt: encodes the image with the settings.
    func search<Made>(
        from first: Settings, byteCount: (Made) -> Int, _ attempt: (Settings) throws(MediaError) -> Made
    ) throws(MediaError) -> (made: Made, settings: Settings)? {
        let made = try attempt(first)
        var size = byteCount(made)
        if size <= byteLimit { return (made, first) }
        var settings = first
        if isLossy, first.quality > Self.lowestQuality {
            settings.quality = Self.lowestQuality
            let lowest = try attempt(settings)
            let lowestSize = byteCount(lowest)
            if lowestSize <= byteLimit {
                return try bestQuality(
                    (lowest, settings), below: (first.quality, size), byteCount: byteCount, attempt)
            }
            size = lowestSize
        }
        guard mayShrink else { return nil }
        return try fittingSize(settings, size, byteCount: byteCount, attempt)
    }

    /// Returns the highest quality that fits, or a lower one if four attempts do not find it: `lowest` fits, `tooHigh`
    /// does not.
    private func bestQuality<Made>(
        _ lowest: (made: Made, settings: Settings), below tooHigh: (quality: Int, byteCount: Int),
        byteCount: (Made) -> Int, _ attempt: (Settings) throws(MediaError) -> Made
    ) throws(MediaError) -> (made: Made, settings: Settings) {
        var (best, tooHigh) = (lowest, tooHigh)
        for _ in 0..<Self.qualityAttempts where tooHigh.quality - best.settings.quality > 1 {
            var settings = best.settings
            settings.quality = likelyQuality(between: (settings.quality, byteCount(best.made)), and: tooHigh)
            let made = try attempt(settings)
            let size = byteCount(made)
            if size <= byteLimit { best = (made, settings) } else { tooHigh = (settings.quality, size) }
        }
        return best
    }

    /// Estimates the limit between a quality that fits and one that does not.
    ///
    /// The byte count is roughly a power of the factor that scales libjpeg's quantization tables: a straight line in
    /// log-log space.
    private func likelyQuality(
        between low: (quality: Int, byteCount: Int), and high: (quality: Int, byteCount: Int)
    ) -> Int {
        func factor(_ quality: Int) -> Double {
            quality < 50 ? 5000 / Double(quality) : max(1, 200 - 2 * Double(quality))
        }
        let (lowFactor, highFactor) = (log(factor(low.quality)), log(factor(high.quality)))
        let (lowSize, highSize) = (log(Double(max(1, low.byteCount))), log(Double(max(2, high.byteCount))))
        let share = (log(Double(byteLimit)) - lowSize) / max(highSize - lowSize, 1e-9)
        let wanted = lowFactor + min(max(share, 0), 1) * (highFactor - lowFactor)
        let between = low.quality + 1...high.quality - 1
        return between.last { log(factor($0)) >= wanted } ?? between.lowerBound
    }

    /// The byte count is roughly proportional to the area, so its square root gives the next side; each attempt
    /// corrects the previous one.
    private func fittingSize<Made>(
        _ settings: Settings, _ byteCountNow: Int, byteCount: (Made) -> Int,
        _ attempt: (Settings) throws(MediaError) -> Made
    ) throws(MediaError) -> (made: Made, settings: Settings)? {
        let floor = min(Self.shortestLongestSide, longestSide)
        var (side, size, settings) = (longestSide, byteCountNow, settings)
        for number in 1...Self.sizeAttempts where side > floor {
            // Small images take more bytes per pixel, so the side is a little less than the root.
            let ratio = (Double(byteLimit) / Double(max(1, size))).squareRoot() * 0.97
            let isLast = number == Self.sizeAttempts
            side = isLast ? floor : max(floor, min(side - 1, Int(Double(side) * ratio)))
            settings.longestSide = side
            let made = try attempt(settings)
            size = byteCount(made)
            if size <= byteLimit { return (made, settings) }
        }
        return nil
    }
}

extension ImagePreparation {
    /// The maximum number of pixel bytes kept while the quality is searched; a larger image is decoded for each
    /// attempt.
    private static let keptByteCount = 64 << 20

    /// Encodes images until one has at most `byteLimit` bytes.
    ///
    /// - Throws: ``MediaError`` `.limitExceeded` if even the smallest exceeds it.
    func prepare(
        fitting byteLimit: Int, _ original: ImageOriginal, _ limits: ResourceLimits, _ progress: ((Double) -> Void)?
    ) throws(MediaError) -> PreparedImage {
        let opened = try original.opened(limits: limits, lenient: isLenient, levels: levels)
        let (storedSize, orientation, levels) = (opened.storedSize, opened.orientation, opened.levels)
        let wanted = try geometry(storedSize: storedSize, orientation: orientation)
        let wantedSize = wanted.uploadSize
        let mediaType = mediaType(for: opened.mediaType)
        let budget = ImageBudget(
            byteLimit: byteLimit, isLossy: mediaType == .jpeg, longestSide: wantedSize.longestSide,
            mayShrink: exactSize == nil)
        var unread: OpenedImage? = opened
        var kept: KeptPixels?
        var chroma = chroma
        var smallest = Int.max
        let first = ImageBudget.Settings(quality: quality, longestSide: nil)
        let found = try budget.search(from: first, byteCount: { $0.byteCount }) { settings throws(MediaError) in
            var preparation = self
            preparation.quality = settings.quality
            preparation.chroma = chroma
            if let side = settings.longestSide { preparation.longestSide = side }
            let geometry = try preparation.geometry(
                storedSize: storedSize, orientation: orientation, levels: levels)
            if kept?.geometry != geometry {
                kept = nil
                let opened =
                    if let unread = unread.take() { unread } else {
                        try original.opened(
                            limits: limits, lenient: isLenient, levels: levels.map { .range($0) })
                    }
                let rows = UploadRows(geometry, contentLayout: opened.layout, as: mediaType, preparation)
                let byteCount = rows.size.pixelCount.multipliedReportingOverflow(by: rows.layout.bytesPerPixel)
                // The pixels are reused only if the quality alone changes.
                guard budget.isLossy, !byteCount.overflow,
                    byteCount.partialValue <= min(Self.keptByteCount, limits.imageByteCount)
                else {
                    let made = try preparation.encode(
                        opened, geometry, mediaType, to: .memory(limits.uploadByteCount), limits, progress)
                    chroma = made.chroma
                    smallest = min(smallest, made.prepared.byteCount)
                    return made.prepared
                }
                kept = try KeptPixels(opened, geometry, rows, self, limits, progress)
            }
            guard let kept else { throw .cancelled }
            var encoder = try UploadEncoder(
                .memory(limits.uploadByteCount), size: kept.image.size, layout: kept.image.layout, mediaType: mediaType,
                preparation)
            try kept.image.forEachStrip { rows throws(MediaError) in try encoder.write(rows) }
            let made = try encoder.finish()
            chroma = made.chroma
            smallest = min(smallest, made.summary.byteCount)
            return PreparedImage(
                bytes: made.summary.bytes, byteCount: made.summary.byteCount, mediaType: mediaType, receipt: geometry,
                warnings: kept.warnings)
        }
        guard let found else {
            let isJPEG = mediaType == .jpeg
            let alternative =
                isJPEG ? "reduce the \(exactSize == nil ? "longest side" : "exact size")" : "encode as JPEG"
            throw MediaError(
                .limitExceeded,
                problem: "the smallest upload has \(smallest) bytes, more than the \(byteLimit) allowed",
                remedy: "allow more bytes, or \(alternative)",
                parameter: isJPEG && exactSize == nil ? .longestSide : nil,
                limit: MediaError.Limit(.maximumByteCount, value: Double(byteLimit)))
        }
        let made = found.made
        return made.warning(of: trade(found.settings, made.receipt.uploadSize, wantedSize, byteLimit))
            .warning(of: scaleWarning(wanted))
    }

    /// Returns the changed settings in words; `nil` if nothing changed.
    private func trade(
        _ settings: ImageBudget.Settings, _ size: PixelSize, _ wanted: PixelSize, _ byteLimit: Int
    ) -> Warning? {
        let trades = [
            settings.quality == quality ? nil : "quality \(settings.quality) instead of \(quality)",
            size == wanted ? nil : "\(size) pixels instead of \(wanted)",
        ].compactMap(\.self)
        return trades.isEmpty ? nil : "to stay within \(byteLimit) bytes: \(trades.joined(separator: ", "))"
    }
}

/// The pixels of an upload, kept to encode them again at another quality.
private struct KeptPixels {
    let geometry: GeometryReceipt
    let image: Image
    let warnings: [Warning]

    init(
        _ opened: consuming OpenedImage, _ geometry: GeometryReceipt, _ rows: UploadRows,
        _ preparation: ImagePreparation, _ limits: ResourceLimits, _ progress: ((Double) -> Void)?
    ) throws(MediaError) {
        var rows = rows
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.size.pixelCount * rows.layout.bytesPerPixel)
        warnings = try opened.render(
            geometry, filter: preparation.filter, reducesDecoding: preparation.reducesDecoding, limits: limits,
            progress: progress
        ) { content throws(MediaError) in
            try rows.append(content) { row in bytes.append(contentsOf: row) }
        }
        try rows.finish { row in bytes.append(contentsOf: row) }
        image = Image(size: rows.size, layout: rows.layout, uncheckedBytes: bytes)
        self.geometry = geometry
    }
}
