public import PerceptCore

/// A connected part of a mask as outlines: its outer boundary and the boundaries of its holes.
///
/// Vertices are pixel corners, not centres: the pixel in column 3 of row 2 is the square from (3, 2) to (4, 3). A ring
/// closes from its last vertex to its first. The inside is determined by the even-odd rule.
public struct MaskPolygon: Sendable, Hashable {
    /// A pixel corner: 0…width to the right, 0…height downwards.
    public struct Vertex: Sendable, Hashable {
        /// The distance from the left edge, in pixels.
        public var x: Int
        /// The distance from the top edge, in pixels.
        public var y: Int

        /// Creates a vertex.
        public init(x: Int, y: Int) {
            self.x = x
            self.y = y
        }
    }

    /// The outer boundary.
    public var exterior: [Vertex]
    /// The boundaries of the holes.
    public var holes: [[Vertex]]

    /// Creates a polygon.
    public init(exterior: [Vertex], holes: [[Vertex]] = []) {
        self.exterior = exterior
        self.holes = holes
    }

    /// All rings, exterior first.
    public var rings: [[Vertex]] { [exterior] + holes }
}

extension Mask {
    /// Returns the boundaries of the mask: one polygon per 4-connected part, ordered by their first pixels in raster
    /// order.
    ///
    /// Lines follow pixel sides, with a vertex at each turn, so ``init(polygons:size:limits:)`` restores exactly the
    /// same mask. An exterior starts at its upper left corner and runs clockwise on screen; holes run the other way.
    /// Pixels that share only a corner belong to different parts with touching rings; holes that share only a corner
    /// form one ring that touches itself.
    public func polygons() -> [MaskPolygon] {
        BoundaryTracing(runs, size: (size.width, size.height)).polygons()
    }

    /// Creates a mask of the pixels with centres inside any of the polygons.
    ///
    /// The inside of each polygon is determined by the even-odd rule. A centre on a line counts as to the right of it.
    /// Computed in integers.
    ///
    /// - Parameters:
    ///   - polygons: Polygons with vertices within 0…width and 0…height; lines may have any slope.
    ///   - size: The size of the mask.
    ///   - limits: The resource limits.
    /// - Throws: `MediaError` `.invalidArgument` for a vertex outside the image or a side that is not positive;
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

    /// Checks the size of a mask.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for a side that is not positive, `.limitExceeded` for too many pixels.
    static func check(_ size: PixelSize, _ limits: ResourceLimits) throws(MediaError) {
        guard size.width > 0, size.height > 0 else {
            throw MediaError(.invalidArgument, problem: "invalid mask size: \(size) pixels")
        }
        // Above 32 bits, products of coordinates would overflow.
        guard size.pixelCount <= min(limits.pixelCount, Int(UInt32.max)) else {
            throw .exceeded(
                .pixelCount, limits.pixelCount, problem: "a \(size) mask has more than \(limits.pixelCount) pixels")
        }
    }
}

/// The pixels with centres inside rings, by the even-odd rule.
private struct PolygonFilling {
    private var crossings: [(row: Int, column: Int)] = []
    private let size: PixelSize

    init(_ rings: [[MaskPolygon.Vertex]], size: PixelSize, _ limits: ResourceLimits) throws(MediaError) {
        self.size = size
        for ring in rings {
            for vertex in ring where !((0...size.width).contains(vertex.x) && (0...size.height).contains(vertex.y)) {
                throw MediaError(
                    .invalidArgument, problem: "the vertex (\(vertex.x), \(vertex.y)) is outside the mask (\(size))",
                    remedy: "clip the polygon to the image")
            }
            guard var previous = ring.last else { continue }
            for vertex in ring {
                guard crossings.count + abs(vertex.y - previous.y) <= limits.pixelCount else {
                    throw MediaError.exceeded(
                        .pixelCount, limits.pixelCount,
                        problem: "the edges of a polygon cross more than \(limits.pixelCount) rows in total")
                }
                addCrossings(from: previous, to: vertex)
                previous = vertex
            }
        }
        crossings.sort { ($0.row, $0.column) < ($1.row, $1.column) }
    }

    /// Adds, for each row `upper.y ..< lower.y`, the first column with a centre that is not left of the line.
    private mutating func addCrossings(from start: MaskPolygon.Vertex, to end: MaskPolygon.Vertex) {
        let (upper, lower) = start.y <= end.y ? (start, end) : (end, start)
        let height = lower.y - upper.y
        for row in upper.y..<lower.y {
            // The line is at x = upper.x + (row + ½ − upper.y) · (lower.x − upper.x) / height. The column is the
            // smallest with column + ½ ≥ x, so ⌈x − ½⌉; both sides are multiplied by 2 · height.
            let numerator =
                2 * height * upper.x + (2 * (row - upper.y) + 1) * (lower.x - upper.x) - height
            let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: 2 * height)
            crossings.append((row, quotient + (remainder > 0 ? 1 : 0)))
        }
    }

    func runs() -> PixelRuns {
        var runs = PixelRuns()
        // Closed rings cross each row an even number of times.
        for index in stride(from: 0, to: crossings.count - 1, by: 2) {
            let start = crossings[index].row * size.width
            runs.append(start + crossings[index].column..<start + crossings[index + 1].column)
        }
        return runs
    }
}
