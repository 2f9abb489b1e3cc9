public import PerceptCore

/// A rectangle of whole pixels: columns `x ..< x + width` and rows `y ..< y + height`, from the top left corner.
public struct PixelRectangle: Sendable, Hashable, Codable {
    /// The first column.
    public var x: Int
    /// The first row.
    public var y: Int
    /// The number of columns.
    public var width: Int
    /// The number of rows.
    public var height: Int

    /// Creates a rectangle.
    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// The size in pixels.
    public var size: PixelSize { PixelSize(width: width, height: height) }

    var columns: Range<Int> { x..<x + width }
    var rows: Range<Int> { y..<y + height }

    /// Returns whether the rectangle has at least one pixel and lies within an image of `size`.
    func lies(within size: PixelSize) -> Bool {
        x >= 0 && y >= 0 && width > 0 && height > 0 && x < size.width && y < size.height
            && width <= size.width - x && height <= size.height - y
    }

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

extension PixelRectangle {
    init(whole size: PixelSize) {
        self.init(x: 0, y: 0, width: size.width, height: size.height)
    }

    init(_ columns: Range<Int>, _ rows: Range<Int>) {
        self.init(x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
    }

    /// Maps the rectangle from an upright image to the stored image of `storedSize`.
    func stored(_ orientation: Orientation, storedSize: PixelSize) -> PixelRectangle {
        let upright = BoundingBox(
            xMin: Double(x), yMin: Double(y), xMax: Double(x + width), yMax: Double(y + height))
        let box = orientation.storedBox(upright, storedSize: storedSize)
        return PixelRectangle(x: Int(box.xMin), y: Int(box.yMin), width: Int(box.width), height: Int(box.height))
    }
}

extension PixelRectangle: CustomStringConvertible {
    /// The rectangle in words, `100,50,640×480`.
    public var description: String { "\(x),\(y),\(size)" }
}
