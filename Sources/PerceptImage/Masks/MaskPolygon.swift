public import PerceptCore

/// One connected part of a mask as lines around it: its outer boundary and those of its holes.
///
/// Vertices are corners of pixels, not their centres: the pixel in column 3 of row 2 is the square from (3, 2) to (4, 3).
/// A ring is closed from its last vertex to its first. The area is inside by the even-odd rule.
public struct MaskPolygon: Sendable, Hashable {
    /// A corner of pixels: 0…width to the right, 0…height downwards.
    public struct Vertex: Sendable, Hashable {
        public var x: Int
        public var y: Int

        public init(x: Int, y: Int) {
            self.x = x
            self.y = y
        }
    }

    /// The boundary around the part.
    public var exterior: [Vertex]
    /// The boundaries around what is missing in it.
    public var holes: [[Vertex]]

    public init(exterior: [Vertex], holes: [[Vertex]] = []) {
        self.exterior = exterior
        self.holes = holes
    }

    /// All rings, the exterior first.
    public var rings: [[Vertex]] { [exterior] + holes }
}

extension Mask {
    /// The boundaries of the mask: a polygon for each part whose pixels share sides, by their first pixels in raster order.
    ///
    /// Lines run along the sides of pixels, and a vertex stands wherever they turn; so ``init(polygons:size:limits:)`` makes
    /// exactly the same mask of them. An exterior begins at its upper left corner and runs clockwise on the screen, holes run
    /// the other way. Two pixels that share a corner alone are of two parts, whose rings touch there; holes that share a
    /// corner alone are one ring that touches itself.
    public func polygons() -> [MaskPolygon] {
        BoundaryTracing(runs, size: (size.width, size.height)).polygons()
    }

    /// The mask of the pixels whose centres lie inside polygons.
    ///
    /// Inside is decided by the even-odd rule, for each polygon by itself; the mask has the pixels of all of them. A centre on
    /// a line counts as right of it. All is computed in whole numbers.
    ///
    /// - Parameters:
    ///   - polygons: their vertices lie within 0…width and 0…height; lines may have any slope.
    ///   - size: of the mask.
    ///   - limits: what it may not exceed.
    /// - Throws: `MediaError` `.invalidArgument` for a vertex outside of the image, or a side that is not positive;
    ///   `.limitExceeded`; `.cancelled`.
    public init(
        polygons: [MaskPolygon], size: PixelSize, limits: ResourceLimits = .default
    ) throws(MediaError) {
        try Self.check(size, limits)
        var runs = PixelRuns()
        for polygon in polygons {
            try MediaError.checkCancellation()
            let part = try PolygonFilling(polygon.rings, size: size, limits).runs()
            runs = runs.isEmpty ? part : runs.combined(with: part) { $0 || $1 }
        }
        self.init(runs, size: size)
    }

    /// - Throws: `MediaError` `.invalidArgument` for a side that is not positive, `.limitExceeded` for too many pixels.
    static func check(_ size: PixelSize, _ limits: ResourceLimits) throws(MediaError) {
        guard size.width > 0, size.height > 0 else {
            throw MediaError(.invalidArgument, problem: "a mask cannot be of \(size) pixels")
        }
        // Beyond 32 bits the products of coordinates would not fit either.
        guard size.pixelCount <= min(limits.pixelCount, Int(UInt32.max)) else {
            throw MediaError(
                .limitExceeded, problem: "a \(size) mask has more than \(limits.pixelCount) pixels",
                remedy: "raise the limit (pixelCount)")
        }
    }
}

/// The pixels whose centres lie inside rings, by the even-odd rule.
private struct PolygonFilling {
    private var crossings: [(row: Int, column: Int)] = []
    private let size: PixelSize

    init(_ rings: [[MaskPolygon.Vertex]], size: PixelSize, _ limits: ResourceLimits) throws(MediaError) {
        self.size = size
        for ring in rings {
            for vertex in ring where !((0...size.width).contains(vertex.x) && (0...size.height).contains(vertex.y)) {
                throw MediaError(
                    .invalidArgument, problem: "the vertex (\(vertex.x), \(vertex.y)) is outside of a \(size) mask",
                    remedy: "clip the polygon to the image")
            }
            guard var previous = ring.last else { continue }
            for vertex in ring {
                guard crossings.count + abs(vertex.y - previous.y) <= limits.pixelCount else {
                    throw MediaError(
                        .limitExceeded,
                        problem: "the lines of a polygon cross more than \(limits.pixelCount) rows in all",
                        remedy: "raise the limit (pixelCount)")
                }
                addCrossings(from: previous, to: vertex)
                previous = vertex
            }
        }
        crossings.sort { ($0.row, $0.column) < ($1.row, $1.column) }
    }

    /// A line crosses the centres of the rows `upper.y ..< lower.y`; of each, the first column whose centre is not left of it.
    private mutating func addCrossings(from start: MaskPolygon.Vertex, to end: MaskPolygon.Vertex) {
        let (upper, lower) = start.y <= end.y ? (start, end) : (end, start)
        let height = lower.y - upper.y
        for row in upper.y..<lower.y {
            // The line is at x = upper.x + (row + ½ − upper.y) · (lower.x − upper.x) / height there, and the column is the
            // least one with column + ½ ≥ x: ⌈x − ½⌉, with all of it multiplied by 2 · height.
            let numerator =
                2 * height * upper.x + (2 * (row - upper.y) + 1) * (lower.x - upper.x) - height
            let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: 2 * height)
            crossings.append((row, quotient + (remainder > 0 ? 1 : 0)))
        }
    }

    func runs() -> PixelRuns {
        var runs = PixelRuns()
        // Each row is crossed an even number of times, since rings are closed.
        for index in stride(from: 0, to: crossings.count - 1, by: 2) {
            let start = crossings[index].row * size.width
            runs.append(start + crossings[index].column..<start + crossings[index + 1].column)
        }
        return runs
    }
}
