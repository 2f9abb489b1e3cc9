#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif
internal import PerceptCore

/// Finds the quality, and then the size, at which a picture has no more bytes than it may.
///
/// Each attempt is made from the original pixels, never from an attempt before it. The search depends on nothing but the
/// picture and the preparation, so that equal input gives equal bytes.
struct ImageBudget {
    /// What an attempt is made with.
    struct Settings: Equatable {
        var quality: Int
        /// `nil` keeps the size that the preparation asks for.
        var longestSide: Int?
    }

    /// No JPEG of lower quality, and no picture with a shorter longest side, is made to save bytes.
    static let lowestQuality = 40
    static let shortestLongestSide = 320
    /// Attempts at most: the first, that of the lowest quality, and either four qualities or four sizes.
    static let attempts = 6
    private static let qualityAttempts = 4
    private static let sizeAttempts = 4

    let byteLimit: Int
    /// Whether the format has a quality.
    let isLossy: Bool
    /// Of the result without a budget.
    let longestSide: Int
    /// Whether the size may change.
    let mayShrink: Bool

    /// Gives an attempt that fits, the settings it was made with, and how many were made; `nil` when none fits.
    ///
    /// - Parameter attempt: makes the picture.
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

    /// The highest quality that fits, or, where four attempts do not find it, one below: `lowest` fits, `tooHigh` does not.
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

    /// Where the limit lies between a quality that fits and one that does not.
    ///
    /// Bytes go about with a power of the factor that libjpeg multiplies its tables of quantization with: a straight line
    /// between two logarithms.
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

    /// Bytes go about with the area, so that a root tells the next side; each attempt corrects the one before.
    private func fittingSize<Made>(
        _ settings: Settings, _ byteCountNow: Int, byteCount: (Made) -> Int,
        _ attempt: (Settings) throws(MediaError) -> Made
    ) throws(MediaError) -> (made: Made, settings: Settings)? {
        let floor = min(Self.shortestLongestSide, longestSide)
        var (side, size, settings) = (longestSide, byteCountNow, settings)
        for number in 1...Self.sizeAttempts where side > floor {
            // Small pictures take more bytes per pixel: a little less than the root says.
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
    /// What is kept of a picture's pixels at most while its quality is searched; larger ones are decoded again and again.
    private static let keptByteCount = 64 << 20

    /// Makes pictures until one has no more than `byteLimit` bytes.
    ///
    /// - Throws: ``MediaError`` `.limitExceeded` when even the smallest has more.
    func fitting(
        _ byteLimit: Int, _ original: PictureOriginal, _ limits: ResourceLimits, _ progress: ((Double) -> Void)?
    ) throws(MediaError) -> PreparedImage {
        let picture = try original.opened(limits: limits, lenient: isLenient, levels: levels)
        let (storedSize, orientation, levels) = (picture.storedSize, picture.orientation, picture.levels)
        let wanted = try geometry(storedSize: storedSize, orientation: orientation)
        let wantedSize = wanted.uploadSize
        let mediaType = mediaType(for: picture.mediaType)
        let budget = ImageBudget(
            byteLimit: byteLimit, isLossy: mediaType == .jpeg, longestSide: wantedSize.longestSide,
            mayShrink: exactSize == nil)
        var unread: OpenedPicture? = picture
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
                let picture =
                    if let unread = unread.take() { unread } else {
                        try original.opened(
                            limits: limits, lenient: isLenient, levels: levels.map { .range($0) })
                    }
                let rows = UploadRows(geometry, contentLayout: picture.layout, as: mediaType, preparation)
                let byteCount = rows.size.pixelCount.multipliedReportingOverflow(by: rows.layout.bytesPerPixel)
                // Pixels are of use again for another quality alone.
                guard budget.isLossy, !byteCount.overflow,
                    byteCount.partialValue <= min(Self.keptByteCount, limits.imageByteCount)
                else {
                    let made = try preparation.send(
                        picture, geometry, mediaType, to: .memory(limits.uploadByteCount), limits, progress)
                    chroma = made.chroma
                    smallest = min(smallest, made.prepared.byteCount)
                    return made.prepared
                }
                kept = try KeptPixels(picture, geometry, rows, self, limits, progress)
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
            let ways = exactSize == nil ? "--longest-side" : "a smaller size"
            throw MediaError(
                .limitExceeded,
                problem:
                    "is \(smallest) bytes at the least that is made of it to save bytes, more than the \(byteLimit) allowed",
                remedy: mediaType == .jpeg
                    ? "allow more, or ask for less with \(ways)"
                    : "allow more, or make it a JPEG")
        }
        let made = found.made
        return made.warning(of: trade(found.settings, made.receipt.uploadSize, wantedSize, byteLimit))
            .warning(of: scaleWarning(wanted))
    }

    /// What was given up, in words; `nil` for nothing.
    private func trade(
        _ settings: ImageBudget.Settings, _ size: PixelSize, _ wanted: PixelSize, _ byteLimit: Int
    ) -> String? {
        let trades = [
            settings.quality == quality ? nil : "quality \(settings.quality) instead of \(quality)",
            size == wanted ? nil : "\(size) pixels instead of \(wanted)",
        ].compactMap(\.self)
        return trades.isEmpty ? nil : "to stay within \(byteLimit) bytes: \(trades.joined(separator: ", "))"
    }
}

/// The pixels of an upload, kept to be encoded again at another quality.
private struct KeptPixels {
    let geometry: GeometryReceipt
    let image: Image
    let warnings: [String]

    init(
        _ picture: consuming OpenedPicture, _ geometry: GeometryReceipt, _ rows: UploadRows,
        _ preparation: ImagePreparation, _ limits: ResourceLimits, _ progress: ((Double) -> Void)?
    ) throws(MediaError) {
        var rows = rows
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.size.pixelCount * rows.layout.bytesPerPixel)
        warnings = try picture.render(
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
