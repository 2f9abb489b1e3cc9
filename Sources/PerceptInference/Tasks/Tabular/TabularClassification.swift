/// Classifies each row of a table. The classes are strings or numbers, depending on the model.
///
///     let labels = try await client.tabularClassification(["alcohol": ["9.4", "9.8"], "pH": ["3.51", "3.20"]])
///
/// The output is one class per row, in order: a string or a number.
public struct TabularClassification: InferenceTask<[JSONValue]>, CataloguedTask {
    package static let name = "tabular-classification"
    package static let defaultModel = "vvmnnnkv/wine-quality"

    package var table: Table
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - table: The table, with one row per class.
    ///   - additionalParameters: Parameters under their names on the wire.
    public init(table: Table, additionalParameters: JSONObject = [:]) {
        self.table = table
        self.additionalParameters = additionalParameters
    }

    package func payload() throws(InferenceError) -> RequestPayload {
        try table.payload(parameters: additionalParameters)
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [JSONValue] {
        try table.predictions(answer, task: Self.name).map { row throws(InferenceError) in
            let value = row.value
            guard value.scalarText != nil else { throw row.mismatch(expected: "a string or a number") }
            return value
        }
    }
}

extension TabularClassification {
    package static let methods = ["tabularClassification"]
    package static let example = TaskExample(
        input: ["data": ["alcohol": ["9.4", "9.8"], "pH": ["3.51", "3.20"]]],
        answers: ["[5,7]", #"["good","bad"]"#, #"{"predictions":[5,7]}"#])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(table: try arguments.data(), additionalParameters: arguments.parameters)
    }
}
