import Foundation

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
        var kept: Self = []
        for candidate in ranked() {
            let isCovered = kept.contains { better in
                (acrossLabels || better.result.label == candidate.result.label)
                    && better.result.overlap(with: candidate.result).ratio(measure) > overlap
            }
            if !isCovered { kept.append(candidate) }
        }
        return kept
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
        var rest = filter { $0.result.score != nil }.ranked()
        var kept: Self = []
        while let best = rest.first, best.result.score.rank >= minimumScore {
            kept.append(best)
            rest.removeFirst()
            for index in rest.indices {
                guard acrossLabels || rest[index].result.label == best.result.label,
                    let score = rest[index].result.score
                else { continue }
                let ratio = best.result.overlap(with: rest[index].result).ratio(measure)
                rest[index].result.score = score * decay.factor(ratio)
            }
            rest = rest.ranked()
        }
        return kept + filter { $0.result.score == nil }
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
        var rest = ranked()
        var kept: Self = []
        while let best = rest.first {
            var whole = best
            var others: Self = []
            for candidate in rest.dropFirst() {
                let isPart =
                    (acrossLabels || candidate.result.label == best.result.label)
                    && best.result.overlap(with: candidate.result).ratio(measure) > overlap
                if isPart {
                    whole.result = whole.result.merged(with: candidate.result)
                } else {
                    others.append(candidate)
                }
            }
            kept.append(whole)
            rest = others
        }
        return kept
    }
}
