import Foundation
import Percept
import PerceptCore
import PerceptTestSupport
import Testing

@Suite("Filters of boxes and masks")
struct FilteringTests {
    private static func box(
        _ label: String, _ score: Double?, _ x: Double, _ y: Double, _ width: Double, _ height: Double
    ) -> Detection {
        Detection(label: label, score: score, box: BoundingBox(xMin: x, yMin: y, xMax: x + width, yMax: y + height))
    }

    /// Squares of side ten: the second shares 80 of 120 with the first (2/3), the third 50 of 150 (1/3).
    private static let squares = Results([
        box("a", 0.7, 2, 0, 10, 10), box("a", 0.9, 0, 0, 10, 10), box("b", 0.8, 5, 0, 10, 10),
        box("a", nil, 0, 0, 10, 10),
        box("a", 0.3, 50, 50, 4, 4),
    ])

    @Test func thresholdsAndLabels() {
        let all = Self.squares
        #expect(all.map(\.index) == [0, 1, 2, 3, 4])
        #expect(all.thresholded(at: 0.7).map(\.index) == [0, 1, 2, 3])
        #expect(all.thresholded(at: 0.75, labels: ["a": 0.2]).map(\.index) == [0, 1, 2, 3, 4])
        #expect(all.thresholded(labels: ["b": 0.81]).map(\.index) == [0, 1, 3, 4])
        #expect(all.keeping(labels: ["b", "x"]).map(\.index) == [2])
        #expect(all.dropping(labels: ["a"]).map(\.index) == [2])
        #expect(all.ranked().map(\.index) == [1, 2, 0, 4, 3])
        #expect(all.top(2).map(\.index) == [1, 2])
        #expect(all.top(-1).isEmpty && all.top(99).count == 5)
        #expect(all.thresholded(at: 0.5).dropping(labels: ["b"]).top(1).map(\.index) == [1])
    }

    @Test func overlaps() {
        let (first, second) = (Self.box("", 1, 0, 0, 10, 10), Self.box("", 1, 5, 5, 5, 5))
        #expect(first.overlap(with: second).ratio(.intersectionOverUnion) == 0.25)
        #expect(first.overlap(with: second).ratio(.intersectionOverSmaller) == 1)
        #expect(first.overlap(with: Self.box("", 1, 10, 0, 5, 5)).ratio(.intersectionOverUnion) == 0)
        for odd in [
            Self.box("", 1, 3, 3, 0, 4), Self.box("", 1, 3, 3, -2, -2), Self.box("", 1, .nan, 0, 5, 5),
            Self.box("", 1, 0, 0, .infinity, 5),
        ] {
            for measure in Overlap.Measure.allCases {
                #expect(first.overlap(with: odd).ratio(measure) == 0)
                #expect(odd.overlap(with: odd).ratio(measure) == 0)
            }
        }
    }

    @Test func suppression() {
        // Index 3 has no score and comes last; it equals the best one.
        #expect(Self.squares.suppressed(above: 0.5).map(\.index) == [1, 2, 4])
        #expect(Self.squares.suppressed(above: 0.7).map(\.index) == [1, 2, 0, 4])
        #expect(Self.squares.suppressed(above: 0.3, acrossLabels: true).map(\.index) == [1, 4])
        // An overlap equal to the threshold does not suppress.
        #expect(Self.squares.suppressed(above: 80.0 / 120).map(\.index) == [1, 2, 0, 4])
        #expect(Self.squares.suppressed(above: 1).map(\.index) == [1, 2, 0, 4, 3])
        let parts = Results([Self.box("a", 0.9, 0, 0, 10, 10), Self.box("a", 0.8, 1, 1, 2, 2)])
        #expect(parts.suppressed(above: 0.5).count == 2)
        #expect(parts.suppressed(above: 0.5, measure: .intersectionOverSmaller).count == 1)
    }

