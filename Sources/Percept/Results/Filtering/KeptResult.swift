/// A result that passed the filters, with its index in the original list.
public struct KeptResult<Result: RankedResult>: Sendable {
    /// The index in the list before any filter.
    public let index: Int
    /// The result, with its score after filtering.
    public var result: Result

    /// Creates a kept result.
    public init(index: Int, result: Result) {
        self.index = index
        self.result = result
    }
}

extension KeptResult: Equatable where Result: Equatable {}
extension KeptResult: Hashable where Result: Hashable {}

/// Results that filters apply to, one after the other.
///
///     let found = Results(detections)
///         .thresholded(at: 0.5, labels: ["person": 0.3])
///         .dropping(labels: ["chair"])
///         .suppressed(above: 0.5)
///         .top(10)
///     let objects = found.values
public struct Results<Result: RankedResult>: Sendable {
    private let kept: [KeptResult<Result>]

    /// Creates the unfiltered results of a list.
    public init(_ results: [Result]) {
        kept = results.enumerated().map { KeptResult(index: $0, result: $1) }
    }

    init(kept: [KeptResult<Result>]) {
        self.kept = kept
    }

    /// The remaining results without their indices.
    public var values: [Result] { kept.map(\.result) }

    /// The indices of the remaining results in the list before any filter, or those in an earlier list.
    func indices(in earlier: [Int]?) -> [Int] { kept.map { earlier?[$0.index] ?? $0.index } }

    func filter(_ isIncluded: (KeptResult<Result>) -> Bool) -> Results { Results(kept: kept.filter(isIncluded)) }
}

extension Results: RandomAccessCollection {
    /// The position of the first remaining result.
    public var startIndex: Int { kept.startIndex }
    /// The position after the last remaining result.
    public var endIndex: Int { kept.endIndex }
    /// The remaining result at a position.
    public subscript(position: Int) -> KeptResult<Result> { kept[position] }
}

extension Results {
    /// Returns the results with a score of at least `threshold`, or of at least the value in `labels` for their label;
    /// results without a score are kept.
    public func thresholded(at threshold: Double = 0, labels: [String: Double] = [:]) -> Results {
        filter { kept in kept.result.score.map { $0 >= labels[kept.result.label] ?? threshold } ?? true }
    }

    /// Returns the results with one of these labels.
    public func keeping(labels: Set<String>) -> Results {
        filter { labels.contains($0.result.label) }
    }

    /// Returns the results with none of these labels.
    public func dropping(labels: Set<String>) -> Results {
        filter { !labels.contains($0.result.label) }
    }

    /// Returns the results by descending score; results with equal scores stay in order, and results without a score
    /// come last.
    public func ranked() -> Results {
        let ranked = kept.enumerated().sorted { first, second in
            let (one, other) = (first.element.result.score.rank, second.element.result.score.rank)
            return one == other ? first.offset < second.offset : one > other
        }
        return Results(kept: ranked.map(\.element))
    }

    /// Returns the `count` results with the highest scores, ranked.
    public func top(_ count: Int) -> Results {
        Results(kept: Array(ranked().prefix(Swift.max(0, count))))
    }
}

extension Double? {
    /// The value for sorting; a missing score or NaN comes last.
    var rank: Double { map { $0.isNaN ? -.infinity : $0 } ?? -.infinity }
}
