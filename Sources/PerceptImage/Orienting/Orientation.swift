public import PerceptCore

/// The transformation that makes a stored image upright: the value of the EXIF tag 0x0112 (EXIF 3.0 §4.6.5).
///
/// A case is named after the transformation of the stored pixels. Each one optionally swaps the axes, then optionally
/// reverses each stored axis; the mappings below follow that scheme.
public enum Orientation: Int, Sendable, Hashable, Codable, CaseIterable {
    case upright = 1
    case mirrorHorizontally
    case rotate180
    case mirrorVertically
    /// Mirror along the diagonal from the top left to the bottom right.
    case transpose
    /// A quarter turn clockwise, which most phones store for a portrait photo.
    case rotateClockwise
    /// Mirror along the other diagonal.
    case transverse
    case rotateCounterclockwise

    /// Indicates whether the width of the upright image is the height of the stored one.
    public var swapsSides: Bool { rawValue >= 5 }

    /// Indicates whether moving right (or, if the sides are swapped, down) in the upright image moves left in the
    /// stored one.
    var reversesStoredX: Bool { [2, 3, 7, 8].contains(rawValue) }

    /// Indicates whether moving down (or, if the sides are swapped, right) in the upright image moves up in the stored
    /// one.
    var reversesStoredY: Bool { [3, 4, 6, 7].contains(rawValue) }

    /// Returns the upright size of a stored image, and the reverse.
    public func applied(to size: PixelSize) -> PixelSize { swapsSides ? size.transposed : size }

    /// Maps a point of the stored image to the upright one.
    ///
    /// - Parameters:
    ///   - x: the distance from the left edge of the stored image, in pixels; it may be fractional.
    ///   - y: the distance from its top edge.
    ///   - storedSize: the size of the stored image.
    public func uprightPoint(x: Double, y: Double, storedSize: PixelSize) -> (x: Double, y: Double) {
        let along = reversesStoredX ? Double(storedSize.width) - x : x
        let down = reversesStoredY ? Double(storedSize.height) - y : y
        return swapsSides ? (down, along) : (along, down)
    }

    /// Maps a point of the upright image to the stored one; the inverse of ``uprightPoint(x:y:storedSize:)``.
    public func storedPoint(x: Double, y: Double, storedSize: PixelSize) -> (x: Double, y: Double) {
        let (along, down) = swapsSides ? (y, x) : (x, y)
        return (
            reversesStoredX ? Double(storedSize.width) - along : along,
            reversesStoredY ? Double(storedSize.height) - down : down
        )
    }

    /// Maps a box of the stored image to the upright one.
    public func uprightBox(_ box: BoundingBox, storedSize: PixelSize) -> BoundingBox {
        let from = uprightPoint(x: box.xMin, y: box.yMin, storedSize: storedSize)
        let to = uprightPoint(x: box.xMax, y: box.yMax, storedSize: storedSize)
        return BoundingBox(xMin: from.x, yMin: from.y, xMax: to.x, yMax: to.y).standardized
    }

    /// Maps a box of the upright image to the stored one.
    public func storedBox(_ box: BoundingBox, storedSize: PixelSize) -> BoundingBox {
        let from = storedPoint(x: box.xMin, y: box.yMin, storedSize: storedSize)
        let to = storedPoint(x: box.xMax, y: box.yMax, storedSize: storedSize)
        return BoundingBox(xMin: from.x, yMin: from.y, xMax: to.x, yMax: to.y).standardized
    }
}
