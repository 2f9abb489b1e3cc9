import PerceptCore
import PerceptImage
import PerceptTestSupport
import Testing

@Suite("Masks as sets of pixels")
struct MaskCombiningTests {
    @Test("set operations equal those on single pixels", arguments: 0..<200 as Range<UInt64>)
    func sets(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let first = try Mask.random(&random)
        let second = try Mask.random(&random, size: first.size)
        let pairs = Array(zip(first.members, second.members))
        #expect(try first.union(second).members == pairs.map { $0 || $1 })
        #expect(try first.intersection(second).members == pairs.map { $0 && $1 })
        #expect(try first.subtracting(second).members == pairs.map { $0 && !$1 })
        let (shared, either) = (pairs.count { $0 && $1 }, pairs.count { $0 || $1 })
        #expect(try first.intersectionArea(with: second) == shared)
        #expect(try first.intersectionOverUnion(with: second) == (either == 0 ? 0 : Double(shared) / Double(either)))
        let disjoint = try Mask.disjoint([first, second, first])
        #expect(disjoint[0].members == first.members)
        #expect(disjoint[1].members == pairs.map { !$0 && $1 })
        #expect(disjoint[2].area == 0)
    }

    /// Two 10×10 squares that share a quarter: 25 of 175.
    @Test func squares() throws {
        let size = PixelSize(width: 20, height: 20)
        func square(_ start: Int) throws -> Mask {
            try Mask(
                size: size,
                pixels: (0..<400).map {
                    (start..<start + 10).contains($0 % 20) && (start..<start + 10).contains($0 / 20) ? 255 : 0
                })
        }
        #expect(try square(0).intersectionOverUnion(with: square(5)) == 25.0 / 175)
        #expect(try square(0).intersectionOverUnion(with: square(0)) == 1)
        #expect(try square(0).intersectionOverUnion(with: square(10)) == 0)
    }

    @Test("each mask's threshold applies, and results are 0 and 255")
    func thresholds() throws {
        let size = PixelSize(width: 3, height: 1)
        let first = try Mask(size: size, pixels: [10, 20, 30], threshold: 20)
        let second = try Mask(size: size, pixels: [10, 20, 30], threshold: 30)
        #expect(try first.subtracting(second).pixels == [0, 255, 0])
    }

    @Test("masks of different sizes are rejected")
    func sizes() throws {
        let first = try Mask(size: PixelSize(width: 2, height: 3), pixels: [0, 0, 0, 0, 0, 0])
        let second = try Mask(size: PixelSize(width: 3, height: 2), pixels: [0, 0, 0, 0, 0, 0])
        expectMediaError(.invalidArgument) { _ = try first.union(second) }
        expectMediaError(.invalidArgument) { _ = try first.intersection(second) }
        expectMediaError(.invalidArgument) { _ = try first.subtracting(second) }
        expectMediaError(.invalidArgument) { _ = try first.intersectionOverUnion(with: second) }
        expectMediaError(.invalidArgument) { _ = try Mask.disjoint([first, second]) }
    }
}
