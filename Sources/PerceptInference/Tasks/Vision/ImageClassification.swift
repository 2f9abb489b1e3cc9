public import PerceptCore

/// Classifies an image.
///
///     let classes = try await client.imageClassification(MediaInput(sniffing: photo), topK: 3)
///     for entry in classes { print(entry.label, entry.score ?? 0) }
public typealias ImageClassification = ClassificationTask<ClassifiedPicture>

/// An image as the subject of a ``ClassificationTask``.
public enum ClassifiedPicture: ClassifiedSubject {
    public typealias Input = MediaInput

    public static let taskName = "image-classification"
    public static let defaultModel = "google/vit-base-patch16-224"
    public static let method = "imageClassification"
    public static let medium: MediaType.Kind? = .image
    public static let example = TaskExample(
        answers: [#"[{"score":0.59,"label":"cheetah, chetah"}]"#, #"[[{"score":null,"label":"cheetah, chetah"}]]"#])
}

extension ImageClassification {
    /// Creates a task.
    public init(
        image: MediaInput, topK: Int? = nil, functionToApply: ScoreFunction? = nil,
        additionalParameters: JSONObject = [:]
    ) {
        self.init(
            subject: image, topK: topK, functionToApply: functionToApply, additionalParameters: additionalParameters)
    }

    /// The image to classify.
    public var image: MediaInput {
        get { subject }
        set { subject = newValue }
    }
}
