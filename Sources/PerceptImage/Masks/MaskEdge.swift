import PerceptCore

/// The pixels of a mask that are near a pixel outside the mask in the same image.
struct MaskEdge {
    private let bounds: (x: Range<Int>, y: Range<Int>)
    /// The maximum width. It keeps distances within 16 bits and bounds the cost of an excessive width.
    static let widest = 1000

    /// A flag for each pixel in `bounds`, row by row.
    private let isEdge: [Bool]

    /// Finds the edge. Distances are between pixel centres: with `width` 1 the edge is every pixel with a neighbour
    /// above, below, left or right outside the mask.
    ///
    /// Computes for every pixel the vertical distance to the nearest outside pixel, then searches each row `width`
    /// pixels to the left and right for one near enough (Rosenfeld and Pfaltz' two passes, with Euclidean distance).
    /// - Parameters:
    ///   - bounds: The box around the mask.
    ///   - width: The width in pixels, 1…``widest``.
    init(_ mask: Mask, bounds: (x: Range<Int>, y: Range<Int>), width: Int) {
        self.bounds = bounds
        // One more pixel on each side, within the image: the outside begins there.
        let columns = max(0, bounds.x.lowerBound - 1)..<min(mask.size.width, bounds.x.upperBound + 1)
        let rows = max(0, bounds.y.lowerBound - 1)..<min(mask.size.height, bounds.y.upperBound + 1)
        let vertical = Self.verticalDistances(mask, columns: columns, rows: rows, limit: width + 1)
        let limit = width * width
        var isEdge = [Bool](repeating: false, count: bounds.x.count * bounds.y.count)
        // The number of pixels so far in the row that are vertically near the outside: deep inside the mask there are
        // none.
        var nearCounts = [Int32](repeating: 0, count: columns.count + 1)
        vertical.withUnsafeBufferPointer { vertical in
            for y in bounds.y {
                let row = UnsafeBufferPointer(
                    rebasing: vertical[
                        (y - rows.lowerBound) * columns.count..<(y - rows.lowerBound + 1) * columns.count])
                for column in 0..<columns.count {
                    nearCounts[column + 1] = nearCounts[column] + (row[column] <= width ? 1 : 0)
                }
                for x in bounds.x {
                    let column = x - columns.lowerBound
                    if row[column] == 0 { continue }
                    let near = max(0, column - width)...min(columns.count - 1, column + width)
                    if nearCounts[near.upperBound + 1] == nearCounts[near.lowerBound] { continue }
                    let found = near.contains { other in
                        let across = other - column
                        let down = Int(row[other])
                        return across * across + down * down <= limit
                    }
                    if found { isEdge[(y - bounds.y.lowerBound) * bounds.x.count + x - bounds.x.lowerBound] = true }
                }
            }
        }
        self.isEdge = isEdge
    }

    func contains(_ x: Int, _ y: Int) -> Bool {
        isEdge[(y - bounds.y.lowerBound) * bounds.x.count + x - bounds.x.lowerBound]
    }

    /// Returns for each pixel the vertical distance in rows to the nearest pixel outside the mask, at most `limit`; 0
    /// for a pixel outside.
    private static func verticalDistances(
        _ mask: Mask, columns: Range<Int>, rows: Range<Int>, limit: Int
    ) -> [UInt16] {
        let limit = UInt16(clamping: limit)
        var distances = [UInt16](repeating: limit, count: columns.count * rows.count)
        mask.pixels.withUnsafeBufferPointer { pixels in
            distances.withUnsafeMutableBufferPointer { distances in
                for (index, y) in rows.enumerated() {
                    let row = index * columns.count
                    let above = index > 0 ? row - columns.count : nil
                    for (column, x) in columns.enumerated() {
                        let isOutside = pixels[y * mask.size.width + x] < mask.threshold
                        distances[row + column] =
                            isOutside ? 0 : min(limit, above.map { distances[$0 + column] + 1 } ?? limit)
                    }
                }
                for index in (0..<max(0, rows.count - 1)).reversed() {
                    let row = index * columns.count
                    for column in 0..<columns.count {
                        let below = distances[row + columns.count + column] + 1
                        if below < distances[row + column] { distances[row + column] = below }
                    }
                }
            }
        }
        return distances
    }
}
