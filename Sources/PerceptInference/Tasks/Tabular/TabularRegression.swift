/// Predicts a number for each row of a table.
///
///     let weights = try await client.tabularRegression(["Height": ["11.52", "12.48"], "Width": ["4.02", "4.31"]])
public typealias TabularRegression = TabularPrediction<RowNumber>

/// A number as the subject of a ``TabularPrediction``.
public enum RowNumber: TabularSubject {
    public static let taskName = "tabular-regression"
    public static let defaultModel = "scikit-learn/Fish-Weight"
    public static let method = "tabularRegression"
    public static let example = TaskExample(
        input: ["data": ["Height": ["11.52", "12.48"], "Width": ["4.02", "4.31"]]],
        answers: ["[270.5,290]", #"{"predictions":[270.5,290]}"#])
    public static let expectation = "a number"

    /// Returns `value` if it is a number.
    public static func prediction(_ value: JSONValue) -> Double? { value.doubleValue }
}
