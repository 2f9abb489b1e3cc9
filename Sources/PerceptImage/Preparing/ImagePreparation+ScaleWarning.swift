internal import PerceptCore

extension ImagePreparation {
    /// Returns a warning about an image that its long side makes very small, such as a screenshot of a whole page;
    /// otherwise `nil`.
    ///
    /// The scale must be below 1/4, and caused by the long side: either the other side fits the target, or the image is
    /// more than four times as long as wide. Large photographs are scaled as much, but evenly. A centre crop depends on
    /// the shortest side and has no warning.
    func scaleWarning(_ geometry: GeometryReceipt) -> Warning? {
        guard givesAdvice, let target else { return nil }
        let (source, sent) = (geometry.crop.size, geometry.resizedSize)
        let isBelow = 4 * sent.width < source.width || 4 * sent.height < source.height
        let fitsOneWay = source.width <= target.width || source.height <= target.height
        let isElongated = source.longestSide > 4 * source.shortestSide
        guard isBelow, fitsOneWay || isElongated else { return nil }
        let scale = min(geometry.scaleX, geometry.scaleY) * 100
        let percentage = scale < 1 ? "less than 1" : "\(Int(scale))"
        return Warning(
            "\(source) pixels are sent as \(sent), \(percentage) % of their scale, which loses small text and detail; "
                + "send a part at a time",
            parameter: .crop)
    }

    /// Returns the warning before an image is prepared.
    package func scaleWarning(_ header: ImageHeader) -> Warning? {
        (try? geometry(storedSize: header.storedSize, orientation: header.orientation)).flatMap { scaleWarning($0) }
    }

    /// The frame that an image is fitted into; `nil` if there is none, or if the image is cropped to it.
    private var target: PixelSize? {
        guard let exactSize else { return longestSide.map { PixelSize(width: $0, height: $0) } }
        if case .centerCrop = fit { return nil }
        return exactSize
    }
}
