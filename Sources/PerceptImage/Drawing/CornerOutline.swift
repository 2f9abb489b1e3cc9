import PerceptCore

extension DrawingCanvas {
    /// Draws the corners of a frame; their arms end at whole pixels.
    mutating func drawCorners(_ frame: OutlineFrame, length: Double?, color: Color) {
        let asked =
            length.map { $0.isFinite ? $0 : 0 }
            ?? max(min(frame.outer.width, frame.outer.height) / 4, 4 * frame.lineWidth)
        let length = max(asked, 2 * frame.lineWidth)
        drawCorners(
            frame, CornerArms(frame.outer.xMin, frame.outer.xMax, length: length),
            CornerArms(frame.outer.yMin, frame.outer.yMax, length: length), color: color)
    }

    mutating func drawCorners(_ frame: OutlineFrame, _ columns: CornerArms, _ rows: CornerArms, color: Color) {
        for columns in [columns.first, columns.last] {
            for rows in [rows.first, rows.last] {
                drawFrame(
                    outer: frame.outer, inner: frame.inner, color: color, clip: PixelRectangle(columns, rows))
            }
        }
    }
}

/// The pixels along one axis covered by the arms of both corners, without repetition; all pixels if the arms meet.
struct CornerArms {
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
}

extension PixelRectangle {
    init(_ columns: Range<Int>, _ rows: Range<Int>) {
        self.init(x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
    }
}
