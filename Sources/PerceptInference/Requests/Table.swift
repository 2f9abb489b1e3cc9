/// A table of text cells: an ordered list of named columns of equal length.
///
///     let stars = Table([("Repository", ["Transformers", "Datasets"]), ("Stars", ["36542", "4512"])])
public struct Table: Sendable, Hashable, ExpressibleByDictionaryLiteral, JSONRepresentable {
    /// A named column.
    package struct Column: Sendable, Hashable {
        /// The name of the column.
        package var name: String
        /// The cells from top to bottom. Numbers are written as text, since servers accept only strings.
        package var cells: [String]
    }

    /// The columns from left to right.
    package var columns: [Column]

    /// Creates a table from columns.
    public init(_ columns: some Sequence<(String, [String])>) {
        self.columns = columns.map { Column(name: $0.0, cells: $0.1) }
    }

    /// Creates a table from columns.
    public init(dictionaryLiteral columns: (String, [String])...) {
        self.init(columns)
    }

    /// Parses `{"column": ["cell", …], …}`; numbers and booleans become text.
    init?(json: JSONObject) {
        var columns: [(String, [String])] = []
        for (name, cells) in json {
            guard let cells = cells.arrayValue else { return nil }
            let texts = cells.compactMap { cell -> String? in
                switch cell {
                case .string(let text): text
                case .integer, .unsignedInteger, .double, .bool: String(decoding: cell.serialized(), as: UTF8.self)
                case .null, .array, .object: nil
                }
            }
            guard texts.count == cells.count else { return nil }
            columns.append((name, texts))
        }
        self.init(columns)
    }

    package var json: JSONValue {
        .object(JSONObject(columns.map { ($0.name, $0.cells.json) }))
    }

    /// - Throws: ``InferenceError`` `.invalidArgument` if there are no columns, two columns have the same name, or the
    ///   lengths differ.
    func validate() throws(InferenceError) {
        guard let first = columns.first else {
            throw InferenceError(.invalidArgument, problem: "the table has no columns", remedy: "pass one or more")
        }
        var names: Set<String> = []
        for column in columns {
            guard names.insert(column.name).inserted else {
                throw InferenceError(
                    .invalidArgument, problem: "the table has two columns “\(column.name)”",
                    remedy: "give each column a unique name")
            }
            guard column.cells.count == first.cells.count else {
                throw InferenceError(
                    .invalidArgument,
                    problem: "the column “\(column.name)” has \(column.cells.count) cells, "
                        + "but “\(first.name)” has \(first.cells.count)",
                    remedy: "pass columns of equal length")
            }
        }
    }
    /// Returns `{"inputs":{"data":…}}` for a task that makes a prediction for each row.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` as ``validate()`` does.
    func payload(parameters: JSONObject) throws(InferenceError) -> RequestPayload {
        try validate()
        return .inputs(["data": json] as JSONObject, parameters: parameters)
    }

    /// Returns the predictions in a response, one per row.
    ///
    /// - Throws: ``InferenceError`` `.answerMalformed` if there are more or fewer predictions than rows.
    func predictions(_ answer: InferenceAnswer, task: String) throws(InferenceError) -> [AnswerReader] {
        let reader = try AnswerReader(answer, task: task)
        let predictions = reader.value.arrayValue == nil ? reader.member("predictions") : reader
        let rowCount = columns.first?.cells.count ?? 0
        guard predictions.value.arrayValue?.count == rowCount else {
            throw predictions.mismatch(expected: "a list of \(rowCount) predictions")
        }
        return predictions.list()
    }
}
