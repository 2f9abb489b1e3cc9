/// Which results of a picture are kept: all the filters of one question, in the order in which they are applied.
///
/// Thresholds, then labels, then suppression, then merging, then the number.
public struct ResultFilter: Sendable, Hashable {
    /// How results that overlap better ones are lowered or left out.
    public enum Suppression: Sendable, Hashable {
        /// Left out above that overlap.
        case hard(overlap: Double)
        /// Their scores lowered, and left out where little is left.
        case soft(ScoreDecay)
    }

    /// The least score that counts; results without one stay.
    public var threshold: Double?
    /// The least score of some labels, in place of ``threshold``.
    public var labelThresholds: [String: Double]
    /// The labels to keep; all when empty.
    public var keptLabels: Set<String>
    public var droppedLabels: Set<String>
    public var suppression: Suppression?
    /// Results that overlap a better one by more than this become one with it.
    public var mergingOverlap: Double?
    /// How overlap is measured, for suppressing and for merging.
    public var measure: Overlap.Measure
    /// Whether results of different labels suppress each other, and are merged.
    public var acrossLabels: Bool
    /// How many are kept, by their scores.
    public var count: Int?

    public init(
        threshold: Double? = nil, labelThresholds: [String: Double] = [:], keptLabels: Set<String> = [],
        droppedLabels: Set<String> = [], suppression: Suppression? = nil, mergingOverlap: Double? = nil,
        measure: Overlap.Measure = .intersectionOverUnion, acrossLabels: Bool = false, count: Int? = nil
    ) {
        self.threshold = threshold
        self.labelThresholds = labelThresholds
        self.keptLabels = keptLabels
        self.droppedLabels = droppedLabels
        self.suppression = suppression
        self.mergingOverlap = mergingOverlap
        self.measure = measure
        self.acrossLabels = acrossLabels
        self.count = count
    }

    /// The least score that any result may have; what a service is to be asked for, so that nothing is missing here.
    ///
    /// `nil` where ``threshold`` is: what a service leaves out by itself is its own affair then.
    public var leastThreshold: Double? {
        threshold.map { min($0, labelThresholds.values.min() ?? $0) }
    }

    /// Applies the filters.
    ///
    /// - Returns: what is left, each with its place in `results`: in their order, or ranked by score where results were suppressed,
    ///   merged or counted.
    public func apply<Result>(to results: [Result]) -> [KeptResult<Result>] {
        var kept = KeptResult.all(results).thresholded(at: threshold ?? 0, labels: labelThresholds)
        if !keptLabels.isEmpty { kept = kept.keeping(labels: keptLabels) }
        if !droppedLabels.isEmpty { kept = kept.dropping(labels: droppedLabels) }
        switch suppression {
        case .hard(let overlap): kept = kept.suppressed(above: overlap, measure: measure, acrossLabels: acrossLabels)
        case .soft(let decay): kept = kept.softlySuppressed(decay, measure: measure, acrossLabels: acrossLabels)
        case nil: break
        }
        if let mergingOverlap {
            kept = kept.merged(above: mergingOverlap, measure: measure, acrossLabels: acrossLabels)
        }
        if let count { kept = kept.top(count) }
        return kept
    }
}
