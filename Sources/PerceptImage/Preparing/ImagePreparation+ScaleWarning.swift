internal import PerceptCore

extension ImagePreparation {
    /// What to say of an image that one long side makes very small, as a screenshot of a whole page is; `nil` where there is
    /// nothing to say.
    ///
    /// The scale must be below 1/4, and the other side must not be the reason: either it fits the target as it is, or the image
    /// is more than four times as long as it is wide. Large photographs are made that small too, but evenly. Where the middle
    /// is cut out, the shortest side decides and nothing is said.
    func scaleWarning(_ geometry: GeometryReceipt) -> String? {
        guard givesAdvice, let target else { return nil }
        let (source, sent) = (geometry.crop.size, geometry.resizedSize)
        let isBelow = 4 * sent.width < source.width || 4 * sent.height < source.height
        let fitsOneWay = source.width <= target.width || source.height <= target.height
        let isElongated = source.longestSide > 4 * source.shortestSide
        guard isBelow, fitsOneWay || isElongated else { return nil }
        let scale = min(geometry.scaleX, geometry.scaleY) * 100
        let percentage = scale < 1 ? "less than 1" : "\(Int(scale))"
        return
            "\(source) pixels are sent as \(sent), \(percentage) % of their scale, which loses small text and detail; "
            + "send a part at a time (crop)"
    }

    /// The same before an image is prepared.
    package func scaleWarning(_ header: ImageHeader) -> String? {
        (try? geometry(storedSize: header.storedSize, orientation: header.orientation)).flatMap { scaleWarning($0) }
    }

    /// The frame that an image is made to fit into; `nil` where none is given, or where the image is cut to it.
    private var target: PixelSize? {
        guard let exactSize else { return longestSide.map { PixelSize(width: $0, height: $0) } }
        if case .centerCrop = fit { return nil }
        return exactSize
    }
}
