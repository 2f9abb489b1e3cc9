public import PerceptCore

/// Which pixels of an image belong to something: one channel, 0…255, of the same size as the image.
///
/// A value decides by `threshold`: pixels of at least that value belong, whatever their exact value.
public struct Mask: Sendable, Hashable {
    public let size: PixelSize
    /// Pixels of at least this value belong to the mask.
    public var threshold: UInt8
    /// How the values are kept is nobody else's business: everything outside this file goes through ``pixels``.
    private let values: [UInt8]

    /// The threshold used where none is given: the middle of 0…255.
    public static let defaultThreshold: UInt8 = 128

    /// - Throws: `MediaError` `.invalidArgument` when a side is not positive or the pixel count does not fit.
    public init(size: PixelSize, pixels: [UInt8], threshold: UInt8 = defaultThreshold) throws(MediaError) {
        guard size.width > 0, size.height > 0, pixels.count == size.pixelCount else {
            throw MediaError(.invalidArgument, problem: "\(pixels.count) pixels are no \(size) mask")
        }
        self.init(values: pixels, size: size, threshold: threshold)
    }

    /// For values whose number is right by construction.
    init(values: [UInt8], size: PixelSize, threshold: UInt8) {
        self.size = size
        self.values = values
        self.threshold = threshold
    }

    /// `size.pixelCount` values, rows from top to bottom.
    public var pixels: [UInt8] { values }

    /// How many pixels belong to the mask.
    public var area: Int {
        values.withUnsafeBufferPointer { values in
            var count = 0
            for value in values where value >= threshold { count += 1 }
            return count
        }
    }

    /// The smallest box around all pixels of the mask, half-open, or `nil` when there are none.
    public var boundingBox: BoundingBox? {
        guard let bounds = pixelBounds else { return nil }
        return BoundingBox(
            xMin: Double(bounds.x.lowerBound), yMin: Double(bounds.y.lowerBound),
            xMax: Double(bounds.x.upperBound), yMax: Double(bounds.y.upperBound))
    }

    /// ``boundingBox`` as ranges of columns and rows.
    var pixelBounds: (x: Range<Int>, y: Range<Int>)? {
        values.withUnsafeBufferPointer { values in
            var left = size.width
            var right = 0
            var rows: Range<Int>?
            for y in 0..<size.height {
                let row = UnsafeBufferPointer(rebasing: values[y * size.width..<(y + 1) * size.width])
                guard let first = row.firstIndex(where: { $0 >= threshold }) else { continue }
                left = min(left, first)
                // Only what lies right of the best edge so far can move it.
                if let last = row[max(first, right)...].lastIndex(where: { $0 >= threshold }) {
                    right = max(right, last + 1)
                }
                rows = (rows?.lowerBound ?? y)..<y + 1
            }
            return rows.map { (left..<max(right, left + 1), $0) }
        }
    }

    /// The mask with nothing between: 255 for the pixels that belong to it, 0 for the others.
    public func binarized() -> Mask {
        Mask(values: values.map { $0 >= threshold ? 255 : 0 }, size: size, threshold: threshold)
    }
}
