extension RecognizedSpeech {
    /// Content types of a transcript in JSON Lines, with a piece on each line.
    private static let lineTypes: Set = [
        "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines",
        "application/json-lines", "application/jsonlines",
    ]

    /// Decodes a transcript in any form that services send: JSON, plain text, JSON Lines.
    ///
    /// - Throws: ``InferenceError`` `.answerMalformed` if there is no text, `.serviceFailed` if the service reports an
    ///   error.
    init(_ answer: InferenceAnswer, task: String) throws(InferenceError) {
        if Self.lineTypes.contains(answer.contentType ?? ""), let speech = try Self.lines(answer, task: task) {
            self = speech
            return
        }
        let reader = try AnswerReader(answer, task: task, takesPlainText: true)
        let entries = try reader.elements()
        guard entries.count == 1 else { throw reader.mismatch(expected: "an object with a text") }
        self = try RecognizedSpeech(entries[0])
    }

    /// Returns `nil` if the body is one JSON value, or not lines of objects.
    private static func lines(_ answer: InferenceAnswer, task: String) throws(InferenceError) -> RecognizedSpeech? {
        guard (try? answer.json()) == nil else { return nil }
        var chunks: [Chunk] = []
        for line in answer.body.split(separator: UInt8(ascii: "\n")) {
            let line = Array(line)
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            chunks.append(
                try Chunk(
                    AnswerReader(
                        InferenceAnswer(status: answer.status, headers: answer.headers, body: line), task: task)))
        }
        guard !chunks.isEmpty else { return nil }
        let hasTimes = chunks.contains { $0.start != nil || $0.end != nil }
        return RecognizedSpeech(text: text(of: chunks), chunks: hasTimes ? chunks : [])
    }

    /// Joins the texts of the pieces, with a space between two if neither has one.
    private static func text(of chunks: [Chunk]) -> String {
        chunks.reduce(into: "") { text, chunk in
            let isApart =
                text.isEmpty || chunk.text.isEmpty || text.last?.isWhitespace == true
                || chunk.text.first?.isWhitespace == true
            text += isApart ? chunk.text : " \(chunk.text)"
        }
    }

    /// Only the text is required; malformed pieces stay in ``additional``.
    private init(_ reader: AnswerReader) throws(InferenceError) {
        if let text = reader.value.stringValue {
            self.init(text: text)
            return
        }
        var fields = try reader.fields()
        var chunks: [Chunk] = []
        // OpenAI's API has one list for words and one for phrases.
        for name in ["chunks", "words", "segments"] where chunks.isEmpty {
            chunks =
                fields.metadata(name) { list throws(InferenceError) in
                    try list.optionalList().map(Chunk.init(_:))
                } ?? []
        }
        let text = fields.take("text")
        self.init(
            text: text.value.isNull && !chunks.isEmpty ? Self.text(of: chunks) : try text.string(), chunks: chunks,
            additional: fields.additional)
    }
}

extension RecognizedSpeech: TaskOutput {
    package var json: JSONValue {
        .object(JSONObject(["text": text, "chunks": chunks.isEmpty ? nil : chunks], additional: additional))
    }
}

extension RecognizedSpeech.Chunk: JSONRepresentable {
    /// Only the text is required; a time that is not a number is ignored.
    fileprivate init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        let times = fields.metadata("timestamp") { times throws(InferenceError) -> [Double?] in
            guard times.value.arrayValue != nil else { throw times.mismatch(expected: "a list of start and end") }
            return [times.element(0).timeIfAny, times.element(1).timeIfAny]
        }
        if let times {
            (start, end) = (times[0], times[1])
        } else {
            start = fields.metadataNumber("start")
            end = fields.metadataNumber("end")
        }
        let word = fields.metadataString("word")
        text = if let word { word } else { try fields.string("text") }
        additional = fields.additional
    }

    package var json: JSONValue {
        let times: [JSONValue] = [start?.json ?? .null, end?.json ?? .null]
        return .object(JSONObject(["text": text, "timestamp": times], additional: additional))
    }
}

extension AnswerReader {
    /// Returns the times in seconds, if they can be parsed.
    fileprivate var timeIfAny: Double? { (try? number()) ?? nil }
}
