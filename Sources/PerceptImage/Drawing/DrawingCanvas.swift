package import PerceptCore

/// The pixels that are drawn on: 8 bits, rgb or rgba.
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

    /// The same, without a copy of pixels that need no conversion: they are taken out of the image, and ``image()`` gives
    /// them back.
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
        let width = size.width
        withBlender(color) { blender in
            for row in visible.y..<visible.y + visible.height {
                blender.blendRun(row * width + visible.x, count: visible.width, 255)
            }
        }
    }

    /// Draws a glyph with the pen at a pixel, leaving alone everything outside `clip`.
    mutating func draw(
        _ bitmap: GlyphRasterizer.Bitmap, column: Int, row: Int, color: Color, clip: PixelRectangle
    ) {
        let clip = clip.clipped(to: size)
        let width = size.width
        let left = column + bitmap.x
        let top = row + bitmap.y
        let rows = max(top, clip.y)..<max(max(top, clip.y), min(top + bitmap.height, clip.y + clip.height))
        let columns = max(left, clip.x)..<max(max(left, clip.x), min(left + bitmap.width, clip.x + clip.width))
        bitmap.coverage.withUnsafeBufferPointer { coverage in
            withBlender(color) { blender in
                guard let base = coverage.baseAddress, !columns.isEmpty else { return }
                for row in rows {
                    blender.blendRow(
                        row * width + columns.lowerBound, count: columns.count,
                        base + (row - top) * bitmap.width + columns.lowerBound - left)
                }
            }
        }
    }

    /// Calls `body` with the pixels and the number of channels of each.
    mutating func withPixels(_ body: (UnsafeMutableBufferPointer<UInt8>, Int) -> Void) {
        let channelCount = hasAlpha ? 4 : 3
        bytes.withUnsafeMutableBufferPointer { body($0, channelCount) }
    }

    mutating func withBlender(_ color: Color, _ body: (ColorBlender) -> Void) {
        let hasAlpha = hasAlpha
        bytes.withUnsafeMutableBufferPointer { body(ColorBlender(bytes: $0, hasAlpha: hasAlpha, color: color)) }
    }
}
