public import PerceptCore

/// Decoded pixels: upright, sRGB, interleaved, rows from top to bottom without padding.
public struct Image: Sendable, Hashable {
    /// What the channels of a pixel mean, in their order.
    public enum ColorModel: String, Sendable, Hashable, Codable, CaseIterable {
        case gray, grayAlpha, rgb, rgba

        public var channelCount: Int {
            switch self {
            case .gray: 1
            case .grayAlpha: 2
            case .rgb: 3
            case .rgba: 4
            }
        }

        public var hasAlpha: Bool { self == .grayAlpha || self == .rgba }

        /// The same colours without transparency.
        public var opaque: ColorModel {
            switch self {
            case .gray, .grayAlpha: .gray
            case .rgb, .rgba: .rgb
            }
        }
    }

    /// Bits per channel.
    public enum BitDepth: Int, Sendable, Hashable, Codable {
        case eight = 8
        case sixteen = 16

        public var byteCount: Int { rawValue / 8 }
    }

    /// How the pixels of an image or strip are laid out.
    public struct Layout: Sendable, Hashable {
        public var colorModel: ColorModel
        public var bitDepth: BitDepth

        public init(colorModel: ColorModel, bitDepth: BitDepth) {
            self.colorModel = colorModel
            self.bitDepth = bitDepth
        }

        public static let rgb8 = Layout(colorModel: .rgb, bitDepth: .eight)

        public var bytesPerPixel: Int { colorModel.channelCount * bitDepth.byteCount }
    }

    public let size: PixelSize
    public let layout: Layout
    /// `size.pixelCount * layout.bytesPerPixel` bytes; alpha is straight, not premultiplied; 16-bit channels are in the
    /// byte order of the machine.
    public private(set) var bytes: [UInt8]

    /// Takes pixels that exist already.
    ///
    /// - Throws: `MediaError` `.invalidArgument` when a side is not positive or the byte count does not fit.
    public init(size: PixelSize, layout: Layout, bytes: [UInt8]) throws(MediaError) {
        let expected = size.pixelCount.multipliedReportingOverflow(by: layout.bytesPerPixel)
        guard size.width > 0, size.height > 0, !expected.overflow, bytes.count == expected.partialValue else {
            throw MediaError(
                .invalidArgument,
                problem: "\(bytes.count) bytes are no \(size) image of \(layout.bytesPerPixel) bytes per pixel")
        }
        self.init(size: size, layout: layout, uncheckedBytes: bytes)
    }

    /// For pixels whose number is right by construction.
    init(size: PixelSize, layout: Layout, uncheckedBytes bytes: [UInt8]) {
        self.size = size
        self.layout = layout
        self.bytes = bytes
    }

    public var width: Int { size.width }
    public var height: Int { size.height }
    public var bytesPerRow: Int { size.width * layout.bytesPerPixel }

    /// Calls `body` with the pixels for changing them in place; their number stays as it is.
    public mutating func withMutableBytes<Result>(_ body: (UnsafeMutableBufferPointer<UInt8>) -> Result) -> Result {
        bytes.withUnsafeMutableBufferPointer { body($0) }
    }

    /// Lets go of the pixels, for who has them and puts a whole image in the place of this one.
    mutating func removeBytes() {
        bytes = []
    }
}
