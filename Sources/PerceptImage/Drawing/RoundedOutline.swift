import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension DrawingCanvas {
    /// Draws the area between `outer` and the parallel `inner`, both with rounded corners: each pixel by the exact
    /// share of its area.
    ///
    /// - Parameters:
    ///   - inner: its radius is smaller by the width of the line; empty for none.
    ///   - radius: of the corners of `outer`, at most half of its shorter side.
    mutating func drawRoundedFrame(
        outer: BoundingBox, inner: BoundingBox, radius: Double, color: Color, opacity: Double = 1
    ) {
        guard !outer.isEmpty else { return }
        let radius = max(0, min(radius, outer.width / 2, outer.height / 2))
        let outerShape = RoundedRectangle(box: outer, radius: radius)
        let innerShape =
            inner.isEmpty
            ? nil : RoundedRectangle(box: inner, radius: max(0, radius - (inner.xMin - outer.xMin)))
        let (columns, rows) = (
            CornerPixels(outer.xMin, outer.xMax, radius), CornerPixels(outer.yMin, outer.yMax, radius)
        )
        for (columns, rows) in [
            (columns.first.lowerBound..<columns.last.upperBound, rows.between), (columns.between, rows.first),
            (columns.between, rows.last),
        ] {
            drawFrame(
                outer: outer, inner: inner, color: color, opacity: opacity, clip: PixelRectangle(columns, rows))
        }
        let whole = PixelRectangle(whole: size)
        withBlender(color) { blender in
            for row in [rows.first, rows.last].joined() where whole.rows.contains(row) {
                for (columns, isLeft) in [(columns.first, true), (columns.last, false)] {
                    let touched = outerShape.touchedColumns(row, columns, isLeft: isLeft, hollow: innerShape)
                    blender.blend(row, touched.clamped(to: whole.columns)) { column in
                        let share = outerShape.share(column, row) - (innerShape?.share(column, row) ?? 0)
                        return Self.coverage(share * opacity)
                    }
                }
            }
        }
    }
}

extension DrawingCanvas {
    /// Fills the notch between the rounded corners of a frame and a plate that touches it.
    mutating func squareCorners(of frame: OutlineFrame, _ asked: Double?, at plate: PixelRectangle, color: Color) {
        let outer = frame.outer
        let edges = outer.plateEdges
        let shape = RoundedRectangle(box: outer, radius: frame.radius(asked))
        let columns = CornerPixels(outer.xMin, outer.xMax, shape.radius)
        let rows = CornerPixels(outer.yMin, outer.yMax, shape.radius)
        var corners: [(columns: Range<Int>, rows: Range<Int>)] = []
        for (corner, isTouched) in [
            (rows.first, plate.rows.upperBound == edges.y), (rows.last, plate.y == edges.rows.upperBound),
        ] where isTouched {
            corners += [columns.first, columns.last].map { ($0.clamped(to: plate.columns), corner) }
        }
        for (corner, isTouched) in [
            (columns.first, plate.columns.upperBound == edges.x), (columns.last, plate.x == edges.columns.upperBound),
        ] where isTouched {
            corners += [rows.first, rows.last].map { (corner, $0.clamped(to: plate.rows)) }
        }
        let square = RoundedRectangle(box: outer, radius: 0)
        let whole = PixelRectangle(whole: size)
        withBlender(color) { blender in
            for corner in corners {
                for row in corner.rows.clamped(to: whole.rows) {
                    blender.blend(row, corner.columns.clamped(to: whole.columns)) { column in
                        shape.share(column, row) < 1 ? Self.coverage(square.share(column, row)) : 0
                    }
                }
            }
        }
    }
}

extension ColorBlender {
    /// Blends pixels of one row, each with its own coverage.
    fileprivate func blend(_ row: Int, _ columns: Range<Int>, coverage: (Int) -> UInt8) {
        let coverage = columns.map(coverage)
        blend(PixelRectangle(columns, row..<row + 1), coverage, coveragePerRow: coverage.count)
    }
}

/// The pixels along one axis that the corners of a rounded rectangle touch, and those between, without overlap.
private struct CornerPixels {
    let first: Range<Int>
    let between: Range<Int>
    let last: Range<Int>

    init(_ lower: Double, _ upper: Double, _ radius: Double) {
        let start = Int(lower.rounded(.down))
        let end = Int(upper.rounded(.up))
        let firstEnd = min(end, Int((lower + radius).rounded(.up)))
        let lastStart = max(firstEnd, Int((upper - radius).rounded(.down)))
        first = start..<max(start, firstEnd)
        between = first.upperBound..<max(first.upperBound, lastStart)
        last = between.upperBound..<max(between.upperBound, end)
    }
}

