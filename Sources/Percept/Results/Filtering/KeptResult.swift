/// A result that passed the filters, with its index in the original list.
///
///     let found = KeptResult.all(detections)
///         .thresholded(at: 0.5, labels: ["person": 0.3])
///         .dropping(labels: ["chair"])
///         .suppressed(above: 0.5)
///         .top(10)
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

    /// Returns all results of a list, not yet filtered.
    public static func all(_ results: [Result]) -> [KeptResult] {
        results.enumerated().map { KeptResult(index: $0, result: $1) }
    }
}

extension KeptResult: Equatable where Result: Equatable {}
extension KeptResult: Hashable where Result: Hashable {}

extension Array {
    /// Returns the results with a score of at least `threshold`, or of at least the value in `labels` for their label;
    /// results without a score are kept.
    public func thresholded<Result>(at threshold: Double = 0, labels: [String: Double] = [:]) -> Self
    where Element == KeptResult<Result> {
        filter { kept in kept.result.score.map { $0 >= labels[kept.result.label] ?? threshold } ?? true }
    }

    /// Returns the results with one of these labels.
    public func keeping<Result>(labels: Set<String>) -> Self where Element == KeptResult<Result> {
        filter { labels.contains($0.result.label) }
    }

    /// Returns the results with none of these labels.
    public func dropping<Result>(labels: Set<String>) -> Self where Element == KeptResult<Result> {
        filter { !labels.contains($0.result.label) }
    }

    /// Returns the results by descending score; results with equal scores stay in order, and results without a score
    /// come last.
    public func ranked<Result>() -> Self where Element == KeptResult<Result> {
        enumerated().sorted { first, second in
            let (one, other) = (first.element.result.score.rank, second.element.result.score.rank)
            return one == other ? first.offset < second.offset : one > other
        }
        .map(\.element)
    }

    /// Returns the `count` results with the highest scores, ranked.
    public func top<Result>(_ count: Int) -> Self where Element == KeptResult<Result> {
        Self(ranked().prefix(Swift.max(0, count)))
    }
}

extension Double? {
    /// The value for sorting; a missing score or NaN comes last.
    var rank: Double { map { $0.isNaN ? -.infinity : $0 } ?? -.infinity }
}
