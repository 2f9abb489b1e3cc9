/// The filters for the results of an image.
///
/// They apply in this order: thresholds, labels, suppression, merging, count.
public struct ResultFilter: Sendable, Hashable {
    /// The treatment of results that overlap better ones.
    public enum Suppression: Sendable, Hashable {
        /// Drops results above this overlap.
        case hard(overlap: Double)
        /// Lowers scores, and drops results with very low scores.
        case soft(ScoreDecay)
    }

    /// The minimum score; results without a score are kept.
    public var threshold: Double?
    /// The minimum scores of some labels, which replace ``threshold``.
    public var labelThresholds: [String: Double]
    /// The labels to keep; all if empty.
    public var keptLabels: Set<String>
    /// The labels to drop.
    public var droppedLabels: Set<String>
    /// The suppression; `nil` for none.
    public var suppression: Suppression?
    /// The overlap above which results are merged with a better one; `nil` for no merging.
    public var mergingOverlap: Double?
    /// The measure of overlap for suppression and merging.
    public var measure: Overlap.Measure
    /// If true, results of different labels suppress each other and are merged.
    public var acrossLabels: Bool
    /// The maximum number of results, highest scores first; `nil` for no limit.
    public var count: Int?

    /// Creates a filter; by default it keeps everything.
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

    /// The lowest score that any result may have, to request from a service so that nothing is missing.
    ///
    /// `nil` if ``threshold`` is `nil`; the service's own default then applies.
    public var leastThreshold: Double? {
        threshold.map { min($0, labelThresholds.values.min() ?? $0) }
    }

    /// True if only the thresholds without labels are set, so that the filter does what services do themselves.
    public var isOnlyThreshold: Bool {
        var filter = self
        filter.threshold = nil
        return filter == ResultFilter()
    }

    /// Applies the filters.
    ///
    /// - Returns: The remaining results with their indexes in `results`, in the original order, or ranked by score if
    ///   results were suppressed, merged or limited in number.
    public func apply<Result>(to results: [Result]) -> Results<Result> {
        var kept = Results(results).thresholded(at: threshold ?? 0, labels: labelThresholds)
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