    /// The textbook algorithm over a table of overlaps.
    @Test(arguments: 0..<30 as Range<UInt64>)
    func suppressionAsBruteForce(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let boxes = (0..<40).map { _ in
            Self.box(
                ["a", "b"][.random(in: 0...1, using: &random)], Double(Int.random(in: 0...9, using: &random)) / 9,
                .random(in: 0..<30, using: &random), .random(in: 0..<30, using: &random),
                .random(in: 1..<20, using: &random), .random(in: 1..<20, using: &random))
        }
        for acrossLabels in [false, true] {
            var rest = boxes.indices.sorted { first, second in
                (boxes[first].score ?? 0, -first) > (boxes[second].score ?? 0, -second)
            }
            var expected: [Int] = []
            while let best = rest.first {
                expected.append(best)
                rest.removeAll { other in
                    let (a, b) = (boxes[best].box, boxes[other].box)
                    let across = min(a.xMax, b.xMax) - max(a.xMin, b.xMin)
                    let down = min(a.yMax, b.yMax) - max(a.yMin, b.yMin)
                    let shared = across > 0 && down > 0 ? across * down : 0
                    let isSame = acrossLabels || boxes[best].label == boxes[other].label
                    return other == best || isSame && shared / (a.area + b.area - shared) > 0.4
                }
            }
            #expect(Results(boxes).suppressed(above: 0.4, acrossLabels: acrossLabels).map(\.index) == expected)
        }
    }

