/// The arguments for a task that is created at run time: JSON from a command line or a file, and media.
package struct TaskArguments: Sendable {
    /// The value of `inputs` in the request; the messages for a chat.
    package var input: JSONValue?
    /// The recording or image for the task.
    package var media: MediaInput?
    /// The task's parameters under their names on the wire. Those in ``CataloguedTask/parameters`` are checked; others
    /// are sent unchanged.
    package var parameters: JSONObject

    /// Creates arguments.
    package init(input: JSONValue? = nil, media: MediaInput? = nil, parameters: JSONObject = [:]) {
        self.input = input
        self.media = media
        self.parameters = parameters
    }
}

extension TaskArguments {
    private static func wrong(_ found: JSONValue?, _ expected: String) -> InferenceError {
        InferenceError(
            .invalidArgument, problem: found.map { "the input is \($0.kindDescription)" } ?? "there is no input",
            remedy: "pass \(expected)")
    }

    /// Returns the strings of the list called `name`.
    private static func strings(_ value: JSONValue, _ name: String) throws(InferenceError) -> [String] {
        guard let list = value.arrayValue else {
            throw InferenceError(
                .invalidArgument, problem: "\(name) is \(value.kindDescription)", remedy: "pass a list of strings")
        }
        for (index, element) in list.enumerated() where element.stringValue == nil {
            throw InferenceError(
                .invalidArgument, problem: "\(name)[\(index)] is \(element.kindDescription)",
                remedy: "pass a list of strings")
        }
        return list.compactMap(\.stringValue)
    }

    /// Creates the task.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` if an argument is missing, malformed, or not used by the task.
    func task<Task: CataloguedTask>(_ type: Task.Type) throws(InferenceError) -> Task {
        guard input == nil || Task.example.input != nil else {
            throw InferenceError(
                .invalidArgument,
                problem: "\(Task.name) takes no input in addition to its file",
                remedy: "leave it out, or pass it as a parameter")
        }
        guard media == nil || Task.medium != nil else {
            throw InferenceError(
                .invalidArgument, problem: "\(Task.name) does not take a recording or image", remedy: "leave it out")
        }
        return try Task(self)
    }

    func text() throws(InferenceError) -> String {
        guard let text = input?.stringValue else { throw Self.wrong(input, "a string") }
        return text
    }

    func texts() throws(InferenceError) -> OneOrMore<String> {
        if let text = input?.stringValue { return .one(text) }
        guard let texts = input?.arrayValue?.compactMap(\.stringValue), texts.count == input?.arrayValue?.count else {
            throw Self.wrong(input, "a string or a list of strings")
        }
        return .several(texts)
    }

    /// Returns the first string under one of these names in the input object.
    func text(_ names: String...) throws(InferenceError) -> String {
        for name in names {
            if let text = input?[name]?.stringValue { return text }
        }
        throw Self.wrong(input, "an object with a string “\(names.joined(separator: "” or “"))”")
    }

    /// The input string, or the string under `question` in the input object.
    func question() throws(InferenceError) -> String {
        if let question = input?.stringValue { return question }
        return try text("question")
    }

    /// Returns the list of strings under this name in the input object; empty if it is missing.
    func texts(_ name: String) throws(InferenceError) -> [String] {
        guard let list = input?[name], !list.isNull else { return [] }
        return try Self.strings(list, name)
    }

    func table(_ name: String) throws(InferenceError) -> Table {
        guard let table = input?[name]?.objectValue.flatMap(Table.init(json:)) else {
            throw Self.wrong(input, "an object with “\(name)” as {\"column\": [\"cell\", …], …}")
        }
        return table
    }

    /// The table under `data` in the input object, or the input itself as a table.
    func data() throws(InferenceError) -> Table {
        guard let input, input["data"]?.objectValue == nil else { return try table("data") }
        return try TaskArguments(input: ["data": input]).table("data")
    }

    /// The recording or image.
    func medium() throws(InferenceError) -> MediaInput {
        guard let media else {
            throw InferenceError(
                .invalidArgument, problem: "the task requires a recording or image",
                remedy: "pass one as a file")
        }
        return media
    }

    /// Returns a required parameter that is a list of strings, and the other parameters.
    func taking(_ name: String) throws(InferenceError) -> (texts: [String], others: JSONObject) {
        guard let value = parameters[name], !value.isNull else {
            throw InferenceError(
                .invalidArgument, problem: "the parameter \(name) is missing",
                remedy: "pass it as a list of strings")
        }
        let texts = try Self.strings(value, name)
        guard !texts.isEmpty else {
            throw InferenceError(
                .invalidArgument, problem: "\(name) is an empty list", remedy: "pass one string or more")
        }
        var others = parameters
        others[name] = nil
        return (texts, others)
    }
}
