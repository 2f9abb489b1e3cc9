import PerceptCore

extension DrawingCanvas {
    /// Draws a frame as dashes that start and end at whole pixels, one of them around each corner.
    mutating func drawDashes(_ frame: OutlineFrame, dash: Double?, gap: Double?, color: Color) {
        guard !frame.inner.isEmpty else {
            drawFrame(outer: frame.outer, inner: frame.inner, color: color)
            return
        }
        func sensible(_ asked: Double?, _ lineWidths: Double) -> Double {
            max(1, asked.map { $0.isFinite ? $0 : 1 } ?? lineWidths * frame.lineWidth)
        }
        let pattern = (dash: sensible(dash, 4), gap: sensible(gap, 3))
        let (outer, inner) = (frame.outer, frame.inner)
        let horizontal = SideDashes(outer.xMin, outer.xMax, pattern, lineWidth: frame.lineWidth)
        let vertical = SideDashes(outer.yMin, outer.yMax, pattern, lineWidth: frame.lineWidth)
        drawCorners(frame, horizontal.corners, vertical.corners, color: color)
        let rows = SidePixels(outer: (outer.yMin, outer.yMax), inner: (inner.yMin, inner.yMax))
        let columns = SidePixels(outer: (outer.xMin, outer.xMax), inner: (inner.xMin, inner.xMax))
        for dash in horizontal.between {
            for rows in [rows.first, rows.last] {
                drawFrame(outer: outer, inner: inner, color: color, clip: PixelRectangle(dash, rows))
            }
        }
        for dash in vertical.between {
            for columns in [columns.first, columns.last] {
                drawFrame(outer: outer, inner: inner, color: color, clip: PixelRectangle(columns, dash))
            }
        }
    }
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
        // A corner dash is one pixel longer than the line width, so that no pixel of the perpendicular line is in two
        // dashes. A side too short for a gap is one dash, since its corners would look like four dots.
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

/// The pixels across two opposite lines, without repetition.
private struct SidePixels {
    let first: Range<Int>
    let last: Range<Int>

    init(outer: (Double, Double), inner: (Double, Double)) {
        let start = Int(outer.0.rounded(.down))
        let end = Int(outer.1.rounded(.up))
        let firstEnd = min(end, Int(inner.0.rounded(.up)))
        first = start..<max(start, firstEnd)
        last = min(max(first.upperBound, Int(inner.1.rounded(.down))), end)..<end
    }
}
