import PerceptCore

/// Where the line around a box runs, in whole and parts of pixels.
struct OutlineFrame {
    let outer: BoundingBox
    /// Empty where there is no room inside of the line.
    let inner: BoundingBox
    let lineWidth: Double

    /// The middle of the line.
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

    /// Covers what is inside of an outline up to the middle of its line.
    ///
    /// The line is drawn over it: whole pixels of the line hide where the colour ends, so that the two together cover each pixel by
    /// its exact share.
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
    /// Of the outer edge's corners.
    func radius(_ asked: Double?) -> Double {
        let asked = asked.map { $0.isFinite ? max(0, $0) : 0 } ?? 4 * lineWidth
        return max(0, min(asked, outer.width / 2, outer.height / 2))
    }
}

extension BoundingBox {
    static let nothing = BoundingBox(xMin: 0, yMin: 0, xMax: 0, yMax: 0)
}
