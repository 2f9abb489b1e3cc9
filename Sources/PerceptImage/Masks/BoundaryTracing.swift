/// Finds the rings along the sides of a mask's pixels.
///
/// A piece of the horizontal line between two rows is part of the boundary where exactly one of the pixels above and
/// below is in the mask. Each end of such a piece is a vertex with one horizontal and one vertical side. Where two
/// pixels touch only at a corner, there are two vertices at the same point, one per pixel. Rings are read off by
/// following horizontal and vertical sides alternately. The cost depends on the number of spans, not pixels.
struct BoundaryTracing {
    private struct Corner {
        let x: Int
        let y: Int
        /// True if the mask lies below the horizontal side.
        let isTop: Bool
        /// The vertices at the other ends of the two sides.
        var alongRow = 0
        var alongColumn = 0
    }

    private let components: SpanComponents
    private var corners: [Corner] = []

    init(_ runs: PixelRuns, size: (width: Int, height: Int)) {
        components = SpanComponents(runs, size: size, .four)
        // The upper ends, by column, of the vertical sides that reach the current line.
        var openColumns = [Int](repeating: 0, count: size.width + 1)
        for line in 0...size.height {
            addCorners(
                line: line, above: line > 0 ? spans(ofRow: line - 1) : [],
                below: line < size.height ? spans(ofRow: line) : [], &openColumns)
        }
    }

    private func spans(ofRow row: Int) -> ArraySlice<PixelSpans.Span> {
        components.spans[components.rowStarts[row]..<components.rowStarts[row + 1]]
    }

    /// Adds the corners of one line, at each column where one of the adjacent rows changes.
    private mutating func addCorners(
        line: Int, above: ArraySlice<PixelSpans.Span>, below: ArraySlice<PixelSpans.Span>, _ openColumns: inout [Int]
    ) {
        var (upper, lower) = (RowChanges(above), RowChanges(below))
        // The corner where the current piece began.
        var pending: Int?
        while let x = RowChanges.first(upper, lower) {
            // If two vertices share a point, one closes this side and the other opens a new one.
            let open = openColumns[x]
            let (wasAbove, wasBelow) = (upper.isInside, lower.isInside)
            let (changesAbove, changesBelow) = (upper.next == x, lower.next == x)
            if changesAbove { upper.advance() }
            if changesBelow { lower.advance() }
            let hasLeft = wasAbove != wasBelow
            let hasRight = upper.isInside != lower.isInside
            if changesAbove && changesBelow && !hasLeft { continue }
            // If both change, two pixels touch at a corner; the left piece continues upwards if the upper pixel is on
            // the left.
            let isLeftUp = changesAbove && (!changesBelow || wasAbove)
            if hasLeft, let start = pending {
                let corner = addCorner(x, line, isTop: wasBelow)
                corners[corner].alongRow = start
                corners[start].alongRow = corner
                connect(corner, upwards: isLeftUp, open: open, &openColumns)
                pending = nil
            }
            if hasRight {
                let corner = addCorner(x, line, isTop: lower.isInside)
                pending = corner
                connect(corner, upwards: hasLeft ? !isLeftUp : changesAbove, open: open, &openColumns)
            }
        }
    }

    private mutating func addCorner(_ x: Int, _ y: Int, isTop: Bool) -> Int {
        corners.append(Corner(x: x, y: y, isTop: isTop))
        return corners.count - 1
    }

    private mutating func connect(_ corner: Int, upwards: Bool, open: Int, _ openColumns: inout [Int]) {
        if upwards {
            corners[corner].alongColumn = open
            corners[open].alongColumn = corner
        } else {
            openColumns[corners[corner].x] = corner
        }
    }

    func polygons() -> [MaskPolygon] {
        var polygons = [MaskPolygon](repeating: MaskPolygon(exterior: []), count: components.count)
        var isVisited = [Bool](repeating: false, count: corners.count)
        for first in corners.indices where !isVisited[first] {
            // The first corner of a ring is its upper left; its horizontal side is a top side only for an exterior.
            var ring: [MaskPolygon.Vertex] = []
            var corner = first
            var goesAlongRow = corners[first].isTop
            repeat {
                isVisited[corner] = true
                ring.append(MaskPolygon.Vertex(x: corners[corner].x, y: corners[corner].y))
                corner = goesAlongRow ? corners[corner].alongRow : corners[corner].alongColumn
                goesAlongRow.toggle()
            } while corner != first
            let start = corners[first]
            if start.isTop {
                if let component = components.label(x: start.x, y: start.y) { polygons[component].exterior = ring }
            } else if let component = components.label(x: start.x, y: start.y - 1) {
                polygons[component].holes.append(ring)
            }
        }
        return polygons
    }
}

/// The columns of a row where the mask begins or ends.
private struct RowChanges {
    private let spans: ArraySlice<PixelSpans.Span>
    private var index: Int
    private(set) var isInside = false

    init(_ spans: ArraySlice<PixelSpans.Span>) {
        self.spans = spans
        index = spans.startIndex
    }

    var next: Int? {
        guard index < spans.endIndex else { return nil }
        return isInside ? spans[index].columns.upperBound : spans[index].columns.lowerBound
    }

    /// Returns the next change in either row.
    static func first(_ one: RowChanges, _ other: RowChanges) -> Int? {
        guard let first = one.next else { return other.next }
        return other.next.map { min(first, $0) } ?? first
    }

    mutating func advance() {
        if isInside { index += 1 }
        isInside.toggle()
    }
}
