package import PerceptCore

/// A task that ``TaskCatalogue`` lists: it can be created from JSON, and carries an example of its wire format.
package protocol CataloguedTask: WireTask where Output: TaskOutput {
    /// The client's methods for the task.
    static var methods: [String] { get }
    /// The kind of media in the request; `nil` if the request carries only text.
    static var medium: MediaType.Kind? { get }
    /// The parameters that have a property, by their names on the wire.
    static var parameters: [TaskParameter] { get }
    static var example: TaskExample { get }

    /// - Throws: ``InferenceError`` `.invalidArgument` if `arguments` lack the task's input.
    init(_ arguments: TaskArguments) throws(InferenceError)
}

extension CataloguedTask {
    package static var medium: MediaType.Kind? { nil }
    package static var parameters: [TaskParameter] { [] }
}

/// A request and the forms that its response may have.
package struct TaskExample: Sendable {
    /// The input, as in ``TaskArguments/input``.
    package var input: JSONValue?
    /// The parameters under their names on the wire.
    package var parameters: JSONObject
    /// JSON texts, one per response form that is understood; servers of different versions and vendors send different
    /// forms.
    package var answers: [String]

    init(input: JSONValue? = nil, parameters: JSONObject = [:], answers: [String]) {
        self.input = input
        self.parameters = parameters
        self.answers = answers
    }
}

/// The output of a task, which can be written as JSON in the service's spelling.
package protocol TaskOutput: JSONRepresentable, Sendable {
    /// The recordings and images in the output.
    var generatedMedia: [GeneratedMedia] { get }
}

extension TaskOutput {
    package var generatedMedia: [GeneratedMedia] { [] }
}

extension JSONValue: TaskOutput {}
extension Double: TaskOutput {}

extension Array: TaskOutput where Element: TaskOutput {
    package var generatedMedia: [GeneratedMedia] { flatMap(\.generatedMedia) }
}
