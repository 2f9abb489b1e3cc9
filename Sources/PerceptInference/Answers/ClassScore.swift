/// A class and its likelihood.
public struct ClassScore: Sendable, Hashable {
    /// The model's name for the class; it may contain commas (`cheetah, chetah, Acinonyx jubatus`).
    public var label: String
    /// The likelihood, from 0 to 1 unless another ``ScoreFunction`` was requested; `nil` if the service sends none.
    public var score: Double?
    /// The members of the response that have no property here.
    public var additional: JSONObject = [:]

    package init(label: String, score: Double?, additional: JSONObject = [:]) {
        self.label = label
        self.score = score
        self.additional = additional
    }
}

extension ClassScore: TaskOutput {
    init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        label = try fields.label("label")
        score = try fields.score()
        additional = fields.additional
    }

    package var json: JSONValue {
        .object(JSONObject(["label": label, "score": score], additional: additional))
    }
}

/// The function that turns a classifier's raw outputs into scores.
public enum ScoreFunction: String, Sendable, Hashable, CaseIterable {
    case sigmoid
    case softmax
    /// No function: the scores are the raw outputs.
    case none
}
