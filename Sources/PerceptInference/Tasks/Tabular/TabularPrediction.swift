/// Makes a prediction for each row of a table: ``TabularClassification`` a class, ``TabularRegression`` a number.
///
///     let labels = try await client.tabularClassification(["alcohol": ["9.4", "9.8"], "pH": ["3.51", "3.20"]])
///     let weights = try await client.tabularRegression(["Height": ["11.52", "12.48"], "Width": ["4.02", "4.31"]])
public struct TabularPrediction<Subject: TabularSubject>: CataloguedTask {
    public static var name: String { Subject.taskName }
    public static var defaultModel: String { Subject.defaultModel }

    /// The table, with one row per prediction.
    public var table: Table
    /// Parameters under their names on the wire.
    public var additionalParameters: JSONObject

    /// Creates a task.
    public init(table: Table, additionalParameters: JSONObject = [:]) {
        self.table = table
        self.additionalParameters = additionalParameters
    }

    /// - Throws: ``InferenceError`` `.invalidArgument` if the columns differ in length.
    public func payload() throws(InferenceError) -> RequestPayload {
        try table.validate()
        return .inputs(["data": table.json] as JSONObject, parameters: additionalParameters)
    }

    /// Decodes one prediction per row, in the order of the rows.
    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [Subject.Prediction] {
        let reader = try AnswerReader(answer, task: Self.name)
        let predictions = reader.value.arrayValue == nil ? reader.member("predictions") : reader
        let rowCount = table.columns.first?.cells.count
        guard predictions.value.arrayValue?.count == rowCount else {
            throw predictions.mismatch(expected: "a list of \(rowCount ?? 0) predictions")
        }
        return try predictions.list().map { prediction throws(InferenceError) in
            guard let value = Subject.prediction(prediction.value) else {
                throw prediction.mismatch(expected: Subject.expectation)
            }
            return value
        }
    }
}

extension TabularPrediction {
    public static var methods: [String] { [Subject.method] }
    public static var parameters: [TaskParameter] { [] }
    public static var example: TaskExample { Subject.example }

    /// Creates the task from a table, or an object with a table under `data`.
    public init(_ arguments: TaskArguments) throws(InferenceError) {
        var arguments = arguments
        if arguments.input?["data"]?.objectValue == nil, let table = arguments.input {
            arguments.input = ["data": table]
        }
        self.init(table: try arguments.table("data"), additionalParameters: arguments.parameters)
    }
}

/// The subject of a ``TabularPrediction`` and its names at the hub.
public protocol TabularSubject: Sendable {
    associatedtype Prediction: TaskOutput
    static var taskName: String { get }
    static var defaultModel: String { get }
    static var method: String { get }
    static var example: TaskExample { get }
    /// The kind of prediction in words, for errors.
    static var expectation: String { get }

    /// Returns the prediction, or `nil` if `value` is of another kind.
    static func prediction(_ value: JSONValue) -> Prediction?
}
