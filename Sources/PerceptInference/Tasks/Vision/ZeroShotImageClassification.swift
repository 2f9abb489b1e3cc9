package import PerceptCore

/// Classifies an image with labels chosen at run time, on which the model was not trained.
///
///     let classes = try await client.zeroShotImageClassification(
///         MediaInput(sniffing: photo), candidateLabels: ["a cat", "a dog", "a tractor"])
///
/// The output is the labels with their scores.
public struct ZeroShotImageClassification: InferenceTask<[ClassScore]>, CataloguedTask {
    package static let name = "zero-shot-image-classification"
    package static let defaultModel = "openai/clip-vit-large-patch14-336"

    package var image: MediaInput
    package var candidateLabels: [String]
    package var hypothesisTemplate: String?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - image: The image to classify.
    ///   - candidateLabels: The candidate labels, 1 or more.
    ///   - hypothesisTemplate: The sentence in which a label replaces `{}`; `This is a photo of {}.` at the service if
    ///     `nil`.
    ///   - additionalParameters: Further parameters under their names on the wire.
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

    package func payload() throws(InferenceError) -> RequestPayload {
        try .media(image, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [ClassScore] {
        try AnswerReader(answer, task: Self.name).elements().map(ClassScore.init(_:))
    }
}

extension ZeroShotImageClassification {
    package static let methods = ["zeroShotImageClassification"]
    package static let medium: MediaType.Kind? = .image
    package static var parameters: [TaskParameter] { table.parameters }
    package static let example = TaskExample(
        parameters: ["candidate_labels": ["a cat", "a dog"]],
        answers: [#"[{"score":0.9,"label":"a cat"},{"score":0.1,"label":"a dog"}]"#])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        let (labels, others) = try arguments.taking("candidate_labels")
        self.init(image: try arguments.medium(), candidateLabels: labels, additionalParameters: others)
    }
}
