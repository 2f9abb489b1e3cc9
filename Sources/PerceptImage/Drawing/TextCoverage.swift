#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Rasterizes glyphs, each once per size and subpixel position.
struct GlyphRasterizer {
    /// The coverage of the pixels around a pen position.
    struct Bitmap {
        /// The position of the top left pixel, relative to the pen's pixel.
        var x: Int
        var y: Int
        var width: Int
        var height: Int
        /// The coverage, 0…255, rows from top to bottom.
        var coverage: [UInt8]

        static let empty = Bitmap(x: 0, y: 0, width: 0, height: 0, coverage: [])
    }

    private struct Key: Hashable {
        var shape: GlyphShape
        var capHeight: Double
        var phaseX: Int
        var phaseY: Int
    }

    /// The number of subpixel positions to which a pen is rounded; finer ones are invisible.
    private static let phaseCount = 4

    /// The maximum size of cached bitmaps: many labels with sizes of their own would otherwise fill the memory.
    private static let keptByteCount = 8 << 20

    private var bitmaps: [Key: Bitmap] = [:]
    private var byteCount = 0

    /// Returns the bitmap for a pen at `x`, `y` (in fractional pixels), and the pixel that it is relative to.
    ///
    /// - Parameter draw: Draws the glyph for a pen at this offset to the right of and below a whole pixel.
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

    /// Rasterizes a built-in letter for a pen at this offset to the right of and below a whole pixel.
    static func rasterized(
        _ letter: Unicode.Scalar, capHeight: Double, offset: (x: Double, y: Double)
    ) -> Bitmap {
        let scale = capHeight / StrokeFont.capHeight
        return rasterized(
            StrokeFont.glyph(letter).segments(scale: scale), radius: StrokeFont.strokeRadius * scale, offset: offset)
    }

    /// Returns the coverage of round-capped strokes of `radius` around `segments`.
    ///
    /// The coverage of a pixel is `radius + ½ − distance`, limited to 0…1, where `distance` is that of its centre
    /// from the nearest point of a segment; where strokes meet, the larger coverage counts. A stroke is at least one
    /// pixel wide.
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

    /// The smallest radius: strokes thinner than a pixel fade instead.
    static let smallestRadius = 0.5
    /// The relative size of dots: a dot as thick as a stroke looks thinner.
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

    /// Returns the pixels within `reach` of `a…b`, limited to `count`.
    private static func span(_ a: Double, _ b: Double, _ reach: Double, _ count: Int) -> Range<Int> {
        let lower = max(0, Int((min(a, b) - reach).rounded(.down)))
        let upper = min(count, Int((max(a, b) + reach).rounded(.up)))
        return lower..<max(lower, upper)
    }
}
