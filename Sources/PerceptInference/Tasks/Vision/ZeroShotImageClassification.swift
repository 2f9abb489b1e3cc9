public import PerceptCore

/// Classifies an image with labels chosen at run time, on which the model was not trained.
///
///     let classes = try await client.zeroShotImageClassification(
///         MediaInput(sniffing: photo), candidateLabels: ["a cat", "a dog", "a tractor"])
public struct ZeroShotImageClassification: CataloguedTask {
    public static let name = "zero-shot-image-classification"
    public static let defaultModel = "openai/clip-vit-large-patch14-336"

    /// The image to classify.
    public var image: MediaInput
    /// The candidate labels, 1 or more.
    public var candidateLabels: [String]
    /// The sentence in which a label replaces `{}`; `This is a photo of {}.` at the service if `nil`.
    public var hypothesisTemplate: String?
    /// Further parameters under their names on the wire.
    public var additionalParameters: JSONObject

    /// Creates a task.
    public init(
        image: MediaInput, candidateLabels: [String], hypothesisTemplate: String? = nil,
        additionalParameters: JSONObject = [:]
    ) {
        self.image = image
        self.candidateLabels = candidateLabels
        self.hypothesisTemplate = hypothesisTemplate
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<ZeroShotImageClassification>(
        .strings("candidate_labels", \.labels, count: 1...(.max)),
        .string("hypothesis_template", \.hypothesisTemplate))

    private var labels: [String]? { candidateLabels }

    public func payload() throws(InferenceError) -> RequestPayload {
        try .media(image, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [ClassScore] {
        try AnswerReader(answer, task: Self.name).elements().map(ClassScore.init(_:))
    }
}

extension ZeroShotImageClassification {
    public static let methods = ["zeroShotImageClassification"]
    public static let medium: MediaType.Kind? = .image
    public static var parameters: [TaskParameter] { table.parameters }
    public static let example = TaskExample(
        parameters: ["candidate_labels": ["a cat", "a dog"]],
        answers: [#"[{"score":0.9,"label":"a cat"},{"score":0.1,"label":"a dog"}]"#])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        let (labels, others) = try arguments.taking("candidate_labels")
        self.init(image: try arguments.medium(), candidateLabels: labels, additionalParameters: others)
    }
}
