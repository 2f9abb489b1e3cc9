/// A result that filters have kept, and its place in the list that it comes from.
///
///     let found = KeptResult.all(detections)
///         .thresholded(at: 0.5, labels: ["person": 0.3])
///         .dropping(labels: ["chair"])
///         .suppressed(above: 0.5)
///         .top(10)
public struct KeptResult<Result: RankedResult>: Sendable {
    /// The place in the list before any filter.
    public let index: Int
    /// Its score is what a filter made of it.
    public var result: Result

    public init(index: Int, result: Result) {
        self.index = index
        self.result = result
    }

    /// All results of a list, none filtered yet.
    public static func all(_ results: [Result]) -> [KeptResult] {
        results.enumerated().map { KeptResult(index: $0, result: $1) }
    }
}

extension KeptResult: Equatable where Result: Equatable {}
extension KeptResult: Hashable where Result: Hashable {}

extension Array {
    /// The results whose score is at least `threshold`, or at least what `labels` states for their label; those without a
    /// score stay.
    public func thresholded<Result>(at threshold: Double = 0, labels: [String: Double] = [:]) -> Self
    where Element == KeptResult<Result> {
        filter { kept in kept.result.score.map { $0 >= labels[kept.result.label] ?? threshold } ?? true }
    }

    /// The results of these labels alone.
    public func keeping<Result>(labels: Set<String>) -> Self where Element == KeptResult<Result> {
        filter { labels.contains($0.result.label) }
    }

    /// The results of all labels but these.
    public func dropping<Result>(labels: Set<String>) -> Self where Element == KeptResult<Result> {
        filter { !labels.contains($0.result.label) }
    }

    /// The results by falling score: earlier ones first among equals, those without a score last.
    public func ranked<Result>() -> Self where Element == KeptResult<Result> {
        enumerated().sorted { first, second in
            let (one, other) = (first.element.result.score.rank, second.element.result.score.rank)
            return one == other ? first.offset < second.offset : one > other
        }
        .map(\.element)
    }

    /// The `count` results of the highest score, ranked.
    public func top<Result>(_ count: Int) -> Self where Element == KeptResult<Result> {
        Self(ranked().prefix(Swift.max(0, count)))
    }
}

extension Double? {
    /// For sorting: without a score, or with one that is no number, last.
    var rank: Double { map { $0.isNaN ? -.infinity : $0 } ?? -.infinity }
}
