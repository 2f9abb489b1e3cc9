/// A value in the JSON of a response, with the path that leads to it.
///
/// Every task decodes with this type, so that all errors about a response read alike: task, path, expected, found.
struct AnswerReader {
    let value: JSONValue
    let path: String
    private let context: Context

    /// The context that errors report about the response as a whole.
    private struct Context {
        var task: String
        var answer: InferenceAnswer
    }

    /// Parses the body of a response.
    ///
    /// - Parameter takesPlainText: Reads a body of type `text/plain` that is not JSON as a string.
    /// - Throws: ``InferenceError`` `.answerMalformed` if the body is not JSON, `.serviceFailed` if it is an object
    ///   with an `error` instead of a result: some services send those with status 200.
    init(_ answer: InferenceAnswer, task: String, takesPlainText: Bool = false) throws(InferenceError) {
        context = Context(task: task, answer: answer)
        path = "$"
        if takesPlainText, let text = answer.plainText {
            value = .string(text)
            return
        }
        do {
            value = try answer.json()
        } catch {
            throw Self.malformed("the response is not JSON: \(error)", context)
        }
        if var failure = InferenceError(reportedIn: value, of: answer) {
            failure.task = task
            throw failure
        }
    }

    /// - Throws: ``InferenceError`` as ``init(_:task:)`` does, if this value reports a failure instead of a result.
    func checkReportsNoFailure() throws(InferenceError) {
        if var failure = InferenceError(reportedIn: value, of: context.answer) {
            failure.task = context.task
            throw failure
        }
    }

    /// Parses one event of a stream.
    init(_ event: ServerSentEvent, task: String) throws(InferenceError) {
        try self.init(InferenceAnswer(body: Array(event.data.utf8)), task: task)
    }

    /// The media that the response links to, by link.
    var downloads: [String: [UInt8]] { context.answer.downloads }

    private init(_ value: JSONValue, path: String, context: Context) {
        self.value = value
        self.path = path
        self.context = context
    }

    private static func malformed(
        _ problem: String, remedy: String? = nil, _ context: Context
    ) -> InferenceError {
        InferenceError(
            .answerMalformed, problem: "\(context.task): \(problem)",
            remedy: remedy ?? "check that the model and the endpoint are for \(context.task)",
            status: context.answer.status,
            requestID: context.answer.requestID, bodyExcerpt: context.answer.bodyExcerpt, task: context.task)
    }

    /// Returns the error for a response that the task cannot decode.
    func malformed(_ problem: String, remedy: String? = nil) -> InferenceError {
        Self.malformed(problem, remedy: remedy, context)
    }

    /// Returns the error for a value that is not `expected`.
    func mismatch(expected: String) -> InferenceError {
        Self.malformed("\(path) is \(value.kindDescription) where \(expected) was expected", context)
    }

    /// The elements of a list. A bare object or string counts as a list of one, and a list within a list of one is
    /// unwrapped (`[[{…}]]`): servers of different versions send all three.
    func elements() throws(InferenceError) -> [AnswerReader] {
        switch value {
        case .object, .string:
            return [self]
        case .array(let elements):
            let inner = list()
            return elements.count == 1 && elements[0].arrayValue != nil ? try inner[0].elements() : inner
        default:
            throw mismatch(expected: "a list or an object")
        }
    }

    /// The elements of a list, which must have at least one.
    func nonEmptyElements() throws(InferenceError) -> [AnswerReader] {
        let elements = try elements()
        guard !elements.isEmpty else { throw mismatch(expected: "at least one result") }
        return elements
    }

    /// The elements of all lists, however deeply nested: for responses to several inputs at once.
    func flattenedElements() throws(InferenceError) -> [AnswerReader] {
        guard value.arrayValue != nil else { return try elements() }
        var elements: [AnswerReader] = []
        for element in list() {
            if element.value.arrayValue == nil {
                elements.append(element)
            } else {
                elements += try element.flattenedElements()
            }
        }
        return elements
    }

    /// The elements of an array; empty for any other value.
    func list() -> [AnswerReader] {
        (value.arrayValue ?? []).enumerated().map { index, element in
            AnswerReader(element, path: "\(path)[\(index)]", context: context)
        }
    }

    /// The elements of a list that may be missing or `null`.
    func optionalList() throws(InferenceError) -> [AnswerReader] {
        guard value.isNull || value.arrayValue != nil else { throw mismatch(expected: "a list") }
        return list()
    }

    /// Returns the member of an object; `null` if it is missing.
    func member(_ key: String) -> AnswerReader {
        AnswerReader(value[key] ?? .null, path: "\(path).\(key)", context: context)
    }