    /// The textbook algorithm: repeatedly the best of the rest.
    @Test(arguments: 0..<30 as Range<UInt64>)
    func softSuppressionAsBruteForce(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let boxes = (0..<40).map { _ in
            Self.box(
                ["a", "b"][.random(in: 0...1, using: &random)], .random(in: 0..<1, using: &random),
                .random(in: 0..<30, using: &random), .random(in: 0..<30, using: &random),
                .random(in: 1..<20, using: &random), .random(in: 1..<20, using: &random))
        }
        for acrossLabels in [false, true] {
            var rest = boxes.enumerated().map { (index: $0, score: $1.score ?? 0) }
            var expected: [(index: Int, score: Double)] = []
            while let best = rest.max(by: { $0.score < $1.score }), best.score >= 0.05 {
                expected.append(best)
                rest = rest.filter { $0.index != best.index }.map { other in
                    let (a, b) = (boxes[best.index], boxes[other.index])
                    let ratio = a.overlap(with: b).ratio(.intersectionOverUnion)
                    return acrossLabels || a.label == b.label
                        ? (other.index, other.score * exp(-ratio * ratio / 0.3)) : other
                }
            }
            let found = Results(boxes).softlySuppressed(
                .gaussian(sigma: 0.3), minimumScore: 0.05, acrossLabels: acrossLabels)
            #expect(found.map(\.index) == expected.map(\.index))
            #expect(
                zip(found, expected).allSatisfy { found, expected in
                    found.result.score.map { abs($0 - expected.score) < 1e-12 } ?? false
                })
        }
    }

    @Test func softSuppression() throws {
        // 0.7 · (1 − 2/3) = 0.2333, after 0.3; the other label is unaffected.
        let linear = Self.squares.softlySuppressed(.linear(threshold: 0.5))
        #expect(linear.map(\.index) == [1, 2, 4, 0, 3])
        #expect(abs(try #require(linear[3].result.score) - 0.7 / 3) < 1e-12)
        #expect(linear[1].result.score == 0.8 && linear[4].result.score == nil)
        #expect(
            Self.squares.softlySuppressed(.linear(threshold: 0.5), minimumScore: 0.25).map(\.index) == [1, 2, 4, 3])
        // exp(−(2/3)² / 0.5) = exp(−8/9) = 0.41111.
        let gaussian = Self.squares.softlySuppressed(.gaussian(sigma: 0.5))
        #expect(gaussian.map(\.index) == [1, 2, 4, 0, 3])
        #expect(abs(try #require(gaussian[3].result.score) - 0.7 * 0.411_112_290_507) < 1e-9)
        // Across labels: index 2 by exp(−(1/3)²/½) from index 1; index 0 from both (70 of 130 shared with index 2).
        let all = Self.squares.softlySuppressed(.gaussian(sigma: 0.5), acrossLabels: true)
        let second = 0.8 * exp(-2.0 / 9)
        let third = 0.7 * exp(-8.0 / 9) * exp(-2 * (7.0 / 13) * (7.0 / 13))
        #expect(all.map(\.index) == [1, 2, 4, 0, 3])
        #expect(abs(try #require(all[1].result.score) - second) < 1e-12)
        #expect(abs(try #require(all[3].result.score) - third) < 1e-12)
        #expect(Self.squares.softlySuppressed(.gaussian(sigma: 0)).map(\.index) == [1, 2, 0, 4, 3])
    }

    @Test func merging() {
        let merged = Self.squares.merged(above: 0.5)
        #expect(merged.map(\.index) == [1, 2, 4])
        #expect(merged[0].result == Self.box("a", 0.9, 0, 0, 12, 10))
        // A chain, each overlapping the next: the third shares nothing with the first.
        let chain = Results((0..<3).map { Self.box("a", 0.9, Double($0) * 6, 0, 10, 10) })
        #expect(chain.merged(above: 0.2).map(\.result.box.xMax) == [16, 22])
        let tiles = Results([Self.box("a", 0.5, 0, 0, 10, 10), Self.box("b", 0.4, 8, 0, 3, 10)])
        #expect(tiles.merged(above: 0.5, measure: .intersectionOverSmaller).count == 2)
        let whole = tiles.merged(above: 0.5, measure: .intersectionOverSmaller, acrossLabels: true)
        #expect(whole.map(\.result) == [Self.box("a", 0.5, 0, 0, 11, 10)])
    }

    /// Two boxes that share exactly half: an overlap equal to the limit neither suppresses nor merges, and the least
    /// step below the limit does both.
    @Test func anOverlapEqualToTheLimitIsNotAboveIt() {
        let halves = Results([Self.box("a", 0.9, 0, 0, 2, 1), Self.box("a", 0.8, 0, 0, 1, 1)])
        #expect(halves.merged(above: 0.5).map(\.index) == [0, 1])
        #expect(halves.merged(above: 0.5.nextDown).map(\.index) == [0])
        #expect(halves.suppressed(above: 0.5).map(\.index) == [0, 1])
        #expect(halves.suppressed(above: 0.5.nextDown).map(\.index) == [0])
    }

    /// Linear decay begins at the threshold itself.
    @Test func linearDecayIncludesItsThreshold() {
        let halves = Results([Self.box("a", 0.9, 0, 0, 2, 1), Self.box("a", 0.8, 0, 0, 1, 1)])
        #expect(halves.softlySuppressed(.linear(threshold: 0.5)).map(\.result.score) == [0.9, 0.4])
        #expect(halves.softlySuppressed(.linear(threshold: 0.5.nextUp)).map(\.result.score) == [0.9, 0.8])
    }

    /// Among equal scores the earlier result wins, also among lowered scores; a score equal to the
    /// minimum is kept.
    @Test func softSuppressionBreaksTiesByOrder() {
        let equal = Results((0..<3).map { _ in Self.box("a", 0.8, 0, 0, 2, 1) })
        let kept = equal.softlySuppressed(.linear(threshold: 0.5), minimumScore: 0.1)
        #expect(kept.map(\.index) == [0] && kept.first?.result.score == 0.8)
        let pairs = Results([
            Self.box("a", 0.9, 0, 0, 2, 1), Self.box("a", 0.8, 0, 0, 1, 1), Self.box("a", 0.8, 1, 0, 1, 1),
        ])
        let lowered = pairs.softlySuppressed(.linear(threshold: 0.5), minimumScore: 0.4)
        #expect(lowered.map(\.index) == [0, 1, 2] && lowered.map(\.result.score) == [0.9, 0.4, 0.4])
        let cut = pairs.softlySuppressed(.linear(threshold: 0.5), minimumScore: 0.4.nextUp)
        #expect(cut.map(\.index) == [0])
    }

    @Test func masks() throws {
        let segments = try [
            Segment("a", score: 0.5, rows: ["##..", "##.."]), Segment("a", score: 0.9, rows: ["###.", "###."]),
            Segment("a", score: 0.8, rows: ["...#", "...#"]), Segment("a", score: 0.7, rows: ["#"]),
        ]
        let all = Results(segments)
        #expect(segments[0].overlap(with: segments[1]).ratio(.intersectionOverUnion) == 4.0 / 6)
        #expect(all.suppressed(above: 0.6).map(\.index) == [1, 2, 3])
        #expect(all.softlySuppressed(.linear(threshold: 0.5)).map(\.index) == [1, 2, 3, 0])
        // A mask of another size is not merged.
        let merged = all.merged(above: 0.6)
        #expect(merged.map(\.index) == [1, 2, 3] && merged[0].result.mask == segments[1].mask)
        let parts = Results([segments[0], try Segment("a", score: 0.9, rows: [".##.", ".#.."])])
        // Two of five pixels.
        let union = parts.merged(above: 0.39)
        #expect(try union.map(\.result.mask) == [Segment("", rows: ["###.", "##.."]).mask])
        #expect(union.map(\.index) == [1])
    }

    @Test func emptyLists() {
        let none = Results([Detection]())
        #expect(none.suppressed(above: 0.5).isEmpty && none.softlySuppressed(.gaussian(sigma: 1)).isEmpty)
        #expect(none.merged(above: 0.5).isEmpty && none.top(3).isEmpty && none.thresholded(at: 1).isEmpty)
    }
}
