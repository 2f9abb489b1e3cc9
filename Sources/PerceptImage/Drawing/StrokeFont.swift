#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
internal import PerceptCore

/// The built-in letters: printable ASCII as centre lines, drawn as round-capped strokes at any size.
///
/// They need no font files, so labels are legible even on a machine without fonts.
enum StrokeFont {
    /// The cap height in font units.
    static let capHeight = 20.0
    /// The radius of strokes in font units; strokes are 0.15 cap heights wide.
    static let strokeRadius = 1.5
    /// The distance between the centre lines of adjacent glyphs, in font units.
    static let gap = 5.25
    /// The extent of strokes below the baseline and above capitals, in font units.
    static let reach = (below: descent + strokeRadius, above: 3 + strokeRadius)
    /// The extent of centre lines below the baseline, in font units.
    static let descent = 6.0

    static let ellipsis: Unicode.Scalar = "…"
    /// The replacement for characters without a letter.
    static let missing: Unicode.Scalar = "□"

    struct Glyph: Sendable {
        /// The width of the centre lines, in font units.
        var width: Double
        var path: [PathElement]
    }

    struct Point: Sendable, Hashable {
        var x: Double
        var y: Double
    }

    enum PathElement: Sendable, Hashable {
        case move(Point)
        case line(Point)
        case curve(Point, Point, Point)
        /// An arc in degrees; `isJoined` if it continues from the current point.
        case arc(center: Point, radii: Point, from: Double, to: Double, isJoined: Bool)
        case dot(Point)
    }

    /// A straight piece of a stroke. Both ends of a dot are equal, and it is slightly thicker.
    struct Segment: Sendable, Hashable {
        var start: Point
        var end: Point
        var isDot = false
    }

    static let glyphs: [Unicode.Scalar: Glyph] = {
        var glyphs: [Unicode.Scalar: Glyph] = [:]
        for line in table.split(separator: "\n") {
            guard let character = line.unicodeScalars.first else { continue }
            var fields = line.dropFirst().split(separator: " ")[...]
            guard let width = fields.popFirst().flatMap({ Double($0) }), let path = path(fields) else { continue }
            glyphs[character] = Glyph(width: width, path: path)
        }
        return glyphs
    }()

    static func glyph(_ character: Unicode.Scalar) -> Glyph {
        glyphs[character] ?? glyphs[missing] ?? Glyph(width: 0, path: [])
    }

    /// Returns the width of a line of text from the first to the last centre line, in font units.
    static func width(of text: [Unicode.Scalar]) -> Double {
        text.reduce(0) { $0 + glyph($1).width } + gap * Double(max(0, text.count - 1))
    }

    /// The number of arguments of each path command.
    private static let argumentCounts: [Substring: Int] = ["M": 2, "L": 2, "C": 6, "A": 6, "a": 6, "D": 2]

    /// Returns the elements of a path in ``table``, or `nil` if it violates the rules stated there.
    private static func path(_ fields: ArraySlice<Substring>) -> [PathElement]? {
        var fields = fields
        var path: [PathElement] = []
        while let command = fields.popFirst() {
            guard let count = argumentCounts[command] else { return nil }
            var isFirst = true
            while isFirst || fields.first.map({ argumentCounts[$0] == nil }) == true {
                let numbers = fields.prefix(count).compactMap { Double($0) }
                guard numbers.count == count else { return nil }
                fields = fields.dropFirst(count)
                let point = { Point(x: numbers[$0], y: numbers[$0 + 1]) }
                switch command {
                case "M": path.append(isFirst ? .move(point(0)) : .line(point(0)))
                case "L": path.append(.line(point(0)))
                case "C": path.append(.curve(point(0), point(2), point(4)))
                case "D": path.append(.dot(point(0)))
                default:
                    path.append(
                        .arc(
                            center: point(0), radii: point(2), from: numbers[4], to: numbers[5],
                            isJoined: command == "A"))
                }
                isFirst = false
            }
        }
        return path
    }
}

extension StrokeFont.Glyph {
    /// The rectangle around the ink, in multiples of the height of capitals, y down; `nil` if there is none.
    var bounds: BoundingBox? {
        let segments = segments(scale: 1)
        guard !segments.isEmpty else { return nil }
        let xs = segments.flatMap { [$0.start.x, $0.end.x] }
        let ys = segments.flatMap { [$0.start.y, $0.end.y] }
        let radius = StrokeFont.strokeRadius * (segments.contains(where: \.isDot) ? GlyphRasterizer.dotScale : 1)
        return BoundingBox(
            xMin: ((xs.min() ?? 0) - radius) / StrokeFont.capHeight,
            yMin: ((ys.min() ?? 0) - radius) / StrokeFont.capHeight,
            xMax: ((xs.max() ?? 0) + radius) / StrokeFont.capHeight,
            yMax: ((ys.max() ?? 0) + radius) / StrokeFont.capHeight)
    }

    /// Returns the glyph as straight pieces, in pixels with y down, at `scale` pixels per font unit.
    ///
    /// Curves are divided so that no piece is further than 1/20 pixel from its curve.
    func segments(scale: Double) -> [StrokeFont.Segment] {
        var segments: [StrokeFont.Segment] = []
        var current: StrokeFont.Point?
        func pixel(_ point: StrokeFont.Point) -> StrokeFont.Point {
            StrokeFont.Point(x: point.x * scale, y: -point.y * scale)
        }
        func line(to point: StrokeFont.Point) {
            let end = pixel(point)
            if let current, current != end { segments.append(StrokeFont.Segment(start: current, end: end)) }
            current = end
        }
        for element in path {
            switch element {
            case .move(let point):
                current = pixel(point)
            case .line(let point):
                line(to: point)
            case .dot(let point):
                segments.append(StrokeFont.Segment(start: pixel(point), end: pixel(point), isDot: true))
            case .arc(let center, let radii, let from, let to, let isJoined):
                if !isJoined { current = nil }
                // A chord over the angle a of a circle of radius r lies at most r · a² / 8 inside it.
                let radius = max(radii.x, radii.y) * scale
                let count = Self.pieceCount((to - from).magnitude * .pi / 180 * (radius / 0.4).squareRoot())
                for index in 0...count {
                    let angle = (from + (to - from) * Double(index) / Double(count)) * .pi / 180
                    line(to: StrokeFont.Point(x: center.x + radii.x * cos(angle), y: center.y + radii.y * sin(angle)))
                }
            case .curve(let first, let second, let end):
                guard let start = current.map({ StrokeFont.Point(x: $0.x / scale, y: -$0.y / scale) }) else { continue }
                // The second derivative of a cubic is at most 6 · (length of its control polygon).
                let length =
                    hypot(first.x - start.x, first.y - start.y) + hypot(second.x - first.x, second.y - first.y)
                    + hypot(end.x - second.x, end.y - second.y)
                let count = Self.pieceCount((length * scale * 6 / 0.4).squareRoot())
                for index in 1...count {
                    let t = Double(index) / Double(count)
                    let u = 1 - t
                    let weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
                    line(
                        to: StrokeFont.Point(
                            x: weights.0 * start.x + weights.1 * first.x + weights.2 * second.x + weights.3 * end.x,
                            y: weights.0 * start.y + weights.1 * first.y + weights.2 * second.y + weights.3 * end.y))
                }
            }
        }
        return segments
    }

    private static func pieceCount(_ count: Double) -> Int {
        Int(min(max(count.rounded(.up), 2), 4096))
    }
}
