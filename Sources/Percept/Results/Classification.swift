public import PerceptInference

/// The classes of a recording or a picture, the most likely first.
public struct Classification: Sendable, Hashable {
    /// In the order of their scores; those without one last, as the service sent them.
    public var classes: [ClassScore]
    /// What a person should know about the media.
    public let warnings: [String]

    init(_ classes: [ClassScore], topCount: Int?, warnings: [String]) {
        let ranked = classes.enumerated().sorted { first, second in
            let scores = (first.element.score ?? -.infinity, second.element.score ?? -.infinity)
            return scores.0 != scores.1 ? scores.0 > scores.1 : first.offset < second.offset
        }
        self.classes = Array(ranked.map(\.element).prefix(topCount ?? .max))
        self.warnings = warnings
    }
}
