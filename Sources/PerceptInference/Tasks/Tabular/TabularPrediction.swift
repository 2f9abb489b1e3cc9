/// Predicts something about each row of a table: ``TabularClassification`` a class, ``TabularRegression`` a number.
///
///     let labels = try await client.tabularClassification(["alcohol": ["9.4", "9.8"], "pH": ["3.51", "3.20"]])
///     let weights = try await client.tabularRegression(["Height": ["11.52", "12.48"], "Width": ["4.02", "4.31"]])
public struct TabularPrediction<Subject: TabularSubject>: CataloguedTask {
    public static var name: String { Subject.taskName }
    public static var defaultModel: String { Subject.defaultModel }

    /// One row per prediction.
    public var table: Table
    /// Parameters under their names on the wire.
    public var additionalParameters: JSONObject

    public init(table: Table, additionalParameters: JSONObject = [:]) {
        self.table = table
        self.additionalParameters = additionalParameters
    }

    /// - Throws: ``InferenceError`` `.invalidArgument` when the table's columns are not of one length.
    public func payload() throws(InferenceError) -> RequestPayload {
        try table.validate()
        return .inputs(["data": table.json] as JSONObject, parameters: additionalParameters)
    }

    /// One prediction per row, in their order.
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

    /// The input is the table, or an object with it under `data`.
    public init(_ arguments: TaskArguments) throws(InferenceError) {
        var arguments = arguments
        if arguments.input?["data"]?.objectValue == nil, let table = arguments.input {
            arguments.input = ["data": table]
        }
        self.init(table: try arguments.table("data"), additionalParameters: arguments.parameters)
    }
}

/// What a ``TabularPrediction`` is about, and how the hub calls it.
public protocol TabularSubject: Sendable {
    associatedtype Prediction: TaskOutput
    static var taskName: String { get }
    static var defaultModel: String { get }
    static var method: String { get }
    static var example: TaskExample { get }
    /// What a prediction must be, for errors.
    static var expectation: String { get }

    /// `nil` where `value` is no such prediction.
    static func prediction(_ value: JSONValue) -> Prediction?
}