private struct RoundedRectangle {
    let box: BoundingBox
    let radius: Double

    /// Returns the share of a pixel that lies inside, 0…1.
    func share(_ column: Int, _ row: Int) -> Double {
        let x = (Double(column), Double(column + 1))
        let y = (Double(row), Double(row + 1))
        let width = min(x.1, box.xMax) - max(x.0, box.xMin)
        let height = min(y.1, box.yMax) - max(y.0, box.yMin)
        guard width > 0, height > 0 else { return 0 }
        // From the centre of each corner's circle outwards.
        let left = (box.xMin + radius - x.1, box.xMin + radius - x.0)
        let right = (x.0 - (box.xMax - radius), x.1 - (box.xMax - radius))
        let top = (box.yMin + radius - y.1, box.yMin + radius - y.0)
        let bottom = (y.0 - (box.yMax - radius), y.1 - (box.yMax - radius))
        return width * height - cut(left, top) - cut(right, top) - cut(left, bottom) - cut(right, bottom)
    }

    /// Returns the columns of the left or right corners whose pixels lie neither completely outside nor within
    /// `hollow`.
    func touchedColumns(_ row: Int, _ columns: Range<Int>, isLeft: Bool, hollow: RoundedRectangle?) -> Range<Int> {
        let (near, far) = verticalDistances(row)
        let reach = (radius * radius - near * near).squareRoot()
        guard reach.isFinite else { return columns.lowerBound..<columns.lowerBound }
        let hollowRadius = hollow?.radius ?? 0
        // Where both corners meet in a column, a pixel reaches less than one beyond each centre.
        let reachOfHollow = max(0, hollowRadius * hollowRadius - far * far).squareRoot()
        let isHollow = reachOfHollow >= 1
        let centre = isLeft ? box.xMin + radius : box.xMax - radius
        let first =
            isLeft
            ? Int((centre - reach).rounded(.down))
            : isHollow ? Int((centre + reachOfHollow).rounded(.down)) : columns.lowerBound
        let end =
            isLeft
            ? (isHollow ? Int((centre - reachOfHollow).rounded(.up)) : columns.upperBound)
            : Int((centre + reach).rounded(.up))
        let start = min(max(first, columns.lowerBound), columns.upperBound)
        return start..<min(max(end, start), columns.upperBound)
    }

    /// Returns the distances from the centre of the nearest circles to the near and far edge of a row.
    private func verticalDistances(_ row: Int) -> (near: Double, far: Double) {
        let (top, bottom) = (box.yMin + radius, box.yMax - radius)
        let above = (max(0, top - Double(row + 1)), max(0, top - Double(row)))
        let below = (max(0, Double(row) - bottom), max(0, Double(row + 1) - bottom))
        return (max(above.0, below.0), max(above.1, below.1))
    }

    /// Returns the area that a corner cuts off a pixel: the part beyond the circle's centre and outside the circle.
    private func cut(_ x: (Double, Double), _ y: (Double, Double)) -> Double {
        let (x0, x1) = (max(0, x.0), min(radius, x.1))
        let (y0, y1) = (max(0, y.0), min(radius, y.1))
        guard x0 < x1, y0 < y1 else { return 0 }
        return (x1 - x0) * (y1 - y0) - quadrantArea((x0, x1), (y0, y1))
    }

    /// Returns the area that a rectangle in the first quadrant shares with the circle around the origin: the integral
    /// of √(r² − x²) − y₀, clamped to 0…y₁ − y₀.
    private func quadrantArea(_ x: (Double, Double), _ y: (Double, Double)) -> Double {
        let square = radius * radius
        if x.1 * x.1 + y.1 * y.1 <= square { return (x.1 - x.0) * (y.1 - y.0) }
        if x.0 * x.0 + y.0 * y.0 >= square { return 0 }
        func antiderivative(_ x: Double) -> Double {
            (x * max(0, square - x * x).squareRoot() + square * asin(min(1, x / radius))) / 2
        }
        // Up to here the arc is above the rectangle, and from there on below it.
        let full = min(max(x.0, max(0, square - y.1 * y.1).squareRoot()), x.1)
        let none = min(max(full, max(0, square - y.0 * y.0).squareRoot()), x.1)
        return (full - x.0) * (y.1 - y.0) + antiderivative(none) - antiderivative(full) - (none - full) * y.0
    }
}
