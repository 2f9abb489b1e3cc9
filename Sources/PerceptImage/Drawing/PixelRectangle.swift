import PerceptCore

/// A rectangle of whole pixels.
struct PixelRectangle: Sendable, Hashable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    func clipped(to size: PixelSize) -> PixelRectangle {
        let left = min(max(x, 0), size.width)
        let top = min(max(y, 0), size.height)
        return PixelRectangle(
            x: left, y: top, width: max(0, min(x + width, size.width) - left),
            height: max(0, min(y + height, size.height) - top))
    }

    func overlap(_ other: PixelRectangle) -> Int {
        let width = min(x + width, other.x + other.width) - max(x, other.x)
        let height = min(y + height, other.y + other.height) - max(y, other.y)
        return max(0, width) * max(0, height)
    }
}
