package import PerceptCore

/// Divides an image into segments, each with a mask.
///
///     let segments = try await client.imageSegmentation(MediaInput(sniffing: photo))
///     let mask = try Base64.decode(segments[0].mask)       // a PNG of the size of the photo
///
/// The output is the segments.
public struct ImageSegmentation: InferenceTask<[ImageSegment]>, CataloguedTask {
    package static let name = "image-segmentation"
    package static let defaultModel = "facebook/detr-resnet-50-panoptic"

    /// The kind of segmentation.
    public enum Subtask: String, Sendable, Hashable, CaseIterable {
        case instance, panoptic, semantic
    }

    package var image: MediaInput
    package var threshold: Double?
    package var maskThreshold: Double?
    package var overlapMaskAreaThreshold: Double?
    package var subtask: Subtask?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - image: The image to segment.
    ///   - threshold: The minimum score of reported segments, 0…1; the service's default if `nil`.
    ///   - maskThreshold: The minimum probability of a mask's pixels, 0…1; the service's default if `nil`.
    ///   - overlapMaskAreaThreshold: The minimum fraction of a mask that other masks do not cover, 0…1; the service's
    ///     default if `nil`.
    ///   - subtask: The kind of segmentation.
    ///   - additionalParameters: Further parameters under their names on the wire.
    public init(
        image: MediaInput, threshold: Double? = nil, maskThreshold: Double? = nil,
        overlapMaskAreaThreshold: Double? = nil, subtask: Subtask? = nil, additionalParameters: JSONObject = [:]
    ) {
        self.image = image
        self.threshold = threshold
        self.maskThreshold = maskThreshold
        self.overlapMaskAreaThreshold = overlapMaskAreaThreshold
        self.subtask = subtask
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<ImageSegmentation>(
        .fraction("threshold", \.threshold), .fraction("mask_threshold", \.maskThreshold),
        .fraction("overlap_mask_area_threshold", \.overlapMaskAreaThreshold), .choice("subtask", \.subtask))

    package func payload() throws(InferenceError) -> RequestPayload {
        try .media(image, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [ImageSegment] {
        try AnswerReader(answer, task: Self.name).elements().map(ImageSegment.init(_:))
    }
}

extension ImageSegmentation {
    package static let methods = ["imageSegmentation"]
    package static let medium: MediaType.Kind? = .image
    package static var parameters: [TaskParameter] { table.parameters }
    package static let example = TaskExample(answers: [
        #"[{"score":0.98,"label":"LABEL_199","mask":"iVBORw0KGgo="}]"#,
        #"[{"score":null,"label":"sky","mask":"iVBORw0KGgo="},{"label":"sea","mask":"iVBORw0KGgo="}]"#,
    ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(image: try arguments.medium(), additionalParameters: arguments.parameters)
    }
}

/// A segment as reported by the service.
public struct ImageSegment: Sendable, Hashable {
    /// The label of the segment.
    public var label: String
    /// The likelihood, from 0 to 1; `nil` if the service sends none, which is usual for semantic segmentation.
    public var score: Double?
    /// The mask in base64 as received: a one-channel PNG of the size of the upload, 255 inside.
    public var mask: String
    /// The members of the response that have no property here.
    public var additional: JSONObject = [:]
}

extension ImageSegment: TaskOutput {
    fileprivate init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        label = try fields.label("label")
        score = fields.metadataNumber("score")
        mask = try fields.string("mask")
        additional = fields.additional
    }

    package var json: JSONValue {
        .object(JSONObject(["label": label, "score": score, "mask": mask], additional: additional))
    }
}
