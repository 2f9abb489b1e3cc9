/// A width and height in pixels.
public struct PixelSize: Sendable, Hashable, Codable {
    /// The width, in pixels.
    public var width: Int
    /// The height, in pixels.
    public var height: Int

    /// Creates a size.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// The product `width * height`, or `Int.max` if that overflows.
    public var pixelCount: Int {
        let (product, overflow) = width.multipliedReportingOverflow(by: height)
        return overflow ? .max : product
    }

    /// The longer side, in pixels.
    public var longestSide: Int { max(width, height) }
    /// The shorter side, in pixels.
    public var shortestSide: Int { min(width, height) }

    /// The size with width and height exchanged.
    public var transposed: PixelSize { PixelSize(width: height, height: width) }
}

extension PixelSize: CustomStringConvertible {
    /// The size as text: `640×420`.
    public var description: String { "\(width)×\(height)" }
}
