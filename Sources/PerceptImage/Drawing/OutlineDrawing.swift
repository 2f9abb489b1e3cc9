import PerceptCore

/// The line around a box, in fractional pixels.
struct OutlineFrame {
    let outer: BoundingBox
    /// The inner edge; empty if there is no room inside the line.
    let inner: BoundingBox
    let lineWidth: Double

    /// The box along the middle of the line.
    var middle: BoundingBox {
        BoundingBox(
            xMin: outer.xMin + lineWidth / 2, yMin: outer.yMin + lineWidth / 2, xMax: outer.xMax - lineWidth / 2,
            yMax: outer.yMax - lineWidth / 2)
    }
}

extension DrawingCanvas {
    mutating func draw(_ outline: BoxOutline, _ frame: OutlineFrame, color: Color) {
        switch outline {
        case .none: break
        case .rectangle: drawFrame(outer: frame.outer, inner: frame.inner, color: color)
        case .rounded(let radius):
            drawRoundedFrame(
                outer: frame.outer, inner: frame.inner, radius: frame.radius(radius), color: color)
        case .corners(let length): drawCorners(frame, length: length, color: color)
        case .dashed(let dash, let gap): drawDashes(frame, dash: dash, gap: gap, color: color)
        }
    }

    /// Fills the inside of an outline up to the middle of its line.
    ///
    /// The line is drawn over it: its whole pixels hide the edge of the fill, so that line and fill cover each pixel
    /// exactly.
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

extension OutlineFrame {
    /// Returns the radius of the outer corners.
    func radius(_ asked: Double?) -> Double {
        let asked = asked.map { $0.isFinite ? max(0, $0) : 0 } ?? 4 * lineWidth
        return max(0, min(asked, outer.width / 2, outer.height / 2))
    }
}

extension BoundingBox {
    static let nothing = BoundingBox(xMin: 0, yMin: 0, xMax: 0, yMax: 0)
}
