/// Classifies each row of a table. The classes are strings or numbers, depending on the model.
///
///     let labels = try await client.tabularClassification(["alcohol": ["9.4", "9.8"], "pH": ["3.51", "3.20"]])
public typealias TabularClassification = TabularPrediction<RowClass>

/// A class as the subject of a ``TabularPrediction``.
public enum RowClass: TabularSubject {
    public static let taskName = "tabular-classification"
    public static let defaultModel = "vvmnnnkv/wine-quality"
    public static let method = "tabularClassification"
    public static let example = TaskExample(
        input: ["data": ["alcohol": ["9.4", "9.8"], "pH": ["3.51", "3.20"]]],
        answers: ["[5,7]", #"["good","bad"]"#, #"{"predictions":[5,7]}"#])
    public static let expectation = "a string or a number"

    /// Returns `value` if it is a string or a number.
    public static func prediction(_ value: JSONValue) -> JSONValue? {
        value.stringValue != nil || value.doubleValue != nil || value.boolValue != nil ? value : nil
    }
}
