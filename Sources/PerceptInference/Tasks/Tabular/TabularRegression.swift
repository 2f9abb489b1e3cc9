/// Predicts a number for each row of a table.
///
///     let weights = try await client.tabularRegression(["Height": ["11.52", "12.48"], "Width": ["4.02", "4.31"]])
///
/// The output is one number per row, in order.
public struct TabularRegression: InferenceTask<[Double]>, CataloguedTask {
    package static let name = "tabular-regression"
    package static let defaultModel = "scikit-learn/Fish-Weight"

    package var table: Table
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - table: The table, with one row per number.
    ///   - additionalParameters: Parameters under their names on the wire.
    public init(table: Table, additionalParameters: JSONObject = [:]) {
        self.table = table
        self.additionalParameters = additionalParameters
    }

    package func payload() throws(InferenceError) -> RequestPayload {
        try table.payload(parameters: additionalParameters)
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [Double] {
        try table.predictions(answer, task: Self.name).map { row throws(InferenceError) in try row.double() }
    }
}

extension TabularRegression {
    package static let methods = ["tabularRegression"]
    package static let example = TaskExample(
        input: ["data": ["Height": ["11.52", "12.48"], "Width": ["4.02", "4.31"]]],
        answers: ["[270.5,290]", #"{"predictions":[270.5,290]}"#])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(table: try arguments.data(), additionalParameters: arguments.parameters)
    }
}
