/// A place in the JSON of an answer, with the path that leads there.
///
/// Every task decodes with it, so that every complaint about an answer reads alike: task, path, expected, found.
struct AnswerReader {
    let value: JSONValue
    let path: String
    private let context: Context

    /// What errors need to know about the whole answer.
    private struct Context {
        var task: String
        var answer: InferenceAnswer
    }

    /// Parses the answer's body.
    ///
    /// - Throws: ``InferenceError`` `.answerMalformed` when it is no JSON, `.serviceFailed` when it is an object with an
    ///   `error` instead of a result: some services send those with status 200.
    init(_ answer: InferenceAnswer, task: String) throws(InferenceError) {
        context = Context(task: task, answer: answer)
        path = "$"
        do {
            value = try answer.json()
        } catch {
            throw Self.malformed("the answer is no JSON: \(error)", context)
        }
        if value["error"] != nil, let message = ServiceMessage.find(in: answer) {
            throw InferenceError(
                .serviceFailed, problem: "the service reports an error in a successful answer", status: answer.status,
                requestID: answer.requestID, serviceMessage: message, task: task)
        }
    }

    private init(_ value: JSONValue, path: String, context: Context) {
        self.value = value
        self.path = path
        self.context = context
    }

    private static func malformed(_ problem: String, _ context: Context) -> InferenceError {
        InferenceError(
            .answerMalformed, problem: "\(context.task): \(problem)", status: context.answer.status,
            requestID: context.answer.requestID, bodyExcerpt: context.answer.bodyExcerpt, task: context.task)
    }

    /// The error that this place holds something else than `expected`.
    func mismatch(expected: String) -> InferenceError {
        Self.malformed("\(path) is \(value.kindDescription) where \(expected) was expected", context)
    }

    /// The elements of a list; a bare object counts as a list of one, and a list within a list of one is unwrapped
    /// (`[[{…}]]`, as servers of different years put it).
    func elements() throws(InferenceError) -> [AnswerReader] {
        switch value {
        case .object:
            return [self]
        case .array(let elements):
            if elements.count == 1, elements[0].arrayValue != nil {
                return try AnswerReader(elements[0], path: "\(path)[0]", context: context).elements()
            }
            return elements.enumerated().map { index, element in
                AnswerReader(element, path: "\(path)[\(index)]", context: context)
            }
        default:
            throw mismatch(expected: "a list or an object")
        }
    }

    /// The member of an object; `null` when it is missing.
    func member(_ key: String) -> AnswerReader {
        AnswerReader(value[key] ?? .null, path: "\(path).\(key)", context: context)
    }

    /// The element of an array; `null` when it is missing.
    func element(_ index: Int) -> AnswerReader {
        AnswerReader(value[index] ?? .null, path: "\(path)[\(index)]", context: context)
    }

    func object() throws(InferenceError) -> AnswerReader {
        guard value.objectValue != nil else { throw mismatch(expected: "an object") }
        return self
    }

    func string() throws(InferenceError) -> String {
        guard let string = value.stringValue else { throw mismatch(expected: "a string") }
        return string
    }

    func double() throws(InferenceError) -> Double {
        guard let double = value.doubleValue else { throw mismatch(expected: "a number") }
        return double
    }

    /// A number, or `nil` where there is `null` or nothing.
    func optionalDouble() throws(InferenceError) -> Double? {
        value.isNull ? nil : try double()
    }
}
