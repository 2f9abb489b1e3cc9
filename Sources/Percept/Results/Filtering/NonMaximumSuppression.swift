import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The way in which soft non-maximum suppression lowers the scores of results that overlap a better one (Bodla, Singh,
/// Chellappa and Davis, "Soft-NMS: improving object detection with one line of code", 2017).
public enum ScoreDecay: Sendable, Hashable {
    /// Multiplies the score by 1 − overlap if the overlap is at least the threshold.
    case linear(threshold: Double)
    /// Multiplies the score by exp(−overlap² / sigma); the paper uses a sigma of 0.5. A sigma that is not positive
    /// lowers nothing.
    case gaussian(sigma: Double)

    func factor(_ overlap: Double) -> Double {
        switch self {
        case .linear(let threshold): overlap >= threshold ? 1 - overlap : 1
        case .gaussian(let sigma): sigma > 0 ? exp(-overlap * overlap / sigma) : 1
        }
    }
}

extension Results {
    /// Non-maximum suppression: returns the ranked results without those that overlap a better kept one by more than
    /// `overlap`.
    ///
    /// - Parameters:
    ///   - overlap: The limit, 0…1; a result exactly at the limit is kept, as in torchvision.
    ///   - measure: The measure of overlap.
    ///   - acrossLabels: If true, results of different labels suppress each other.
    public func suppressed(
        above overlap: Double, measure: Overlap.Measure = .intersectionOverUnion, acrossLabels: Bool = false
    ) -> Results {
        let results = ComparedResults(Array(ranked()), measure, acrossLabels: acrossLabels)
        var kept = Array<[Int]>(repeating: [], count: results.groups.count)
        let unsuppressed = results.all.indices.filter { candidate in
            let group = results.group[candidate]
            let isCovered = results.meeting(candidate, among: kept[group]).contains { better in
                results.overlap(better, candidate) > overlap
            }
            if isCovered { return false }
            kept[group].append(candidate)
            return true
        }
        return Results(kept: unsuppressed.map { results.all[$0] })
    }

    /// Soft non-maximum suppression: keeps the best result and lowers the scores of those that overlap it, then
    /// continues with the best of the rest. The results are ranked by their final scores.
    ///
    /// Results without a score come last, unchanged.
    ///
    /// - Parameters:
    ///   - decay: The amount by which scores are lowered.
    ///   - minimumScore: Results below this score are dropped.
    ///   - measure: The measure of overlap.
    ///   - acrossLabels: If true, results of different labels lower each other's scores.
    public func softlySuppressed(
        _ decay: ScoreDecay, minimumScore: Double = 0.001, measure: Overlap.Measure = .intersectionOverUnion,
        acrossLabels: Bool = false
    ) -> Results {
        let results = ComparedResults(
            Array(filter { $0.result.score != nil }.ranked()), measure, acrossLabels: acrossLabels)
        var scores = results.all.map(\.result.score.rank)
        var remaining: [KeptResult<Result>] = []
        for group in results.groups {
            var rest = group
            while let index = rest.indices.max(by: { (scores[rest[$0]], -rest[$0]) < (scores[rest[$1]], -rest[$1]) }) {
                let best = rest.remove(at: index)
                guard scores[best] >= minimumScore else { break }
                var result = results.all[best]
                result.result.score = scores[best]
                remaining.append(result)
                for other in results.meeting(best, among: rest) {
                    scores[other] *= decay.factor(results.overlap(best, other))
                }
            }
        }
        return Results(kept: Results(kept: remaining).ranked() + filter { $0.result.score == nil })
    }

    /// Merging: each best result absorbs those that overlap it by more than `overlap` and covers the area of all of
    /// them. It keeps its label, score and index. The results are ranked.
    ///
    /// Overlap is measured against the best result before merging, so that a chain of neighbours does not become one
    /// result.
    ///
    /// - Parameters:
    ///   - overlap: The limit, 0…1; a result exactly at the limit is not merged.
    ///   - measure: The measure of overlap; `.intersectionOverSmaller` absorbs parts of an object, such as those from
    ///     image tiles.
    ///   - acrossLabels: If true, results of different labels are merged.
    public func merged(
        above overlap: Double, measure: Overlap.Measure = .intersectionOverUnion, acrossLabels: Bool = false
    ) -> Results {
        let results = ComparedResults(Array(ranked()), measure, acrossLabels: acrossLabels)
        var isTaken = [Bool](repeating: false, count: results.all.count)
        var remaining: [KeptResult<Result>] = []
        for best in results.all.indices where !isTaken[best] {
            var whole = results.all[best]
            for other in results.meeting(best, among: results.groups[results.group[best]])
            where other > best && !isTaken[other] && results.overlap(best, other) > overlap {
                whole.result = whole.result.merged(with: results.all[other].result)
                isTaken[other] = true
            }
            remaining.append(whole)
        }
        return Results(kept: remaining)
    }
}

/// Results to compare pairwise: possibly thousands, with few overlapping pairs.
private struct ComparedResults<Result: RankedResult> {
    let all: [KeptResult<Result>]
    /// The indexes of the results that are compared with each other, ordered by their first.
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
        for (index, number) in group.enumerated() { groups[number].append(index) }
        self.groups = groups
    }

    /// Returns those of `others` that may overlap `one`.
    func meeting(_ one: Int, among others: [Int]) -> some Sequence<Int> {
        extents.meeting(one, among: others)
    }

    func overlap(_ one: Int, _ other: Int) -> Double {
        all[one].result.overlap(with: all[other].result).ratio(measure)
    }
}

/// Bounding boxes, stored separately in a non-generic type because this is the hot loop.
private struct Extents {
    private let boxes: [BoundingBox]

    init(_ extents: [BoundingBox?]) {
        // A box that ends before it begins overlaps nothing.
        let nothing = BoundingBox(xMin: .infinity, yMin: .infinity, xMax: -.infinity, yMax: -.infinity)
        boxes = extents.map { $0 ?? nothing }
    }

    func meeting(_ one: Int, among others: [Int]) -> Meeting { Meeting(boxes: boxes, box: boxes[one], others: others) }

    struct Meeting: Sequence, IteratorProtocol {
        let boxes: [BoundingBox]
        let box: BoundingBox
        let others: [Int]
        private var index = 0

        init(boxes: [BoundingBox], box: BoundingBox, others: [Int]) {
            self.boxes = boxes
            self.box = box
            self.others = others
        }

        mutating func next() -> Int? {
            while index < others.count {
                let other = others[index]
                index += 1
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
