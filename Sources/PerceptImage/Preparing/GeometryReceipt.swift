public import PerceptCore

/// The exact map between a picture that was sent and the picture it was made from.
///
/// There are three frames of coordinates: *stored* (the pixels as the file has them), *source* (the upright original) and
/// *upload* (what was sent). Boxes are half-open and continuous, with the origin at the top left corner of the top left
/// pixel, so the map along each axis is a factor alone: source side over upload side. The two factors differ by what
/// rounding to whole pixels made of the shorter side.
///
/// Encoded as `{"storedSize", "orientation", "sourceSize", "uploadSize", "scale": {"x", "y"}}`.
public struct GeometryReceipt: Sendable, Hashable {
    public let storedSize: PixelSize
    /// What was done to the stored pixels to make them upright.
    public let orientation: Orientation
    public let uploadSize: PixelSize

    /// - Throws: `MediaError` `.invalidArgument` when a side is not positive.
    public init(storedSize: PixelSize, orientation: Orientation, uploadSize: PixelSize) throws(MediaError) {
        guard min(storedSize.shortestSide, uploadSize.shortestSide) > 0 else {
            throw MediaError(
                .invalidArgument, problem: "there is no map between \(storedSize) and \(uploadSize) pixels")
        }
        self.init(checkedSize: storedSize, orientation, uploadSize)
    }

    /// For sizes that are positive by construction.
    init(checkedSize storedSize: PixelSize, _ orientation: Orientation, _ uploadSize: PixelSize) {
        self.storedSize = storedSize
        self.orientation = orientation
        self.uploadSize = uploadSize
    }

    /// The size of the upright original.
    public var sourceSize: PixelSize { orientation.applied(to: storedSize) }

    /// Upload pixels per source pixel, across.
    public var scaleX: Double { Double(uploadSize.width) / Double(sourceSize.width) }

    /// Upload pixels per source pixel, down.
    public var scaleY: Double { Double(uploadSize.height) / Double(sourceSize.height) }

    /// Where a box that an answer names lies in the upright original, clipped to it.
    public func sourceBox(for uploadBox: BoundingBox) -> BoundingBox {
        Self.scaled(uploadBox, from: uploadSize, to: sourceSize).clipped(to: sourceSize)
    }

    /// Where a box of the upright original lies in the picture that was sent, clipped to it.
    public func uploadBox(for sourceBox: BoundingBox) -> BoundingBox {
        Self.scaled(sourceBox, from: sourceSize, to: uploadSize).clipped(to: uploadSize)
    }

    /// Where a box of the upright original lies among the pixels as the file stores them.
    public func storedBox(for sourceBox: BoundingBox) -> BoundingBox {
        orientation.storedBox(sourceBox, storedSize: storedSize)
    }

    /// Where a box among the pixels as the file stores them lies in the upright original.
    public func sourceBox(forStoredBox storedBox: BoundingBox) -> BoundingBox {
        orientation.uprightBox(storedBox, storedSize: storedSize)
    }

    /// A mask over the picture that was sent, as one over the upright original: nearest pixel, centres at halves.
    ///
    /// - Parameters:
    ///   - uploadMask: of the size ``uploadSize``.
    ///   - rescalingMismatch: take a mask of another size for one of the whole picture all the same.
    ///   - limits: what the result may not exceed.
    /// - Throws: `MediaError` `.invalidArgument` for a mask of another size than ``uploadSize``, `.limitExceeded`,
    ///   `.cancelled`.
    public func sourceMask(
        for uploadMask: Mask, rescalingMismatch: Bool = false, limits: ResourceLimits = .default
    ) throws(MediaError) -> Mask {
        try Self.check(uploadMask, uploadSize, "the picture that was sent", rescalingMismatch)
        return try uploadMask.resized(to: sourceSize, limits: limits)
    }

    /// A mask over the upright original, as one over the picture that was sent: nearest pixel, centres at halves.
    ///
    /// - Parameters:
    ///   - sourceMask: of the size ``sourceSize``.
    ///   - rescalingMismatch: take a mask of another size for one of the whole picture all the same.
    ///   - limits: what the result may not exceed.
    /// - Throws: `MediaError` `.invalidArgument` for a mask of another size than ``sourceSize``, `.limitExceeded`,
    ///   `.cancelled`.
    public func uploadMask(
        for sourceMask: Mask, rescalingMismatch: Bool = false, limits: ResourceLimits = .default
    ) throws(MediaError) -> Mask {
        try Self.check(sourceMask, sourceSize, "the upright original", rescalingMismatch)
        return try sourceMask.resized(to: uploadSize, limits: limits)
    }

    /// Multiplied before divided, so that the edges of one picture land exactly on those of the other.
    private static func scaled(_ box: BoundingBox, from: PixelSize, to: PixelSize) -> BoundingBox {
        let (fromWidth, toWidth) = (Double(from.width), Double(to.width))
        let (fromHeight, toHeight) = (Double(from.height), Double(to.height))
        return BoundingBox(
            xMin: box.xMin * toWidth / fromWidth, yMin: box.yMin * toHeight / fromHeight,
            xMax: box.xMax * toWidth / fromWidth, yMax: box.yMax * toHeight / fromHeight)
    }

    private static func check(
        _ mask: Mask, _ expected: PixelSize, _ picture: String, _ rescalingMismatch: Bool
    ) throws(MediaError) {
        guard mask.size != expected, !rescalingMismatch else { return }
        throw MediaError(
            .invalidArgument, problem: "a mask of \(mask.size) pixels does not fit \(picture), which has \(expected)",
            remedy: "ask for it to be rescaled if it covers the whole picture")
    }
}

extension GeometryReceipt: Codable {
    enum CodingKeys: String, CodingKey {
        case storedSize, orientation, sourceSize, uploadSize, scale
    }

    private struct Scale: Codable {
        var x: Double
        var y: Double
    }

    /// What can be derived (source size and scale) is not read.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            storedSize: container.decode(PixelSize.self, forKey: .storedSize),
            orientation: container.decode(Orientation.self, forKey: .orientation),
            uploadSize: container.decode(PixelSize.self, forKey: .uploadSize))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(storedSize, forKey: .storedSize)
        try container.encode(orientation, forKey: .orientation)
        try container.encode(sourceSize, forKey: .sourceSize)
        try container.encode(uploadSize, forKey: .uploadSize)
        try container.encode(Scale(x: scaleX, y: scaleY), forKey: .scale)
    }
}
