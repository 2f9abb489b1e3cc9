import PerceptCore

/// The position of the line around a box, in fractions of pixels.
struct OutlineFrame {
    let outer: BoundingBox
    /// Empty when the line leaves no room inside.
    let inner: BoundingBox
    let lineWidth: Double

    /// The middle of the line.
    var middle: BoundingBox {
        BoundingBox(
            xMin: outer.xMin + lineWidth / 2, yMin: outer.yMin + lineWidth / 2, xMax: outer.xMax - lineWidth / 2,
            yMax: outer.yMax - lineWidth / 2)
    }

    /// Returns the radius of the outer edge's corners: `asked`, or four line widths, at most half the shorter side.
    func radius(_ asked: Double?) -> Double {
        let asked = asked.map { $0.isFinite ? max(0, $0) : 0 } ?? 4 * lineWidth
        return max(0, min(asked, outer.width / 2, outer.height / 2))
    }
}

extension BoundingBox {
    static let nothing = BoundingBox(xMin: 0, yMin: 0, xMax: 0, yMax: 0)
}

extension DrawingCanvas {
    mutating func draw(_ outline: BoxOutline, _ frame: OutlineFrame, color: Color) {
        switch outline {
        case .none: break
        case .rectangle: drawFrame(outer: frame.outer, inner: frame.inner, color: color)
        case .rounded(let radius):
            drawRoundedFrame(
                outer: frame.outer, inner: frame.inner, radius: frame.radius(radius), color: color)
        case .corners(let length): draw(frame.corners(length: length), of: frame, color: color)
        case .dashed(let dash, let gap): draw(frame.dashes(dash: dash, gap: gap), of: frame, color: color)
        }
    }

    private mutating func draw(_ parts: [PixelRectangle], of frame: OutlineFrame, color: Color) {
        for part in parts { drawFrame(outer: frame.outer, inner: frame.inner, color: color, clip: part) }
    }

    /// Fills the inside of an outline up to the middle of its line.
    ///
    /// The line is drawn over the fill: its opaque pixels hide the fill's edge, so that together they cover each pixel
    /// by its exact share.
    mutating func fill(_ outline: BoxOutline, _ frame: OutlineFrame, color: Color, opacity: Double) {
        switch outline {
        case .none: drawFrame(outer: frame.outer, inner: .nothing, color: color, opacity: opacity)
        case .rounded(let radius):
            drawRoundedFrame(
                outer: frame.middle, inner: .nothing, radius: max(0, frame.radius(radius) - frame.lineWidth / 2),
                color: color, opacity: opacity)
        case .rectangle, .corners, .dashed:
            drawFrame(outer: frame.middle, inner: .nothing, color: color, opacity: opacity)
        }
    }
}

// MARK: - Parts of a frame, in whole pixels that do not overlap

extension OutlineFrame {
    /// Returns the corners, with arms of `length` pixels, or of a quarter of the shorter side.
    fileprivate func corners(length: Double?) -> [PixelRectangle] {
        let asked = length.map { $0.isFinite ? $0 : 0 } ?? max(min(outer.width, outer.height) / 4, 4 * lineWidth)
        let length = max(asked, 2 * lineWidth)
        return Self.rectangles(
            CornerArms(outer.xMin, outer.xMax, length: length).both,
            CornerArms(outer.yMin, outer.yMax, length: length).both)
    }

    /// Returns dashes, one of them around each corner.
    fileprivate func dashes(dash: Double?, gap: Double?) -> [PixelRectangle] {
        guard !inner.isEmpty else { return [outer.coveredPixels] }
        func sensible(_ asked: Double?, _ lineWidths: Double) -> Double {
            max(1, asked.map { $0.isFinite ? $0 : 1 } ?? lineWidths * lineWidth)
        }
        let pattern = (dash: sensible(dash, 4), gap: sensible(gap, 3))
        let horizontal = SideDashes(outer.xMin, outer.xMax, pattern, lineWidth: lineWidth)
        let vertical = SideDashes(outer.yMin, outer.yMax, pattern, lineWidth: lineWidth)
        return Self.rectangles(horizontal.corners.both, vertical.corners.both)
            + Self.rectangles(horizontal.between, Self.lines(outer.yMin, outer.yMax, inner.yMin, inner.yMax))
            + Self.rectangles(Self.lines(outer.xMin, outer.xMax, inner.xMin, inner.xMax), vertical.between)
    }

    private static func rectangles(_ columns: [Range<Int>], _ rows: [Range<Int>]) -> [PixelRectangle] {
        columns.flatMap { columns in rows.map { PixelRectangle(columns, $0) } }
    }

    /// Returns the pixels across two opposite lines.
    private static func lines(
        _ outerLower: Double, _ outerUpper: Double, _ innerLower: Double, _ innerUpper: Double
    ) -> [Range<Int>] {
        let start = Int(outerLower.rounded(.down))
        let end = Int(outerUpper.rounded(.up))
        let firstEnd = max(start, min(end, Int(innerLower.rounded(.up))))
        return [start..<firstEnd, min(max(firstEnd, Int(innerUpper.rounded(.down))), end)..<end]
    }
}

/// The pixels of the arms of two corners along one axis. Where the arms meet, they cover the whole side.
private struct CornerArms {
    let first: Range<Int>
    let last: Range<Int>

    init(_ lower: Double, _ upper: Double, length: Double) {
        let start = Int(lower.rounded(.down))
        let end = Int(upper.rounded(.up))
        let length = min(max(length, 1), (upper - lower) / 2)
        let firstEnd = min(max(start, Int((lower + length).rounded())), end)
        first = start..<firstEnd
        last = min(max(firstEnd, Int((upper - length).rounded())), end)..<end
    }

    var both: [Range<Int>] { [first, last] }
}

/// The dashes along one side, in pixels.
private struct SideDashes {
    let corners: CornerArms
    /// The dashes between the corners.
    let between: [Range<Int>]

    init(_ lower: Double, _ upper: Double, _ pattern: (dash: Double, gap: Double), lineWidth: Double) {
        let side = upper - lower
        let count = max(1, (side / (pattern.dash + pattern.gap)).rounded())
        let period = side / count
        let half = period * pattern.dash / (pattern.dash + pattern.gap) / 2
        // One pixel longer than the line is wide, so that dashes of two sides do not overlap. A side too short for a
        // gap is one dash: its corners alone would look like four dots.
        let corners = CornerArms(lower, upper, length: count > 1 ? max(half, lineWidth + 1) : side)
        self.corners = corners
        between = (1..<max(1, Int(count))).compactMap { index in
            let middle = lower + Double(index) * period
            let first = max(corners.first.upperBound, Int((middle - half).rounded()))
            let end = min(corners.last.lowerBound, Int((middle + half).rounded()))
            return first < end ? first..<end : nil
        }
    }
}
