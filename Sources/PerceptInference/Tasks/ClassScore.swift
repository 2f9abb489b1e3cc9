/// A class and how likely it is.
public struct ClassScore: Sendable, Hashable {
    /// As the model names it; it may hold commas (`cheetah, chetah, Acinonyx jubatus`).
    public var label: String
    /// From 0 to 1 unless the task was told otherwise; `nil` where the service gives none.
    public var score: Double?

    public init(label: String, score: Double?) {
        self.label = label
        self.score = score
    }
}

/// How a classifier's raw outputs become scores.
public enum ScoreFunction: String, Sendable, Hashable, CaseIterable {
    case sigmoid
    case softmax
    /// The raw outputs as they are.
    case none
}

extension AnswerReader {
    /// A list of classes in the order sent.
    func classScores() throws(InferenceError) -> [ClassScore] {
        var classes: [ClassScore] = []
        for entry in try elements() {
            let object = try entry.object()
            classes.append(
                ClassScore(
                    label: try object.member("label").string(), score: try object.member("score").optionalDouble()))
        }
        return classes
    }
}
