public import PerceptCore
public import PerceptImage
public import PerceptInference

/// A segment of an image.
public struct Segment: Sendable, Hashable {
    /// The label of the segment.
    public var label: String
    /// The score, 0…1; `nil` if the service returned none.
    public var score: Double?
    /// The mask, which has the size of the upright source.
    public var mask: Mask

    /// Creates a segment.
    public init(label: String, score: Double?, mask: Mask) {
        self.label = label
        self.score = score
        self.mask = mask
    }
}

extension Segment {
    /// Decodes the segments of a response on all cores, one mask per core at a time.
    ///
    /// - Parameters:
    ///   - source: the name of the response in errors.
    ///   - map: a closure that maps a mask over the upload to one over the source.
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

    /// Decodes the segments of a saved response.
    ///
    /// - Parameters:
    ///   - found: the segments as reported by the service.
    ///   - source: the name of the response in errors.
    ///   - size: the size that masks must have, which is that of the upright image; any size if `nil`.
    ///   - rescalingMismatch: accepts masks of another size and rescales them (nearest pixel); otherwise they are an
    ///     error.
    ///   - limits: the resource limits for masks.
    /// - Throws: `MediaError` for a mask that is damaged or has another size.
    public static func decoding(
        _ found: [ImageSegment], source: String, size: PixelSize?, rescalingMismatch: Bool = false,
        limits: ResourceLimits = .default
    ) throws(MediaError) -> [Segment] {
        try decoding(found, source: source, limits: limits) { mask throws(MediaError) in
            guard let size, mask.size != size else { return mask }
            guard rescalingMismatch else {
                throw MediaError(
                    .malformedInput,
                    problem: "the mask has \(mask.size) pixels, but the image has \(size)",
                    remedy: "if it covers the whole image, rescale it (rescalingMismatch)")
            }
            return try mask.resized(to: size, limits: limits)
        }
    }
}

/// The segments of an image, in the service's order.
public struct Segmentation: Sendable, Hashable {
    /// The segments.
    public var segments: [Segment]
    /// The map from the upload back to the image.
    public let receipt: GeometryReceipt
    /// The upload.
    public let sent: SentMedia
    /// The warnings about the image.
    public let warnings: [String]

    init(segments: [Segment], _ prepared: PreparedImage) {
        self.segments = segments
        receipt = prepared.receipt
        sent = SentMedia(prepared)
        warnings = prepared.warnings
    }
}

extension Mask {
    /// Decodes a mask from a response: a PNG file of any mode in base64, with or without a `data:` prefix.
    ///
    /// - Parameters:
    ///   - base64: the base64 text, such as `ImageSegment.mask`.
    ///   - name: the name of the mask in errors.
    ///   - limits: the resource limits.
    /// - Throws: `MediaError` if the base64 or the PNG is damaged, or the size exceeds the limits.
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
    /// Returns the image with segments drawn over it, in the colours that `annotated(with:style:)` uses for boxes with
    /// the same labels.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the size of a mask differs from the image, `.cancelled`.
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
