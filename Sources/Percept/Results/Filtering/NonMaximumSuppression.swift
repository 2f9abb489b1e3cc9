import Foundation
import PerceptCore

/// How soft non-maximum suppression lowers the score of a result that overlaps a better one (Bodla, Singh, Chellappa and
/// Davis, "Soft-NMS: improving object detection with one line of code", 2017).
public enum ScoreDecay: Sendable, Hashable {
    /// By 1 − overlap, where the overlap is at least the threshold.
    case linear(threshold: Double)
    /// By exp(−overlap² / sigma), whatever the overlap; the paper takes 0.5. A sigma that is not positive lowers nothing.
    case gaussian(sigma: Double)

    func factor(_ overlap: Double) -> Double {
        switch self {
        case .linear(let threshold): overlap >= threshold ? 1 - overlap : 1
        case .gaussian(let sigma): sigma > 0 ? exp(-overlap * overlap / sigma) : 1
        }
    }
}

extension Array {
    /// Non-maximum suppression: ranked, without those that overlap a better one that was kept by more than `overlap`.
    ///
    /// - Parameters:
    ///   - overlap: 0…1; as in torchvision, more than it suppresses, not as much.
    ///   - measure: of the overlap.
    ///   - acrossLabels: whether results of different labels suppress each other.
    public func suppressed<Result>(
        above overlap: Double, measure: Overlap.Measure = .intersectionOverUnion, acrossLabels: Bool = false
    ) -> Self where Element == KeptResult<Result> {
        let results = ComparedResults(ranked(), measure, acrossLabels: acrossLabels)
        var kept = Array<[Int]>(repeating: [], count: results.groups.count)
        return results.all.indices.filter { candidate in
            let group = results.group[candidate]
            let isCovered = results.meeting(candidate, among: kept[group]).contains { better in
                results.overlap(better, candidate) > overlap
            }
            if isCovered { return false }
            kept[group].append(candidate)
            return true
        }
        .map { results.all[$0] }
    }

    /// Soft non-maximum suppression: the best result is kept and lowers the scores of those that overlap it, then the best
    /// of the others, and so on; ranked by the scores that come out.
    ///
    /// Results without a score stay as they are, behind the others.
    ///
    /// - Parameters:
    ///   - decay: by how much.
    ///   - minimumScore: results below it are dropped.
    ///   - measure: of the overlap.
    ///   - acrossLabels: whether results of different labels lower each other's scores.
    public func softlySuppressed<Result>(
        _ decay: ScoreDecay, minimumScore: Double = 0.001, measure: Overlap.Measure = .intersectionOverUnion,
        acrossLabels: Bool = false
    ) -> Self where Element == KeptResult<Result> {
        let results = ComparedResults(
            filter { $0.result.score != nil }.ranked(), measure, acrossLabels: acrossLabels)
        var scores = results.all.map(\.result.score.rank)
        var kept: Self = []
        for group in results.groups {
            var rest = group
            while let place = rest.indices.max(by: { (scores[rest[$0]], -rest[$0]) < (scores[rest[$1]], -rest[$1]) }) {
                let best = rest.remove(at: place)
                guard scores[best] >= minimumScore else { break }
                var result = results.all[best]
                result.result.score = scores[best]
                kept.append(result)
                for other in results.meeting(best, among: rest) {
                    scores[other] *= decay.factor(results.overlap(best, other))
                }
            }
        }
        return kept.ranked() + filter { $0.result.score == nil }
    }

    /// Merging: each best result takes in those that overlap it by more than `overlap`, and covers the area of all of them; it
    /// keeps its own label, score and index. Ranked.
    ///
    /// What is taken in is measured against the best result as it was found, not as it grew, so that a chain of neighbours is
    /// not one result.
    ///
    /// - Parameters:
    ///   - overlap: 0…1; more than it merges, not as much.
    ///   - measure: of the overlap; `.intersectionOverSmaller` takes in parts of a whole, as tiles of a picture leave them.
    ///   - acrossLabels: whether results of different labels are merged.
    public func merged<Result>(
        above overlap: Double, measure: Overlap.Measure = .intersectionOverUnion, acrossLabels: Bool = false
    ) -> Self where Element == KeptResult<Result> {
        let results = ComparedResults(ranked(), measure, acrossLabels: acrossLabels)
        var isTaken = [Bool](repeating: false, count: results.all.count)
        var kept: Self = []
        for best in results.all.indices where !isTaken[best] {
            var whole = results.all[best]
            for other in results.meeting(best, among: results.groups[results.group[best]])
            where other > best && !isTaken[other] && results.overlap(best, other) > overlap {
                whole.result = whole.result.merged(with: results.all[other].result)
                isTaken[other] = true
            }
            kept.append(whole)
        }
        return kept
    }
}

/// Results that are compared with each other: thousands of them, of which few pairs have anything in common.
private struct ComparedResults<Result: RankedResult> {
    let all: [KeptResult<Result>]
    /// The places of those that are compared with each other, by their first.
    let groups: [[Int]]
    /// The group of each result.
    let group: [Int]
    private let extents: Extents
    private let measure: Overlap.Measure

    init(_ all: [KeptResult<Result>], _ measure: Overlap.Measure, acrossLabels: Bool) {
        self.all = all
        self.measure = measure
        extents = Extents(all.map(\.result.extent))
        guard !acrossLabels else {
            groups = [Array(all.indices)]
            group = Array(repeating: 0, count: all.count)
            return
        }
        var numbers = ClassNames()
        group = all.map { numbers.index(of: $0.result.label) }
        var groups = Array<[Int]>(repeating: [], count: numbers.names.count)
        for (place, number) in group.enumerated() { groups[number].append(place) }
        self.groups = groups
    }

    /// Those of some results that may overlap one; all others do not.
    func meeting(_ one: Int, among others: [Int]) -> some Sequence<Int> {
        extents.meeting(one, among: others)
    }

    func overlap(_ one: Int, _ other: Int) -> Double {
        all[one].result.overlap(with: all[other].result).ratio(measure)
    }
}

/// The boxes around results. Apart from them, and no generic type: most of the time is spent here.
private struct Extents {
    private let boxes: [BoundingBox]

    init(_ extents: [BoundingBox?]) {
        // Nothing meets a box that ends before it begins.
        let nothing = BoundingBox(xMin: .infinity, yMin: .infinity, xMax: -.infinity, yMax: -.infinity)
        boxes = extents.map { $0 ?? nothing }
    }

    func meeting(_ one: Int, among others: [Int]) -> Meeting { Meeting(boxes: boxes, box: boxes[one], others: others) }

    struct Meeting: Sequence, IteratorProtocol {
        let boxes: [BoundingBox]
        let box: BoundingBox
        let others: [Int]
        private var place = 0

        init(boxes: [BoundingBox], box: BoundingBox, others: [Int]) {
            self.boxes = boxes
            self.box = box
            self.others = others
        }

        mutating func next() -> Int? {
            while place < others.count {
                let other = others[place]
                place += 1
                let candidate = boxes[other]
                if box.xMin < candidate.xMax, candidate.xMin < box.xMax, box.yMin < candidate.yMax,
                    candidate.yMin < box.yMax
                {
                    return other
                }
            }
            return nil
        }
    }
}
