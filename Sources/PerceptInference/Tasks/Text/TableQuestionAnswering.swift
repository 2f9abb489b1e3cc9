/// Answers a question about a table.
///
///     let answer = try await client.tableQuestionAnswer(
///         query: "How many stars does the transformers repository have?",
///         table: ["Repository": ["Transformers", "Datasets"], "Stars": ["36542", "4512"]])
///     print(answer.answer, answer.cells)                   // AVERAGE > 36542 ["36542"]
///
/// The output is the answer.
public struct TableQuestionAnswering: InferenceTask<TableAnswer>, CataloguedTask {
    package static let name = "table-question-answering"
    package static let defaultModel = "google/tapas-base-finetuned-wtq"

    /// The way rows of different lengths are padded.
    public enum Padding: String, Sendable, Hashable, CaseIterable {
        case none = "do_not_pad"
        case longest
        case maximumLength = "max_length"
    }

    package var query: String
    package var table: Table
    package var padding: Padding?
    package var isSequential: Bool?
    package var truncates: Bool?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - query: The question.
    ///   - table: The table.
    ///   - padding: The padding of rows.
    ///   - isSequential: Processes rows one at a time: slower, but required by models trained on conversations.
    ///   - truncates: Truncates a table that is too long for the model.
    ///   - additionalParameters: Further parameters under their names on the wire.
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

    /// - Throws: ``InferenceError`` `.invalidArgument` if the columns differ in length.
    package func payload() throws(InferenceError) -> RequestPayload {
        try table.validate()
        return .inputs(
            ["query": .string(query), "table": table.json] as JSONObject,
            parameters: try Self.parameterTable.json(of: self, adding: additionalParameters))
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> TableAnswer {
        let reader = try AnswerReader(answer, task: Self.name)
        guard let answer = try reader.nonEmptyElements().first else { throw reader.mismatch(expected: "an answer") }
        return try TableAnswer(answer)
    }
}

extension TableQuestionAnswering {
    package static let methods = ["tableQuestionAnswer"]
    package static var parameters: [TaskParameter] { parameterTable.parameters }
    package static let example = TaskExample(
        input: [
            "query": "How many stars does the transformers repository have?",
            "table": ["Repository": ["Transformers", "Datasets"], "Stars": ["36542", "4512"]],
        ],
        answers: [
            #"{"answer":"AVERAGE > 36542","coordinates":[[0,1]],"cells":["36542"],"aggregator":"AVERAGE"}"#,
            #"[{"answer":"36542","coordinates":[[0,1]],"cells":["36542"]}]"#,
        ])

    /// Creates the task from an object with the question under `query` or, as in the current schema, `question`.
    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(
            query: try arguments.text("query", "question"), table: try arguments.table("table"),
            additionalParameters: arguments.parameters)
    }
}

/// An answer that a model found in a table.
public struct TableAnswer: Sendable, Hashable {
    /// The answer in words: the aggregator and the cells.
    public var answer: String
    /// The row and column, from 0, of each cell that the answer uses.
    public var coordinates: [[Int]] = []
    /// The contents of those cells.
    public var cells: [String] = []
    /// The aggregation of the cells (`NONE`, `SUM`, `AVERAGE`, `COUNT`); `nil` from models without one.
    public var aggregator: String?
    /// The members of the response that have no property here.
    public var additional: JSONObject = [:]
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

    package var json: JSONValue {
        .object(
            JSONObject(
                ["answer": answer, "coordinates": coordinates, "cells": cells, "aggregator": aggregator],
                additional: additional))
    }
}
