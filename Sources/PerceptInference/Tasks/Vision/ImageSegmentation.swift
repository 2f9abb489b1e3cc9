public import PerceptCore

/// Divides a picture into segments, each with a mask.
///
///     let segments = try await client.imageSegmentation(MediaInput(sniffing: photo))
///     let mask = try Base64.decode(segments[0].mask)       // a PNG of the size of the photo
public struct ImageSegmentation: CataloguedTask {
    public static let name = "image-segmentation"
    public static let defaultModel = "facebook/detr-resnet-50-panoptic"

    /// What kind of segments are asked for.
    public enum Subtask: String, Sendable, Hashable, CaseIterable {
        case instance, panoptic, semantic
    }

    public var image: MediaInput
    /// The least score that the service reports, 0…1; its own when `nil`.
    public var threshold: Double?
    /// From where on a pixel counts as part of a mask, 0…1; the service's own when `nil`.
    public var maskThreshold: Double?
    /// How much of a mask must be left, 0…1, after others have covered it; the service's own when `nil`.
    public var overlapMaskAreaThreshold: Double?
    public var subtask: Subtask?
    /// Further parameters under their names on the wire.
    public var additionalParameters: JSONObject

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

    public func payload() throws(InferenceError) -> RequestPayload {
        try .media(image, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [ImageSegment] {
        try AnswerReader(answer, task: Self.name).elements().map(ImageSegment.init(_:))
    }
}

extension ImageSegmentation {
    public static let methods = ["imageSegmentation"]
    public static let medium: MediaType.Kind? = .image
    public static var parameters: [TaskParameter] { table.parameters }
    public static let example = TaskExample(answers: [
        #"[{"score":0.98,"label":"LABEL_199","mask":"iVBORw0KGgo="}]"#,
        #"[{"score":null,"label":"sky","mask":"iVBORw0KGgo="},{"label":"sea","mask":"iVBORw0KGgo="}]"#,
    ])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(image: try arguments.medium(), additionalParameters: arguments.parameters)
    }
}

/// A segment as the service reports it.
public struct ImageSegment: Sendable, Hashable {
    public var label: String
    /// From 0 to 1; `nil` where the service gives none, as semantic segmentation often does.
    public var score: Double?
    /// The mask in base64 as sent: a one-channel PNG of the size of the picture that was uploaded, 255 inside.
    public var mask: String
    /// Members of the answer that have no property here.
    public var additional: JSONObject

    public init(label: String, score: Double?, mask: String, additional: JSONObject = [:]) {
        self.label = label
        self.score = score
        self.mask = mask
        self.additional = additional
    }
}

extension ImageSegment: TaskOutput {
    fileprivate init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        label = try fields.label("label")
        score = fields.metadataNumber("score")
        mask = try fields.string("mask")
        additional = fields.additional
    }

    public var json: JSONValue {
        .object(JSONObject(["label": label, "score": score, "mask": mask], additional: additional))
    }
}
