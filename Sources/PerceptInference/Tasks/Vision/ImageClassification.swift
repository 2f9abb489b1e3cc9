package import PerceptCore
/// Classifies an image.
///
///     let classes = try await client.imageClassification(MediaInput(sniffing: photo), topK: 3)
///     for entry in classes { print(entry.label, entry.score ?? 0) }
///
/// The output is the classes, usually with the most likely first.
public struct ImageClassification: InferenceTask<[ClassScore]>, CataloguedTask {
    package static let name = "image-classification"
    package static let defaultModel = "google/vit-base-patch16-224"

    package var image: MediaInput
    package var topK: Int?
    package var functionToApply: ScoreFunction?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - image: The image to classify.
    ///   - topK: The maximum number of classes to return, 1 or more; the service's default if `nil`.
    ///   - functionToApply: The function that turns raw outputs into scores; the model's default if `nil`.
    ///   - additionalParameters: Further parameters under their names on the wire.
    public init(
        image: MediaInput, topK: Int? = nil, functionToApply: ScoreFunction? = nil,
        additionalParameters: JSONObject = [:]
    ) {
        self.image = image
        self.topK = topK
        self.functionToApply = functionToApply
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<ImageClassification>(
        .integer("top_k", \.topK), .choice("function_to_apply", \.functionToApply))

    package func payload() throws(InferenceError) -> RequestPayload {
        try .media(image, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [ClassScore] {
        try AnswerReader(answer, task: Self.name).elements().map(ClassScore.init(_:))
    }
}

extension ImageClassification {
    package static let methods = ["imageClassification"]
    package static let medium: MediaType.Kind? = .image
    package static var parameters: [TaskParameter] { table.parameters }
    package static let example = TaskExample(
        answers: [#"[{"score":0.59,"label":"cheetah, chetah"}]"#, #"[[{"score":null,"label":"cheetah, chetah"}]]"#])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(image: try arguments.medium(), additionalParameters: arguments.parameters)
    }
}
