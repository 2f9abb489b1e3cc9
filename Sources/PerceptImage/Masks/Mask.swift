public import PerceptCore

/// A one-channel image (0…255) of the same size as its source, which marks the pixels of an object.
///
/// A pixel is in the mask if its value is at least `threshold`. Masks of compact objects take little memory whatever
/// the image size: values are stored as runs (five bytes each) if that is smaller than one byte per pixel.
public struct Mask: Sendable, Hashable {
    /// The size of the mask, in pixels.
    public let size: PixelSize
    /// The smallest value of a pixel in the mask.
    public var threshold: UInt8
    private let storage: MaskStorage

    /// The default threshold: the middle of 0…255.
    public static let defaultThreshold: UInt8 = 128

    /// Creates a mask from its values in raster order.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if a side is not positive or the number of values is not
    ///   `size.pixelCount`.
    public init(size: PixelSize, pixels: [UInt8], threshold: UInt8 = defaultThreshold) throws(MediaError) {
        guard size.width > 0, size.height > 0, pixels.count == size.pixelCount else {
            throw MediaError(.invalidArgument, problem: "found \(pixels.count) pixels for a mask of \(size)")
        }
        self.init(values: pixels, size: size, threshold: threshold)
    }

    /// Creates a mask from values that are known to match the size.
    init(values: [UInt8], size: PixelSize, threshold: UInt8) {
        self.init(storage: MaskStorage(values), size: size, threshold: threshold)
    }

    /// Creates a mask with 255 in `runs` and 0 elsewhere; all runs must lie within `size`.
    init(_ runs: PixelRuns, size: PixelSize) {
        self.init(
            storage: MaskStorage(runs, pixelCount: size.pixelCount), size: size, threshold: Self.defaultThreshold)
    }

    private init(storage: MaskStorage, size: PixelSize, threshold: UInt8) {
        self.size = size
        self.storage = storage
        self.threshold = threshold
    }

    /// The `size.pixelCount` values, rows from top to bottom; computed on each access.
    public var pixels: [UInt8] { storage.values }

    /// The values as runs, with the end of each in raster order; `nil` if they are stored one by one.
    var valueRuns: (ends: [UInt32], values: [UInt8])? {
        if case .runs(let ends, let values) = storage { (ends, values) } else { nil }
    }

    /// The number of bytes that the stored values take.
    var storedByteCount: Int { storage.byteCount }

    /// The pixels in the mask.
    var runs: PixelRuns { storage.belonging(threshold: threshold) }

    /// The number of pixels in the mask.
    public var area: Int { runs.pixelCount }

    /// The smallest half-open box around all pixels of the mask, or `nil` if it is empty.
    public var boundingBox: BoundingBox? {
        guard let bounds = pixelBounds else { return nil }
        return BoundingBox(
            xMin: Double(bounds.x.lowerBound), yMin: Double(bounds.y.lowerBound),
            xMax: Double(bounds.x.upperBound), yMax: Double(bounds.y.upperBound))
    }

    /// ``boundingBox`` as ranges of columns and rows.
    var pixelBounds: (x: Range<Int>, y: Range<Int>)? {
        let runs = runs
        guard let first = runs.first, let last = runs.last else { return nil }
        let rows = first.lowerBound / size.width..<(last.upperBound - 1) / size.width + 1
        var (left, right) = (size.width, 0)
        for run in runs {
            let row = run.lowerBound / size.width
            guard run.upperBound <= (row + 1) * size.width else { return (0..<size.width, rows) }
            left = min(left, run.lowerBound - row * size.width)
            right = max(right, run.upperBound - row * size.width)
        }
        return (left..<right, rows)
    }

    /// Returns the mask with only two values: 255 for its pixels, 0 for all others.
    public func binarized() -> Mask {
        var mask = Mask(runs, size: size)
        mask.threshold = threshold
        return mask
    }
}
