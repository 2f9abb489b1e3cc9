public import PerceptCore

/// Classifies a text, a recording or an image: ``TextClassification``, ``AudioClassification``,
/// ``ImageClassification``.
///
/// The response lists the classes in the order sent, which is usually the most likely first.
///
///     let feelings = try await client.textClassification("I like you. I love you.")
///     let animals = try await client.imageClassification(MediaInput(sniffing: photo), topK: 3)
public struct ClassificationTask<Subject: ClassifiedSubject>: CataloguedTask {
    public static var name: String { Subject.taskName }
    public static var defaultModel: String { Subject.defaultModel }

    var subject: Subject.Input
    /// The maximum number of classes to return, 1 or more; the service's default if `nil`.
    public var topK: Int?
    /// The function that turns raw outputs into scores; the model's default if `nil`.
    public var functionToApply: ScoreFunction?
    /// Further parameters under their names on the wire.
    public var additionalParameters: JSONObject

    private static var table: ParameterTable<Self> {
        ParameterTable(.integer("top_k", \.topK), .choice("function_to_apply", \.functionToApply))
    }

    public static var parameters: [TaskParameter] { table.parameters }

    public func payload() throws(InferenceError) -> RequestPayload {
        try Subject.payload(subject, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [ClassScore] {
        try AnswerReader(answer, task: Self.name).elements().map(ClassScore.init(_:))
    }

    public static var methods: [String] { [Subject.method] }
    public static var medium: MediaType.Kind? { Subject.medium }
    public static var example: TaskExample { Subject.example }

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(
            subject: try Subject.input(from: arguments), topK: nil, functionToApply: nil,
            additionalParameters: arguments.parameters)
    }

    init(
        subject: Subject.Input, topK: Int?, functionToApply: ScoreFunction?, additionalParameters: JSONObject
    ) {
        self.subject = subject
        self.topK = topK
        self.functionToApply = functionToApply
        self.additionalParameters = additionalParameters
    }
}

/// The function that turns a classifier's raw outputs into scores.
public enum ScoreFunction: String, Sendable, Hashable, CaseIterable {
    case sigmoid
    case softmax
    /// No function: the scores are the raw outputs.
    case none
}

/// The subject of a ``ClassificationTask`` and its names at the hub.
public protocol ClassifiedSubject: Sendable {
    associatedtype Input: Sendable
    static var taskName: String { get }
    static var defaultModel: String { get }
    static var method: String { get }
    static var medium: MediaType.Kind? { get }
    static var example: TaskExample { get }

    static func input(from arguments: TaskArguments) throws(InferenceError) -> Input
    static func payload(_ input: Input, parameters: JSONObject) throws(InferenceError) -> RequestPayload
}

extension ClassifiedSubject where Input == MediaInput {
    /// Returns the recording or image in `arguments`.
    public static func input(from arguments: TaskArguments) throws(InferenceError) -> MediaInput {
        try arguments.medium()
    }

    public static func payload(
        _ input: MediaInput, parameters: JSONObject
    ) throws(InferenceError) -> RequestPayload {
        try .media(input, parameters: parameters)
    }
}
