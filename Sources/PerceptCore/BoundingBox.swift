/// An axis-aligned, half-open box in pixels of the upright source image: `xMin ≤ x < xMax`, `yMin ≤ y < yMax`.
///
/// The origin is the top left corner of the top left pixel; a box that covers a whole 640×420 image is
/// `(0, 0, 640, 420)`. It is encoded with the service's keys `xmin`, `ymin`, `xmax`, `ymax`.
public struct BoundingBox: Sendable, Hashable {
    /// The left edge.
    public var xMin: Double
    /// The top edge.
    public var yMin: Double
    /// The right edge, exclusive.
    public var xMax: Double
    /// The bottom edge, exclusive.
    public var yMax: Double

    /// Creates a box; its corners may be in any order.
    public init(xMin: Double, yMin: Double, xMax: Double, yMax: Double) {
        self.xMin = xMin
        self.yMin = yMin
        self.xMax = xMax
        self.yMax = yMax
    }

    /// The width, negative for an inverted box.
    public var width: Double { xMax - xMin }
    /// The height, negative for an inverted box.
    public var height: Double { yMax - yMin }

    /// The area in square pixels; zero for an empty or inverted box.
    public var area: Double { max(0, width) * max(0, height) }

    /// True if every coordinate is finite.
    public var isFinite: Bool { xMin.isFinite && yMin.isFinite && xMax.isFinite && yMax.isFinite }

    /// True if the box contains no point: it is inverted, has zero width or height, or is not finite.
    public var isEmpty: Bool { !(width > 0 && height > 0) || !isFinite }

    /// The box with its corners in order.
    public var standardized: BoundingBox {
        BoundingBox(xMin: min(xMin, xMax), yMin: min(yMin, yMax), xMax: max(xMin, xMax), yMax: max(yMin, yMax))
    }

    /// Returns the part of the box within an image of `size`; an empty box if there is none.
    public func clipped(to size: PixelSize) -> BoundingBox {
        func clip(_ value: Double, _ upper: Int) -> Double { min(max(value, 0), Double(upper)) }
        return BoundingBox(
            xMin: clip(xMin, size.width), yMin: clip(yMin, size.height),
            xMax: clip(xMax, size.width), yMax: clip(yMax, size.height))
    }
}

extension BoundingBox: Codable {
    enum CodingKeys: String, CodingKey {
        case xMin = "xmin"
        case yMin = "ymin"
        case xMax = "xmax"
        case yMax = "ymax"
    }
}
