public import PerceptCore

/// How a stored picture has to be turned to stand upright: the value of the EXIF tag 0x0112 (EXIF 3.0 §4.6.5).
///
/// A case is named after what has to be done to the stored pixels. Every orientation is an exchange of the two axes,
/// or not, followed by running along each stored axis backwards, or not; that is what the mappings below follow.
public enum Orientation: Int, Sendable, Hashable, Codable, CaseIterable {
    case upright = 1
    case mirrorHorizontally
    case rotate180
    case mirrorVertically
    /// Mirror at the diagonal from the top left to the bottom right.
    case transpose
    /// A quarter turn clockwise: what most phones write for a picture taken in portrait.
    case rotateClockwise
    /// Mirror at the other diagonal.
    case transverse
    case rotateCounterclockwise

    /// Whether the upright picture is as wide as the stored one is high.
    public var swapsSides: Bool { rawValue >= 5 }

    /// Whether going right (or, when the sides are swapped, down) in the upright picture goes left in the stored one.
    var reversesStoredX: Bool { [2, 3, 7, 8].contains(rawValue) }

    /// Whether going down (or, when the sides are swapped, right) in the upright picture goes up in the stored one.
    var reversesStoredY: Bool { [3, 4, 6, 7].contains(rawValue) }

    /// The size of the upright picture of a stored one, and the other way round.
    public func applied(to size: PixelSize) -> PixelSize { swapsSides ? size.transposed : size }

    /// Where a point of the stored picture lies in the upright one.
    ///
    /// - Parameters:
    ///   - x: from the left edge of the stored picture, in pixels; any value between two pixels too.
    ///   - y: from its top edge.
    ///   - storedSize: the size of the stored picture.
    public func uprightPoint(x: Double, y: Double, storedSize: PixelSize) -> (x: Double, y: Double) {
        let along = reversesStoredX ? Double(storedSize.width) - x : x
        let down = reversesStoredY ? Double(storedSize.height) - y : y
        return swapsSides ? (down, along) : (along, down)
    }

    /// Where a point of the upright picture lies in the stored one; the inverse of
    /// ``uprightPoint(x:y:storedSize:)``.
    public func storedPoint(x: Double, y: Double, storedSize: PixelSize) -> (x: Double, y: Double) {
        let (along, down) = swapsSides ? (y, x) : (x, y)
        return (
            reversesStoredX ? Double(storedSize.width) - along : along,
            reversesStoredY ? Double(storedSize.height) - down : down
        )
    }

    /// A box of the stored picture in the upright one.
    public func uprightBox(_ box: BoundingBox, storedSize: PixelSize) -> BoundingBox {
        let from = uprightPoint(x: box.xMin, y: box.yMin, storedSize: storedSize)
        let to = uprightPoint(x: box.xMax, y: box.yMax, storedSize: storedSize)
        return BoundingBox(xMin: from.x, yMin: from.y, xMax: to.x, yMax: to.y).standardized
    }

    /// A box of the upright picture in the stored one.
    public func storedBox(_ box: BoundingBox, storedSize: PixelSize) -> BoundingBox {
        let from = storedPoint(x: box.xMin, y: box.yMin, storedSize: storedSize)
        let to = storedPoint(x: box.xMax, y: box.yMax, storedSize: storedSize)
        return BoundingBox(xMin: from.x, yMin: from.y, xMax: to.x, yMax: to.y).standardized
    }
}
