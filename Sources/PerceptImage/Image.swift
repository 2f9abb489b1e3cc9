@_exported public import PerceptCore

/// Decoded pixels: upright, sRGB, interleaved, rows from top to bottom without padding.
public struct Image: Sendable, Hashable {
    /// The meaning of a pixel's channels, in order.
    public enum ColorModel: String, Sendable, Hashable, Codable, CaseIterable {
        case gray, grayAlpha, rgb, rgba

        /// The number of channels per pixel.
        public var channelCount: Int {
            switch self {
            case .gray: 1
            case .grayAlpha: 2
            case .rgb: 3
            case .rgba: 4
            }
        }

        /// Indicates whether there is an alpha channel.
        public var hasAlpha: Bool { self == .grayAlpha || self == .rgba }

        /// The colour model without transparency.
        public var opaque: ColorModel {
            switch self {
            case .gray, .grayAlpha: .gray
            case .rgb, .rgba: .rgb
            }
        }
    }

    /// The number of bits per channel.
    public enum BitDepth: Int, Sendable, Hashable, Codable {
        case eight = 8
        case sixteen = 16

        /// The number of bytes per channel.
        public var byteCount: Int { rawValue / 8 }
    }

    /// The layout of the pixels of an image or strip.
    public struct Layout: Sendable, Hashable {
        /// The meaning of the channels.
        public var colorModel: ColorModel
        /// The number of bits per channel.
        public var bitDepth: BitDepth

        /// Creates a layout.
        public init(colorModel: ColorModel, bitDepth: BitDepth) {
            self.colorModel = colorModel
            self.bitDepth = bitDepth
        }

        /// RGB with 8 bits per channel.
        public static let rgb8 = Layout(colorModel: .rgb, bitDepth: .eight)

        /// The number of bytes per pixel.
        public var bytesPerPixel: Int { colorModel.channelCount * bitDepth.byteCount }
    }

    /// The size in pixels.
    public let size: PixelSize
    /// The layout of the pixels.
    public let layout: Layout
    /// The pixels, `size.pixelCount * layout.bytesPerPixel` bytes. Alpha is straight, not premultiplied; 16-bit
    /// channels are in the machine's byte order.
    public private(set) var bytes: [UInt8]

    /// Creates an image from existing pixels.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if a side is not positive or the byte count does not match.
    public init(size: PixelSize, layout: Layout, bytes: [UInt8]) throws(MediaError) {
        let expected = size.pixelCount.multipliedReportingOverflow(by: layout.bytesPerPixel)
        guard size.width > 0, size.height > 0, !expected.overflow, bytes.count == expected.partialValue else {
            throw MediaError(
                .invalidArgument,
                problem: "\(bytes.count) bytes do not match a \(size) image of \(layout.bytesPerPixel) bytes per pixel")
        }
        self.init(size: size, layout: layout, uncheckedBytes: bytes)
    }

    /// Creates an image from pixels with the right byte count by construction.
    init(size: PixelSize, layout: Layout, uncheckedBytes bytes: [UInt8]) {
        self.size = size
        self.layout = layout
        self.bytes = bytes
    }

    /// The width in pixels.
    public var width: Int { size.width }
    /// The height in pixels.
    public var height: Int { size.height }
    /// The number of bytes per row.
    public var bytesPerRow: Int { size.width * layout.bytesPerPixel }

    /// Calls `body` with the pixels to modify them in place; their number must not change.
    public mutating func withMutableBytes<Result>(_ body: (UnsafeMutableBufferPointer<UInt8>) -> Result) -> Result {
        bytes.withUnsafeMutableBufferPointer { body($0) }
    }

    /// Releases the pixels to a caller that replaces this image.
    mutating func removeBytes() {
        bytes = []
    }
}
