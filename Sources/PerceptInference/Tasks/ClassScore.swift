/// A class and how likely it is.
public struct ClassScore: Sendable, Hashable {
    /// As the model names it; it may hold commas (`cheetah, chetah, Acinonyx jubatus`).
    public var label: String
    /// From 0 to 1 unless the task was told otherwise; `nil` where the service gives none.
    public var score: Double?
    /// Members of the answer that have no property here.
    public var additional: JSONObject

    public init(label: String, score: Double?, additional: JSONObject = [:]) {
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

    public var json: JSONValue {
        .object(JSONObject(["label": label, "score": score], additional: additional))
    }
}
