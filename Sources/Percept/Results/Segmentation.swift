public import PerceptCore
public import PerceptImage
public import PerceptInference

/// A segment of a picture.
public struct Segment: Sendable, Hashable {
    public var label: String
    /// 0…1; `nil` where the service gives none.
    public var score: Double?
    /// Of the size of the upright source.
    public var mask: Mask

    public init(label: String, score: Double?, mask: Mask) {
        self.label = label
        self.score = score
        self.mask = mask
    }
}

extension Segment {
    /// Decodes the segments of an answer, on all processors; no more masks than these are held uncompressed.
    ///
    /// - Parameters:
    ///   - source: what errors call the answer.
    ///   - map: makes of a mask as it was sent the one over the source.
    static func decoding(
        _ found: [ImageSegment], source: String, limits: ResourceLimits,
        map: @Sendable (Mask) throws(MediaError) -> Mask
    ) throws(MediaError) -> [Segment] {
        try ParallelWork.map(found) { index, segment throws(MediaError) in
            let name = "\(source): mask \(index) (\(segment.label))"
            let sent = try Mask(base64: segment.mask, name: name, limits: limits)
            do throws(MediaError) {
                return Segment(label: segment.label, score: segment.score, mask: try map(sent))
            } catch {
                throw error.about(name)
            }
        }
    }

    /// Decodes the segments of an answer that was saved.
    ///
    /// - Parameters:
    ///   - found: the segments as the service reports them.
    ///   - source: what errors call the answer.
    ///   - size: the size that masks must have: that of their upright picture; any when `nil`.
    ///   - rescalingMismatch: rescales masks of another size (nearest pixel) instead of refusing them.
    ///   - limits: what a mask may not exceed.
    /// - Throws: `MediaError` for a mask that is damaged or of another size.
    public static func decoding(
        _ found: [ImageSegment], source: String, size: PixelSize?, rescalingMismatch: Bool = false,
        limits: ResourceLimits = .default
    ) throws(MediaError) -> [Segment] {
        try decoding(found, source: source, limits: limits) { mask throws(MediaError) in
            guard let size, mask.size != size else { return mask }
            guard rescalingMismatch else {
                throw MediaError(
                    .malformedInput,
                    problem: "a mask of \(mask.size) pixels does not fit the picture, which has \(size)",
                    remedy: "have masks rescaled (--rescale-masks) if it covers the whole picture")
            }
            return try mask.resized(to: size, limits: limits)
        }
    }
}

/// The segments of a picture, in the service's order.
public struct Segmentation: Sendable, Hashable {
    public var segments: [Segment]
    public let receipt: GeometryReceipt
    public let sent: SentMedia
    /// What a person should know about the picture.
    public let warnings: [String]

    init(segments: [Segment], _ prepared: PreparedImage) {
        self.segments = segments
        receipt = prepared.receipt
        sent = SentMedia(prepared)
        warnings = prepared.warnings
    }
}

extension Mask {
    /// Decodes a mask as services send it: a PNG of any mode in base64, with or without a `data:` prefix.
    ///
    /// - Parameters:
    ///   - base64: as `ImageSegment.mask` has it.
    ///   - name: what errors call it.
    ///   - limits: what it may not exceed.
    /// - Throws: `MediaError` when the base64 or the PNG is damaged, or the size exceeds the limits.
    public init(base64: String, name: String, limits: ResourceLimits = .default) throws(MediaError) {
        let bytes: [UInt8]
        do {
            bytes = try Base64.decode(base64, byteLimit: limits.uploadByteCount)
        } catch {
            throw error.about(name)
        }
        self.init(try Image(decoding: .bytes(bytes, name: name), limits: limits))
    }
}

extension Image {
    /// The picture with segments mixed over it, in the colours that `annotated(with:style:)` has for boxes of the same labels.
    ///
    /// - Throws: `MediaError` `.invalidArgument` when a mask is not of the picture's size, `.cancelled`.
    public func overlaid(
        with segments: [Segment], palette: Palette = .okabeIto, coloring: Palette.Coloring = .label,
        style: MaskOverlayStyle = MaskOverlayStyle()
    ) throws(MediaError) -> Image {
        let overlays = segments.enumerated().map { index, segment in
            MaskOverlay(segment.mask, color: palette.color(for: segment.label, at: index, by: coloring))
        }
        return try overlaying(overlays, style: style)
    }
}