    /// Returns the element of an array; `null` if it is missing.
    func element(_ index: Int) -> AnswerReader {
        AnswerReader(value[index] ?? .null, path: "\(path)[\(index)]", context: context)
    }

    /// The members of an object.
    func fields() throws(InferenceError) -> AnswerFields {
        guard let members = value.objectValue else { throw mismatch(expected: "an object") }
        return AnswerFields(self, members)
    }

    func string() throws(InferenceError) -> String {
        guard let string = value.stringValue else { throw mismatch(expected: "a string") }
        return string
    }

    func integer() throws(InferenceError) -> Int {
        guard let integer = value.integerValue else { throw mismatch(expected: "an integer") }
        return integer
    }

    func double() throws(InferenceError) -> Double {
        guard let double = value.doubleValue else { throw mismatch(expected: "a number") }
        return double
    }

    func bool() throws(InferenceError) -> Bool {
        guard let bool = value.boolValue else { throw mismatch(expected: "true or false") }
        return bool
    }

    /// An unsigned integer of up to 64 bits, such as a seed.
    func seed() throws(InferenceError) -> UInt64 {
        switch value {
        case .unsignedInteger(let number): return UInt64(number)
        case .integer(let number) where number >= 0: return UInt64(number)
        default: throw mismatch(expected: "an integer of 0 or more")
        }
    }

    /// A string; a number or a boolean counts as its text, since some models use numbers as labels.
    func label() throws(InferenceError) -> String {
        guard let text = value.scalarText else { throw mismatch(expected: "a string") }
        return text
    }

    /// A number, or a string that contains one (`"0.5"`); `nil` for a string without a finite number (`"NaN"`).
    func number() throws(InferenceError) -> Double? {
        if let text = value.stringValue, let number = Double(text.trimmed) {
            return number.isFinite ? number : nil
        }
        return try double()
    }

    /// An integer, or a string that contains one (`"0"`).
    func integralNumber() throws(InferenceError) -> Int {
        if let text = value.stringValue, let number = Int(text.trimmed) { return number }
        return try integer()
    }

    /// Returns the result of `read`, or `nil` if the value is `null` or missing.
    func optional<Value>(
        _ read: (AnswerReader) throws(InferenceError) -> Value
    ) throws(InferenceError) -> Value? {
        value.isNull ? nil : try read(self)
    }

    /// The strings of a list that may be missing or `null`.
    func strings() throws(InferenceError) -> [String] {
        try optionalList().map { element throws(InferenceError) in try element.string() }
    }
}

/// The members of an object in a response, read one by one; members that are never read remain.
struct AnswerFields {
    private let reader: AnswerReader
    /// The members that have not been read.
    private(set) var additional: JSONObject

    fileprivate init(_ reader: AnswerReader, _ members: JSONObject) {
        self.reader = reader
        additional = members
    }

    /// Returns the member of any type; `nil` if it is `null` or missing.
    mutating func value(_ key: String) -> JSONValue? {
        let value = take(key).value
        // A bare `nil` would be read as the JSON value `null`.
        return value.isNull ? JSONValue?.none : value
    }

    mutating func string(_ key: String) throws(InferenceError) -> String { try take(key).string() }

    mutating func optionalString(_ key: String) throws(InferenceError) -> String? {
        let member = take(key)
        return member.value.isNull ? nil : try member.string()
    }

    /// Returns a class name, a word or another label.
    mutating func label(_ key: String) throws(InferenceError) -> String { try take(key).label() }

    /// Returns a score, which belongs to the result but may be missing.
    mutating func score(_ key: String = "score") throws(InferenceError) -> Double? {
        let member = take(key)
        return member.value.isNull ? nil : try member.number()
    }

    /// Returns an optional member, decoded by `read`; `nil` if it is `null`, missing or malformed. A malformed member
    /// stays in ``additional``.
    mutating func metadata<Value>(
        _ key: String, _ read: (AnswerReader) throws(InferenceError) -> Value?
    ) -> Value? {
        let member = reader.member(key)
        do throws(InferenceError) {
            let value = member.value.isNull ? nil : try read(member)
            additional[key] = nil
            return value
        } catch {
            return nil
        }
    }

    mutating func metadataString(_ key: String) -> String? {
        metadata(key) { member throws(InferenceError) in try member.string() }
    }

    mutating func metadataInteger(_ key: String) -> Int? {
        metadata(key) { member throws(InferenceError) in try member.integralNumber() }
    }

    mutating func metadataNumber(_ key: String) -> Double? {
        metadata(key) { member throws(InferenceError) in try member.number() }
    }

    /// Returns the member; `null` if it is missing.
    mutating func take(_ key: String) -> AnswerReader {
        additional[key] = nil
        return reader.member(key)
    }
}
