/// A table of text cells: named columns of equal length, in their order.
///
///     let stars = Table([("Repository", ["Transformers", "Datasets"]), ("Stars", ["36542", "4512"])])
public struct Table: Sendable, Hashable, ExpressibleByDictionaryLiteral, JSONRepresentable {
    public struct Column: Sendable, Hashable {
        public var name: String
        /// Numbers too are written out: servers take nothing but strings.
        public var cells: [String]
    }

    public var columns: [Column]

    public init(_ columns: some Sequence<(String, [String])>) {
        self.columns = columns.map { Column(name: $0.0, cells: $0.1) }
    }

    public init(dictionaryLiteral columns: (String, [String])...) {
        self.init(columns)
    }

    /// Takes `{"column": ["cell", …], …}`; numbers and booleans among the cells are written out.
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

    public var json: JSONValue {
        .object(JSONObject(columns.map { ($0.name, $0.cells.json) }))
    }

    /// - Throws: ``InferenceError`` `.invalidArgument` when there are no columns, two of one name, or columns of different
    ///   lengths.
    func validate() throws(InferenceError) {
        guard let first = columns.first else {
            throw InferenceError(.invalidArgument, problem: "the table has no columns", remedy: "pass one or more")
        }
        var names: Set<String> = []
        for column in columns {
            guard names.insert(column.name).inserted else {
                throw InferenceError(
                    .invalidArgument, problem: "the table has two columns “\(column.name)”",
                    remedy: "give each a name of its own")
            }
            guard column.cells.count == first.cells.count else {
                throw InferenceError(
                    .invalidArgument,
                    problem:
                        "the column “\(column.name)” has \(column.cells.count) cells, and “\(first.name)” \(first.cells.count)",
                    remedy: "pass columns of equal length")
            }
        }
    }
}
