package import PerceptCore

/// The pixels to draw on, 8-bit rgb or rgba.
package struct DrawingCanvas {
    package let size: PixelSize
    private let hasAlpha: Bool
    private var bytes: [UInt8]

    /// Converts any image: gray to rgb, 16 bits to 8 by `(v · 255 + 32767) / 65535`; alpha is kept.
    package init(_ image: Image) {
        size = image.size
        hasAlpha = image.layout.colorModel.hasAlpha
        let isColor = image.layout.colorModel.opaque == .rgb
        if isColor && image.layout.bitDepth == .eight {
            bytes = image.bytes
            return
        }
        let eightBit =
            switch image.layout.bitDepth {
            case .eight: image.bytes
            case .sixteen: image.samples16.map { UInt8(truncatingIfNeeded: (UInt32($0) * 255 + 32767) / 65535) }
            }
        bytes = isColor ? eightBit : Self.colored(eightBit, pixelCount: image.size.pixelCount, hasAlpha: hasAlpha)
    }

    /// Converts an image without copying pixels that need no conversion: they are moved out of the image, and
    /// ``image()`` returns them.
    init(taking image: inout Image) {
        self.init(image)
        image.removeBytes()
    }

    private static func colored(_ gray: [UInt8], pixelCount: Int, hasAlpha: Bool) -> [UInt8] {
        let sourceCount = hasAlpha ? 2 : 1
        let count = hasAlpha ? 4 : 3
        return [UInt8](unsafeUninitializedCapacity: pixelCount * count) { output, written in
            gray.withUnsafeBufferPointer { gray in
                for pixel in 0..<pixelCount {
                    let value = gray[pixel * sourceCount]
                    output[pixel * count] = value
                    output[pixel * count + 1] = value
                    output[pixel * count + 2] = value
                    if hasAlpha { output[pixel * count + 3] = gray[pixel * sourceCount + 1] }
                }
            }
            written = pixelCount * count
        }
    }

    package consuming func image() -> Image {
        Image(
            size: size, layout: Image.Layout(colorModel: hasAlpha ? .rgba : .rgb, bitDepth: .eight),
            uncheckedBytes: bytes)
    }

    /// Fills whole pixels.
    package mutating func fill(_ rectangle: PixelRectangle, color: Color) {
        let visible = rectangle.clipped(to: size)
        withBlender(color) { $0.blend(visible, 255) }
    }

    /// Draws a glyph with the pen at a pixel, within `clip` only.
    mutating func draw(
        _ bitmap: GlyphRasterizer.Bitmap, column: Int, row: Int, color: Color, clip: PixelRectangle
    ) {
        let clip = clip.clipped(to: size)
        let left = max(column + bitmap.x, clip.x)
        let top = max(row + bitmap.y, clip.y)
        let visible = PixelRectangle(
            x: left, y: top, width: min(column + bitmap.x + bitmap.width, clip.x + clip.width) - left,
            height: min(row + bitmap.y + bitmap.height, clip.y + clip.height) - top)
        guard visible.width > 0, visible.height > 0 else { return }
        bitmap.coverage.withUnsafeBufferPointer { coverage in
            guard let base = coverage.baseAddress else { return }
            let first = base + (top - row - bitmap.y) * bitmap.width + left - column - bitmap.x
            withBlender(color) { $0.blend(visible, first, coveragePerRow: bitmap.width) }
        }
    }

    /// Calls `body` with the pixels and their number of channels.
    mutating func withPixels(_ body: (UnsafeMutableBufferPointer<UInt8>, Int) -> Void) {
        let channelCount = hasAlpha ? 4 : 3
        bytes.withUnsafeMutableBufferPointer { body($0, channelCount) }
    }

    mutating func withBlender(_ color: Color, _ body: (ColorBlender) -> Void) {
        let (width, hasAlpha) = (size.width, hasAlpha)
        bytes.withUnsafeMutableBufferPointer {
            body(ColorBlender(bytes: $0, imageWidth: width, hasAlpha: hasAlpha, color: color))
        }
    }
}
