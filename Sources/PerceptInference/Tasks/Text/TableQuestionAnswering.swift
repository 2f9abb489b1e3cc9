/// Answers a question about a table in plain words.
///
///     let answer = try await client.tableQuestionAnswer(
///         query: "How many stars does the transformers repository have?",
///         table: ["Repository": ["Transformers", "Datasets"], "Stars": ["36542", "4512"]])
///     print(answer.answer, answer.cells)                   // AVERAGE > 36542 ["36542"]
public struct TableQuestionAnswering: CataloguedTask {
    public static let name = "table-question-answering"
    public static let defaultModel = "google/tapas-base-finetuned-wtq"

    /// How rows of different lengths are made equal.
    public enum Padding: String, Sendable, Hashable, CaseIterable {
        case none = "do_not_pad"
        case longest
        case maximumLength = "max_length"
    }

    /// The question.
    public var query: String
    public var table: Table
    public var padding: Padding?
    /// Asks about one row after the other: slower, and needed by models that were trained on conversations.
    public var isSequential: Bool?
    /// Cuts a table off that is too long for the model.
    public var truncates: Bool?
    /// Further parameters under their names on the wire.
    public var additionalParameters: JSONObject

    public init(
        query: String, table: Table, padding: Padding? = nil, isSequential: Bool? = nil, truncates: Bool? = nil,
        additionalParameters: JSONObject = [:]
    ) {
        self.query = query
        self.table = table
        self.padding = padding
        self.isSequential = isSequential
        self.truncates = truncates
        self.additionalParameters = additionalParameters
    }

    private static let parameterTable = ParameterTable<TableQuestionAnswering>(
        .choice("padding", \.padding, default: Padding.none), .boolean("sequential", \.isSequential, default: false),
        .boolean("truncation", \.truncates, default: false))

    /// - Throws: ``InferenceError`` `.invalidArgument` when the table's columns are not of one length.
    public func payload() throws(InferenceError) -> RequestPayload {
        try table.validate()
        return .inputs(
            ["query": .string(query), "table": table.json] as JSONObject,
            parameters: try Self.parameterTable.json(of: self, adding: additionalParameters))
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> TableAnswer {
        let reader = try AnswerReader(answer, task: Self.name)
        guard let answer = try reader.nonEmptyElements().first else { throw reader.mismatch(expected: "an answer") }
        return try TableAnswer(answer)
    }
}

extension TableQuestionAnswering {
    public static let methods = ["tableQuestionAnswer"]
    public static var parameters: [TaskParameter] { parameterTable.parameters }
    public static let example = TaskExample(
        input: [
            "query": "How many stars does the transformers repository have?",
            "table": ["Repository": ["Transformers", "Datasets"], "Stars": ["36542", "4512"]],
        ],
        answers: [
            #"{"answer":"AVERAGE > 36542","coordinates":[[0,1]],"cells":["36542"],"aggregator":"AVERAGE"}"#,
            #"[{"answer":"36542","coordinates":[[0,1]],"cells":["36542"]}]"#,
        ])

    /// The question may stand under `query` or, as today's schema has it, `question`.
    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(
            query: try arguments.text("query", "question"), table: try arguments.table("table"),
            additionalParameters: arguments.parameters)
    }
}

/// What a model reads off a table.
public struct TableAnswer: Sendable, Hashable {
    /// In words: the aggregator and the cells.
    public var answer: String
    /// Row and column, from 0, of each cell that the answer is made of.
    public var coordinates: [[Int]]
    /// What stands in those cells.
    public var cells: [String]
    /// How the cells are combined (`NONE`, `SUM`, `AVERAGE`, `COUNT`); `nil` from models that do not.
    public var aggregator: String?
    /// Members of the answer that have no property here.
    public var additional: JSONObject

    public init(
        answer: String, coordinates: [[Int]] = [], cells: [String] = [], aggregator: String? = nil,
        additional: JSONObject = [:]
    ) {
        self.answer = answer
        self.coordinates = coordinates
        self.cells = cells
        self.aggregator = aggregator
        self.additional = additional
    }
}

extension TableAnswer: TaskOutput {
    fileprivate init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        answer = try fields.label("answer")
        coordinates =
            fields.metadata("coordinates") { list throws(InferenceError) in
                try list.optionalList().map { cell throws(InferenceError) in
                    try cell.optionalList().map { number throws(InferenceError) in try number.integralNumber() }
                }
            } ?? []
        cells =
            fields.metadata("cells") { list throws(InferenceError) in
                try list.optionalList().map { cell throws(InferenceError) in try cell.label() }
            } ?? []
        aggregator = fields.metadataString("aggregator")
        additional = fields.additional
    }

    public var json: JSONValue {
        .object(
            JSONObject(
                ["answer": answer, "coordinates": coordinates, "cells": cells, "aggregator": aggregator],
                additional: additional))
    }
}
