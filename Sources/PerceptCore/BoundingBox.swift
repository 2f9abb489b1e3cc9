/// An axis-aligned box, half-open, in pixels of the upright source image: `xMin ≤ x < xMax`, `yMin ≤ y < yMax`.
///
/// The origin is the top left corner of the top left pixel; a box covering the whole of a 640×420 image is
/// `(0, 0, 640, 420)`. Encoded with the service's keys `xmin`, `ymin`, `xmax`, `ymax`.
public struct BoundingBox: Sendable, Hashable {
    public var xMin: Double
    public var yMin: Double
    public var xMax: Double
    public var yMax: Double

    public init(xMin: Double, yMin: Double, xMax: Double, yMax: Double) {
        self.xMin = xMin
        self.yMin = yMin
        self.xMax = xMax
        self.yMax = yMax
    }

    public var width: Double { xMax - xMin }
    public var height: Double { yMax - yMin }

    /// Area in square pixels; zero for an empty or inverted box.
    public var area: Double { max(0, width) * max(0, height) }

    /// Whether every coordinate is a finite number.
    public var isFinite: Bool { xMin.isFinite && yMin.isFinite && xMax.isFinite && yMax.isFinite }

    /// Whether the box holds no point: inverted, of zero width or height, or not finite.
    public var isEmpty: Bool { !(width > 0 && height > 0) || !isFinite }

    /// The box with its corners in order.
    public var standardized: BoundingBox {
        BoundingBox(xMin: min(xMin, xMax), yMin: min(yMin, yMax), xMax: max(xMin, xMax), yMax: max(yMin, yMax))
    }

    /// The part of the box that lies inside an image of `size`; empty when there is none.
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
