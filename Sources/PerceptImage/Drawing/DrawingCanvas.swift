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

    /// Draws what lies in `outer` but not in `inner` (which lies in `outer`), each pixel by the exact share of its area.
    ///
    /// Only the pixels of the frame are touched, however large the box inside it.
    mutating func drawFrame(outer: BoundingBox, inner: BoundingBox, color: Color) {
        let inner = inner.isEmpty ? BoundingBox(xMin: outer.xMax, yMin: 0, xMax: outer.xMax, yMax: 0) : inner
        let outerX = PixelSpan(outer.xMin, outer.xMax, limit: size.width)
        let innerX = PixelSpan(inner.xMin, inner.xMax, limit: size.width)
        let outerY = PixelSpan(outer.yMin, outer.yMax, limit: size.height)
        let innerY = PixelSpan(inner.yMin, inner.yMax, limit: size.height)
        // Between two of these columns all pixels of a row have the same share.
        let breaks = [
            outerX.touched.lowerBound, outerX.whole.lowerBound, innerX.touched.lowerBound, innerX.whole.lowerBound,
            innerX.whole.upperBound, innerX.touched.upperBound, outerX.whole.upperBound, outerX.touched.upperBound,
        ].sorted()
        let runs = zip(breaks, breaks.dropFirst()).filter { $0 < $1 }.map { first, end in
            (first: first, count: end - first, outer: outerX.share(of: first), inner: innerX.share(of: first))
        }
        let width = size.width
        withBlender(color) { blender in
            // So have all rows but the few that an edge runs through.
            var shares: (outer: Double, inner: Double)?
            var visible: [(first: Int, count: Int, coverage: UInt8)] = []
            for row in outerY.touched {
                let (outerShare, innerShare) = (outerY.share(of: row), innerY.share(of: row))
                if shares?.outer != outerShare || shares?.inner != innerShare {
                    shares = (outerShare, innerShare)
                    visible = runs.compactMap { run in
                        let share = run.outer * outerShare - run.inner * innerShare
                        let coverage = UInt8((min(max(share, 0), 1) * 255).rounded())
                        return coverage > 0 ? (run.first, run.count, coverage) : nil
                    }
                }
                for run in visible { blender.blendRun(row * width + run.first, count: run.count, run.coverage) }
            }
        }
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

    mutating func withBlender(_ color: Color, _ body: (ColorBlender) -> Void) {
        let hasAlpha = hasAlpha
        bytes.withUnsafeMutableBufferPointer { body(ColorBlender(bytes: $0, hasAlpha: hasAlpha, color: color)) }
    }
}

/// The pixels along one axis that `lower..<upper` touches and covers.
private struct PixelSpan {
    let lower: Double
    let upper: Double
    let touched: Range<Int>
    /// Empty, but inside `touched`, where no pixel is covered as a whole.
    let whole: Range<Int>

    init(_ lower: Double, _ upper: Double, limit: Int) {
        self.lower = min(max(lower, 0), Double(limit))
        self.upper = min(max(upper, self.lower), Double(limit))
        touched = Int(self.lower.rounded(.down))..<Int(self.upper.rounded(.up))
        let first = Int(self.lower.rounded(.up))
        whole = first..<max(first, Int(self.upper.rounded(.down)))
    }

    /// How much of pixel `index` is covered, 0…1.
    func share(of index: Int) -> Double {
        max(0, min(upper, Double(index + 1)) - max(lower, Double(index)))
    }
}
