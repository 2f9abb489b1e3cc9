import PerceptCore

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
    /// Attempts at most: the first, six qualities, five sizes.
    private static let qualityAttempts = 6
    private static let sizeAttempts = 5

    let byteLimit: Int
    /// Whether the format has a quality.
    let isLossy: Bool
    /// Of the result without a budget.
    let longestSide: Int
    /// Whether the size may change.
    let mayShrink: Bool

    /// Gives the largest attempt that fits, the settings it was made with, and how many were made; `nil` when none fits.
    ///
    /// - Parameter attempt: makes the picture.
    func search<Made>(
        from first: Settings, byteCount: (Made) -> Int, _ attempt: (Settings) throws(MediaError) -> Made
    ) throws(MediaError) -> (made: Made, settings: Settings)? {
        let made = try attempt(first)
        if byteCount(made) <= byteLimit { return (made, first) }
        var settings = first
        var size = byteCount(made)
        if isLossy, first.quality > Self.lowestQuality {
            settings.quality = Self.lowestQuality
            let lowest = try attempt(settings)
            size = byteCount(lowest)
            if size <= byteLimit {
                return try bestQuality(
                    (lowest, settings), below: first.quality, byteCount: byteCount, attempt)
            }
        }
        guard mayShrink else { return nil }
        return try fittingSize(settings, size, byteCount: byteCount, attempt)
    }

    /// The highest quality that fits, by halving: `lowest` fits, `quality` does not.
    private func bestQuality<Made>(
        _ lowest: (made: Made, settings: Settings), below quality: Int, byteCount: (Made) -> Int,
        _ attempt: (Settings) throws(MediaError) -> Made
    ) throws(MediaError) -> (made: Made, settings: Settings) {
        var (best, tooHigh) = (lowest, quality)
        for _ in 0..<Self.qualityAttempts where tooHigh - best.settings.quality > 1 {
            var settings = best.settings
            settings.quality = (best.settings.quality + tooHigh) / 2
            let made = try attempt(settings)
            if byteCount(made) <= byteLimit { best = (made, settings) } else { tooHigh = settings.quality }
        }
        return best
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
    /// Makes pictures until one has no more than `byteLimit` bytes.
    ///
    /// - Parameter make: prepares into memory, with no budget of its own; up to the limit that it is given.
    /// - Throws: ``MediaError`` `.limitExceeded` when even the smallest has more.
    func fitting(
        _ byteLimit: Int, name: String?, uploadSize: PixelSize, encoding: ImageEncoding, limits: ResourceLimits,
        _ make: (ImagePreparation, ResourceLimits) throws(MediaError) -> PreparedImage
    ) throws(MediaError) -> PreparedImage {
        guard byteLimit > 0 else {
            throw MediaError(
                .invalidArgument, problem: "a picture of \(byteLimit) bytes does not exist", remedy: "allow more")
        }
        let isLossy = encoding != .png
        let budget = ImageBudget(
            byteLimit: byteLimit, isLossy: isLossy, longestSide: uploadSize.longestSide, mayShrink: exactSize == nil)
        let first = ImageBudget.Settings(quality: quality, longestSide: nil)
        var smallest = Int.max
        let found = try budget.search(from: first, byteCount: { $0.byteCount }) { settings throws(MediaError) in
            var preparation = self
            preparation.maximumByteCount = nil
            preparation.quality = settings.quality
            if let side = settings.longestSide { preparation.longestSide = side }
            let prepared = try make(preparation, limits)
            smallest = min(smallest, prepared.byteCount)
            return prepared
        }
        guard let found else {
            let ways = exactSize == nil ? "--longest-side" : "a smaller --exact size"
            throw MediaError(
                .limitExceeded, source: name,
                problem:
                    "is \(smallest) bytes at the least that is made of it to save bytes, more than the \(byteLimit) allowed",
                remedy: isLossy ? "allow more, or ask for less with \(ways)" : "allow more, or make it a JPEG")
        }
        let made = found.made
        guard let trade = trade(found.settings, made.receipt.uploadSize, uploadSize, byteLimit) else { return made }
        return PreparedImage(
            bytes: made.bytes, byteCount: made.byteCount, mediaType: made.mediaType, receipt: made.receipt,
            warnings: made.warnings + [trade])
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
