import Percept
import PerceptCore
import PerceptImage
import Testing

@Suite("Combined filters")
struct ResultFilterTests {
    private static func box(_ label: String, _ score: Double?, _ x: Double, _ width: Double = 10) -> Detection {
        Detection(label: label, score: score, box: BoundingBox(xMin: x, yMin: 0, xMax: x + width, yMax: 10))
    }

    /// 1 overlaps 0 by 80 of 120, 2 overlaps both but has another label, 3 lies within 0, 5 has no score.
    private static let found = [
        box("a", 0.9, 0), box("a", 0.8, 2), box("b", 0.7, 1), box("a", 0.6, 0, 4), box("c", 0.2, 50), box("c", nil, 80),
    ]

    private static func indices(_ filter: ResultFilter) -> [Int] { filter.apply(to: found).map(\.index) }

    @Test("the default filter keeps everything in order")
    func nothing() {
        #expect(Self.indices(ResultFilter()) == [0, 1, 2, 3, 4, 5])
        #expect(ResultFilter().leastThreshold == nil)
    }

    @Test("each filter by itself")
    func single() {
        #expect(Self.indices(ResultFilter(threshold: 0.7)) == [0, 1, 2, 5])
        #expect(Self.indices(ResultFilter(threshold: 0.7, labelThresholds: ["c": 0.1, "a": 0.85])) == [0, 2, 4, 5])
        #expect(Self.indices(ResultFilter(keptLabels: ["b", "c"])) == [2, 4, 5])
        #expect(Self.indices(ResultFilter(droppedLabels: ["a"])) == [2, 4, 5])
        #expect(Self.indices(ResultFilter(suppression: .hard(overlap: 0.5))) == [0, 2, 3, 4, 5])
        #expect(Self.indices(ResultFilter(suppression: .hard(overlap: 0.5), acrossLabels: true)) == [0, 3, 4, 5])
        #expect(
            Self.indices(ResultFilter(suppression: .hard(overlap: 0.5), measure: .intersectionOverSmaller))
                == [0, 2, 4, 5])
        #expect(Self.indices(ResultFilter(count: 2)) == [0, 1])
    }

    /// Soft-NMS by hand: 0 lowers 1 (overlap 2/3) and 3 (0.4), which is the next of its label and lowers 1 again (1/6):
    /// 0.8 · exp(−(2/3)² / 0.5) · exp(−(1/6)² / 0.5), and 0.6 · exp(−0.4² / 0.5), computed with Python.
    @Test("scores are lowered, and results are ranked by them")
    func soft() throws {
        let kept = ResultFilter(suppression: .soft(.gaussian(sigma: 0.5))).apply(to: Self.found)
        let scores = Dictionary(uniqueKeysWithValues: kept.map { ($0.index, $0.result.score ?? -1) })
        #expect(scores[0] == 0.9 && scores[2] == 0.7 && scores[4] == 0.2 && scores[5] == -1)
        #expect(abs(try #require(scores[1]) - 0.3111164511913783) < 1e-12)
        #expect(abs(try #require(scores[3]) - 0.4356894222442145) < 1e-12)
        #expect(kept.map(\.index) == [0, 2, 3, 1, 4, 5])
    }

    @Test("merging comes after the label filters and before the count")
    func order() {
        let kept = ResultFilter(keptLabels: ["a"], mergingOverlap: 0.5, count: 1).apply(to: Self.found)
        #expect(kept.map(\.index) == [0])
        #expect(kept.first?.result.box == BoundingBox(xMin: 0, yMin: 0, xMax: 12, yMax: 10))
    }

    @Test("the lowest of all thresholds is requested if there is a general one")
    func leastThreshold() {
        #expect(ResultFilter(threshold: 0.5, labelThresholds: ["a": 0.3, "b": 0.8]).leastThreshold == 0.3)
        #expect(ResultFilter(threshold: 0.5, labelThresholds: ["b": 0.8]).leastThreshold == 0.5)
        #expect(ResultFilter(labelThresholds: ["a": 0.3]).leastThreshold == nil)
    }
}
