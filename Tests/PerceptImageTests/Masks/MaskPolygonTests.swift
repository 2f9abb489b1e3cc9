import PerceptCore
import PerceptImage
import PerceptTestSupport
import Testing

@Suite("Boundaries of masks")
struct MaskPolygonTests {
    private static func points(_ ring: [MaskPolygon.Vertex]) -> [[Int]] { ring.map { [$0.x, $0.y] } }

    @Test("exteriors run clockwise from their upper left, holes the other way")
    func byHand() throws {
        let mask = try Mask(rows: [".....", ".###.", ".#.#.", ".###.", "....#"])
        let polygons = mask.polygons()
        #expect(polygons.count == 2)
        #expect(Self.points(polygons[0].exterior) == [[1, 1], [4, 1], [4, 4], [1, 4]])
        #expect(polygons[0].holes.map(Self.points) == [[[2, 2], [2, 3], [3, 3], [3, 2]]])
        #expect(Self.points(polygons[1].exterior) == [[4, 4], [5, 4], [5, 5], [4, 5]])
        #expect(try Mask(rows: ["...", "..."]).polygons().isEmpty)
    }

    @Test("an island in a hole is a separate part")
    func nested() throws {
        let mask = try Mask(rows: ["#####", "#...#", "#.#.#", "#...#", "#####"])
        let polygons = mask.polygons()
        #expect(polygons.map(\.holes.count) == [1, 0])
        #expect(try Mask(polygons: polygons, size: mask.size) == mask)
    }

    @Test("tracing and filling restores every mask", arguments: 0..<400 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let mask = try Mask.random(&random)
        let polygons = mask.polygons()
        #expect(try Mask(polygons: polygons, size: mask.size) == mask)
        #expect(polygons.count == mask.connectedComponents(.four).count)
        // Twice the enclosed area by the shoelace formula, exteriors positive and holes negative.
        let twiceArea = polygons.flatMap(\.rings).reduce(0) { sum, ring in
            zip(ring, ring.dropFirst() + ring.prefix(1)).reduce(sum) { $0 + $1.0.x * $1.1.y - $1.1.x * $1.0.y }
        }
        #expect(twiceArea == 2 * mask.area)
        for ring in polygons.flatMap(\.rings) {
            #expect(ring.count >= 4 && ring.count % 2 == 0)
            for (index, vertex) in ring.enumerated() {
                // Rows and columns alternate: there is a vertex only where the line turns.
                let (next, after) = (ring[(index + 1) % ring.count], ring[(index + 2) % ring.count])
                #expect((vertex.x == next.x) != (vertex.y == next.y))
                #expect((vertex.x == next.x) != (next.x == after.x))
            }
        }
    }

    @Test("lines of any slope: pixels with centres inside", arguments: 0..<100 as Range<UInt64>)
    func slopes(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let size = PixelSize(width: 15, height: 11)
        let ring = (0..<Int.random(in: 3...7, using: &random)).map { _ in
            MaskPolygon.Vertex(x: .random(in: 0...15, using: &random), y: .random(in: 0...11, using: &random))
        }
        let mask = try Mask(polygons: [MaskPolygon(exterior: ring)], size: size)
        for y in 0..<size.height {
            for x in 0..<size.width {
                // Lines left of or through the centre, by integer cross products (all coordinates doubled).
                let (cx, cy) = (2 * x + 1, 2 * y + 1)
                var crossings = 0
                for (a, b) in zip(ring, ring.dropFirst() + ring.prefix(1)) {
                    let (upper, lower) = a.y <= b.y ? (a, b) : (b, a)
                    guard 2 * upper.y < cy, cy < 2 * lower.y else { continue }
                    let side =
                        (2 * lower.x - 2 * upper.x) * (cy - 2 * upper.y) - (cx - 2 * upper.x)
                        * (2 * lower.y - 2 * upper.y)
                    if side <= 0 { crossings += 1 }
                }
                #expect(mask.members[y * size.width + x] == (crossings % 2 == 1))
            }
        }
    }

    @Test("vertices outside, invalid sizes and excessive polygons are rejected")
    func refusals() throws {
        let outside = MaskPolygon(exterior: [.init(x: 0, y: 0), .init(x: 3, y: 0), .init(x: 0, y: .max)])
        expectMediaError(.invalidArgument) {
            _ = try Mask(polygons: [outside], size: PixelSize(width: 3, height: 3))
        }
        for size in [PixelSize(width: 0, height: 3), PixelSize(width: -1, height: -1)] {
            expectMediaError(.invalidArgument) { _ = try Mask(polygons: [], size: size) }
        }
        for size in [PixelSize(width: .max, height: .max), PixelSize(width: 100_000, height: 100_000)] {
            expectMediaError(.limitExceeded) { _ = try Mask(polygons: [], size: size) }
        }
        let zigzag = MaskPolygon(exterior: (0..<100).map { .init(x: $0 % 3, y: $0 % 2 * 3) })
        expectMediaError(.limitExceeded) {
            _ = try Mask(
                polygons: [zigzag], size: PixelSize(width: 3, height: 3), limits: ResourceLimits(pixelCount: 100))
        }
        #expect(try Mask(polygons: [MaskPolygon(exterior: [])], size: PixelSize(width: 2, height: 2)).area == 0)
    }
}
