public import PerceptCore

/// A task that ``TaskCatalogue`` lists: it can be made from JSON, and shows what it looks like on the wire.
public protocol CataloguedTask: InferenceTask where Output: TaskOutput {
    /// The client's methods for it.
    static var methods: [String] { get }
    /// The kind of media that the request carries; `nil` where it is text alone.
    static var medium: MediaType.Kind? { get }
    /// The parameters that have a property, by their names on the wire.
    static var parameters: [TaskParameter] { get }
    static var example: TaskExample { get }

    /// - Throws: ``InferenceError`` `.invalidArgument` when `arguments` lack what the task is about.
    init(_ arguments: TaskArguments) throws(InferenceError)
}

extension CataloguedTask {
    public static var medium: MediaType.Kind? { nil }
}

/// A request and the forms that its answer may have.
public struct TaskExample: Sendable {
    /// As ``TaskArguments/input``.
    public var input: JSONValue?
    public var parameters: JSONObject
    /// JSON texts, one per form that is understood: what servers of different years and makes send.
    public var answers: [String]

    init(input: JSONValue? = nil, parameters: JSONObject = [:], answers: [String]) {
        self.input = input
        self.parameters = parameters
        self.answers = answers
    }
}

/// What a task's answer is made into: it has a JSON form again, in the service's spelling.
public protocol TaskOutput: JSONRepresentable, Sendable {
    /// The recordings and pictures in it.
    var generatedMedia: [GeneratedMedia] { get }
}

extension TaskOutput {
    public var generatedMedia: [GeneratedMedia] { [] }
}

extension JSONValue: TaskOutput {}
extension Double: TaskOutput {}

extension Array: TaskOutput where Element: TaskOutput {
    public var generatedMedia: [GeneratedMedia] { flatMap(\.generatedMedia) }
}
