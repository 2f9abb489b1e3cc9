public import PerceptCore

/// Which pixels of an image belong to something: one channel, 0…255, of the same size as the image.
public struct Mask: Sendable, Hashable {
    public let size: PixelSize
    /// `size.pixelCount` values, rows from top to bottom.
    public let pixels: [UInt8]
    /// Pixels of at least this value belong to the mask.
    public var threshold: UInt8

    /// The threshold used where none is given: the middle of 0…255.
    public static let defaultThreshold: UInt8 = 128

    /// - Throws: ``MediaError`` `.invalidArgument` when a side is not positive or the pixel count does not fit.
    public init(size: PixelSize, pixels: [UInt8], threshold: UInt8 = defaultThreshold) throws(MediaError) {
        guard size.width > 0, size.height > 0, pixels.count == size.pixelCount else {
            throw MediaError(.invalidArgument, problem: "\(pixels.count) pixels are no \(size) mask")
        }
        self.size = size
        self.pixels = pixels
        self.threshold = threshold
    }
}
