public import PerceptCore

/// Which pixels of an image belong to something: one channel, 0…255, of the same size as the image.
///
/// A value decides by `threshold`: pixels of at least that value belong, whatever their exact value. What is one piece takes
/// little memory, whatever the image's size: values are kept as runs (five bytes each) where these are less than the
/// pixels.
public struct Mask: Sendable, Hashable {
    public let size: PixelSize
    /// Pixels of at least this value belong to the mask.
    public var threshold: UInt8
    private let storage: MaskStorage

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
        self.init(storage: MaskStorage(values), size: size, threshold: threshold)
    }

    /// A mask of 255 in `runs` and 0 elsewhere; all of them lie within `size`.
    init(_ runs: PixelRuns, size: PixelSize) {
        self.init(
            storage: MaskStorage(runs, pixelCount: size.pixelCount), size: size, threshold: Self.defaultThreshold)
    }

    private init(storage: MaskStorage, size: PixelSize, threshold: UInt8) {
        self.size = size
        self.storage = storage
        self.threshold = threshold
    }

    /// `size.pixelCount` values, rows from top to bottom; made anew at each call.
    public var pixels: [UInt8] { storage.values }

    /// The values as runs: where each ends in raster order, and its value; `nil` where they are kept one by one.
    var valueRuns: (ends: [UInt32], values: [UInt8])? {
        if case .runs(let ends, let values) = storage { (ends, values) } else { nil }
    }

    /// Bytes of memory that the values take.
    var storedByteCount: Int { storage.byteCount }

    /// The pixels that belong to the mask.
    var runs: PixelRuns { storage.belonging(threshold: threshold) }

    /// How many pixels belong to the mask.
    public var area: Int { runs.pixelCount }

    /// The smallest box around all pixels of the mask, half-open, or `nil` when there are none.
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

    /// The mask with nothing between: 255 for the pixels that belong to it, 0 for the others.
    public func binarized() -> Mask {
        var mask = Mask(runs, size: size)
        mask.threshold = threshold
        return mask
    }
}
