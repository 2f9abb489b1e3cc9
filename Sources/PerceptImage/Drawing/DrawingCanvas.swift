import PerceptCore

/// The pixels that are drawn on: 8 bits, rgb or rgba.
struct DrawingCanvas {
    let size: PixelSize
    private let hasAlpha: Bool
    private var bytes: [UInt8]

    /// Converts any image: gray to rgb, 16 bits to 8 by `(v · 255 + 32767) / 65535`; alpha is kept.
    init(_ image: Image) {
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

    consuming func image() -> Image {
        Image(
            size: size, layout: Image.Layout(colorModel: hasAlpha ? .rgba : .rgb, bitDepth: .eight),
            uncheckedBytes: bytes)
    }

    /// Draws what lies in `outer` but not in `inner` (which lies in `outer`), each pixel by the exact share of its area.
    ///
    /// Only the pixels of the frame are touched, however large the box inside it.
    mutating func drawFrame(outer: BoundingBox, inner: BoundingBox, color: Color) {
        let inner = inner.isEmpty ? BoundingBox(xMin: 0, yMin: 0, xMax: 0, yMax: 0) : inner
        let columns = Self.pixels(outer.xMin, outer.xMax, size.width)
        let rows = Self.pixels(outer.yMin, outer.yMax, size.height)
        let full = Self.innerPixels(inner.xMin, inner.xMax, within: columns)
        let width = size.width
        withBlender(color) { blend in
            for row in rows {
                let outerShare = Self.share(row, outer.yMin, outer.yMax)
                let innerShare = Self.share(row, inner.yMin, inner.yMax)
                var column = columns.lowerBound
                while column < columns.upperBound {
                    if innerShare == 1 && full.contains(column) {
                        column = full.upperBound
                        continue
                    }
                    let share =
                        Self.share(column, outer.xMin, outer.xMax) * outerShare
                        - Self.share(column, inner.xMin, inner.xMax) * innerShare
                    blend(row * width + column, UInt8((min(max(share, 0), 1) * 255).rounded()))
                    column += 1
                }
            }
        }
    }

    /// Fills whole pixels.
    mutating func fill(_ rectangle: PixelRectangle, color: Color) {
        let visible = rectangle.clipped(to: size)
        let width = size.width
        withBlender(color) { blend in
            for row in visible.y..<visible.y + visible.height {
                for column in visible.x..<visible.x + visible.width { blend(row * width + column, 255) }
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
            withBlender(color) { blend in
                for row in rows {
                    for column in columns {
                        blend(row * width + column, coverage[(row - top) * bitmap.width + column - left])
                    }
                }
            }
        }
    }

    /// Gives `body` the function that mixes `color` over one pixel, by 0…255.
    ///
    /// Straight-alpha source-over (Porter and Duff 1984), in whole numbers, rounded to nearest.
    @inline(__always)
    mutating func withBlender(_ color: Color, _ body: ((_ pixel: Int, _ coverage: UInt8) -> Void) -> Void) {
        let hasAlpha = hasAlpha
        bytes.withUnsafeMutableBufferPointer { bytes in
            body { pixel, coverage in
                let over = UInt32(coverage)
                if over == 0 { return }
                let under = 255 - over
                if hasAlpha {
                    let index = pixel * 4
                    let kept = UInt32(bytes[index + 3]) * under
                    let total = over * 255 + kept
                    func mixed(_ new: UInt8, _ old: UInt8) -> UInt8 {
                        UInt8(truncatingIfNeeded: (UInt32(new) * over * 255 + UInt32(old) * kept + total / 2) / total)
                    }
                    bytes[index] = mixed(color.red, bytes[index])
                    bytes[index + 1] = mixed(color.green, bytes[index + 1])
                    bytes[index + 2] = mixed(color.blue, bytes[index + 2])
                    bytes[index + 3] = UInt8(truncatingIfNeeded: (total + 127) / 255)
                } else {
                    let index = pixel * 3
                    func mixed(_ new: UInt8, _ old: UInt8) -> UInt8 {
                        UInt8(truncatingIfNeeded: (UInt32(new) * over + UInt32(old) * under + 127) / 255)
                    }
                    bytes[index] = mixed(color.red, bytes[index])
                    bytes[index + 1] = mixed(color.green, bytes[index + 1])
                    bytes[index + 2] = mixed(color.blue, bytes[index + 2])
                }
            }
        }
    }

    /// How much of pixel `index` lies in `lower..<upper`.
    private static func share(_ index: Int, _ lower: Double, _ upper: Double) -> Double {
        max(0, min(upper, Double(index + 1)) - max(lower, Double(index)))
    }

    /// The pixels that `lower..<upper` touches, of `count` there are.
    private static func pixels(_ lower: Double, _ upper: Double, _ count: Int) -> Range<Int> {
        let limit = Double(count)
        let first = Int(min(max(lower, 0), limit).rounded(.down))
        return first..<max(first, Int(min(max(upper, 0), limit).rounded(.up)))
    }

    /// The pixels that lie in `lower..<upper` as a whole.
    private static func innerPixels(_ lower: Double, _ upper: Double, within range: Range<Int>) -> Range<Int> {
        let clip = { (value: Double) in min(max(value, Double(range.lowerBound)), Double(range.upperBound)) }
        let first = Int(clip(lower.rounded(.up)))
        return first..<max(first, Int(clip(upper.rounded(.down))))
    }
}

/// A rectangle of whole pixels.
struct PixelRectangle: Sendable, Hashable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    func clipped(to size: PixelSize) -> PixelRectangle {
        let left = min(max(x, 0), size.width)
        let top = min(max(y, 0), size.height)
        return PixelRectangle(
            x: left, y: top, width: max(0, min(x + width, size.width) - left),
            height: max(0, min(y + height, size.height) - top))
    }

    func overlap(_ other: PixelRectangle) -> Int {
        let width = min(x + width, other.x + other.width) - max(x, other.x)
        let height = min(y + height, other.y + other.height) - max(y, other.y)
        return max(0, width) * max(0, height)
    }
}
