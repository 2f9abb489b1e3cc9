#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Turns glyphs into coverage, each one once per size and place between two pixels.
struct GlyphRasterizer {
    /// How much of each pixel around a pen position a glyph covers.
    struct Bitmap {
        /// Of the top left pixel, relative to the pixel of the pen.
        var x: Int
        var y: Int
        var width: Int
        var height: Int
        /// 0…255, rows from top to bottom.
        var coverage: [UInt8]

        static let empty = Bitmap(x: 0, y: 0, width: 0, height: 0, coverage: [])
    }

    private struct Key: Hashable {
        var shape: GlyphShape
        var capHeight: Double
        var phaseX: Int
        var phaseY: Int
    }

    /// Places between two pixels that a pen is rounded to: finer ones cannot be seen.
    private static let phaseCount = 4

    /// Many labels made smaller to fit, each to a size of its own, would otherwise fill the memory.
    private static let keptByteCount = 8 << 20

    private var bitmaps: [Key: Bitmap] = [:]
    private var byteCount = 0

    /// The bitmap for a pen at `x`, `y` (pixels, of any fraction), and the pixel it is relative to.
    ///
    /// - Parameter draw: draws the glyph for a pen that lies so far to the right of and below a whole pixel.
    mutating func bitmap(
        _ shape: GlyphShape, capHeight: Double, x: Double, y: Double, draw: ((x: Double, y: Double)) -> Bitmap
    ) -> (bitmap: Bitmap, column: Int, row: Int) {
        let (column, phaseX) = Self.pixel(x)
        let (row, phaseY) = Self.pixel(y)
        let key = Key(shape: shape, capHeight: capHeight, phaseX: phaseX, phaseY: phaseY)
        if let bitmap = bitmaps[key] { return (bitmap, column, row) }
        let bitmap = draw((Double(phaseX) / Double(Self.phaseCount), Double(phaseY) / Double(Self.phaseCount)))
        if byteCount > Self.keptByteCount {
            bitmaps.removeAll()
            byteCount = 0
        }
        bitmaps[key] = bitmap
        byteCount += bitmap.coverage.count
        return (bitmap, column, row)
    }

    private static func pixel(_ position: Double) -> (whole: Int, phase: Int) {
        let phases = Int((position * Double(phaseCount)).rounded())
        let whole = phases >= 0 ? phases / phaseCount : (phases - phaseCount + 1) / phaseCount
        return (whole, phases - whole * phaseCount)
    }

    /// A glyph of the built-in letters for a pen that lies so far to the right of and below a whole pixel.
    static func rasterized(
        _ letter: Unicode.Scalar, capHeight: Double, offset: (x: Double, y: Double)
    ) -> Bitmap {
        let scale = capHeight / StrokeFont.capHeight
        return rasterized(
            StrokeFont.glyph(letter).segments(scale: scale), radius: StrokeFont.strokeRadius * scale, offset: offset)
    }

    /// Coverage of round-capped strokes of `radius` around `segments`.
    ///
    /// A pixel is covered by `radius + ½ − distance`, limited to 0…1, the distance being that of its centre from the
    /// nearest point of a segment; where strokes meet, the larger coverage holds. A stroke is at least a pixel wide.
    static func rasterized(_ segments: [StrokeFont.Segment], radius: Double, offset: (x: Double, y: Double)) -> Bitmap {
        let radius = max(radius, smallestRadius)
        let reach = radius * (segments.contains(where: \.isDot) ? dotScale : 1) + 0.5
        let xs = segments.flatMap { [$0.start.x, $0.end.x] }.map { $0 + offset.x }
        let ys = segments.flatMap { [$0.start.y, $0.end.y] }.map { $0 + offset.y }
        guard let xMin = xs.min(), let xMax = xs.max(), let yMin = ys.min(), let yMax = ys.max() else {
            return .empty
        }
        let left = Int((xMin - reach).rounded(.down))
        let top = Int((yMin - reach).rounded(.down))
        let width = Int((xMax + reach).rounded(.up)) - left
        let height = Int((yMax + reach).rounded(.up)) - top
        var coverage = [UInt8](repeating: 0, count: width * height)
        coverage.withUnsafeMutableBufferPointer { coverage in
            for segment in segments {
                add(
                    segment, radius: segment.isDot ? radius * dotScale : radius, x: offset.x - Double(left),
                    y: offset.y - Double(top), to: coverage, width: width, height: height)
            }
        }
        return Bitmap(x: left, y: top, width: width, height: height, coverage: coverage)
    }

    /// Thinner strokes than a pixel fade instead of getting thinner.
    static let smallestRadius = 0.5
    /// A dot as thick as a stroke looks thinner than it.
    static let dotScale = 1.25

    private static func add(
        _ segment: StrokeFont.Segment, radius: Double, x: Double, y: Double,
        to coverage: UnsafeMutableBufferPointer<UInt8>, width: Int, height: Int
    ) {
        let start = (x: segment.start.x + x, y: segment.start.y + y)
        let along = (x: segment.end.x - segment.start.x, y: segment.end.y - segment.start.y)
        let lengthSquared = along.x * along.x + along.y * along.y
        let reach = radius + 0.5
        let columns = span(start.x, start.x + along.x, reach, width)
        for row in span(start.y, start.y + along.y, reach, height) {
            for column in columns {
                let toPixel = (x: Double(column) + 0.5 - start.x, y: Double(row) + 0.5 - start.y)
                let projection = toPixel.x * along.x + toPixel.y * along.y
                let t = lengthSquared > 0 ? min(max(projection / lengthSquared, 0), 1) : 0
                let away = (x: toPixel.x - t * along.x, y: toPixel.y - t * along.y)
                let distance = (away.x * away.x + away.y * away.y).squareRoot()
                let value = UInt8((min(max(reach - distance, 0), 1) * 255).rounded())
                let index = row * width + column
                if value > coverage[index] { coverage[index] = value }
            }
        }
    }

    /// The pixels within `reach` of `a…b`, of `count` there are.
    private static func span(_ a: Double, _ b: Double, _ reach: Double, _ count: Int) -> Range<Int> {
        let lower = max(0, Int((min(a, b) - reach).rounded(.down)))
        let upper = min(count, Int((max(a, b) + reach).rounded(.up)))
        return lower..<max(lower, upper)
    }
}
