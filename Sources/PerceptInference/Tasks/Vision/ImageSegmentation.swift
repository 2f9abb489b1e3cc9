/// Divides a picture into segments, each with a mask.
public struct ImageSegmentation: InferenceTask {
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

    public init(
        image: MediaInput, threshold: Double? = nil, maskThreshold: Double? = nil,
        overlapMaskAreaThreshold: Double? = nil, subtask: Subtask? = nil
    ) {
        self.image = image
        self.threshold = threshold
        self.maskThreshold = maskThreshold
        self.overlapMaskAreaThreshold = overlapMaskAreaThreshold
        self.subtask = subtask
    }

    public func payload() throws(InferenceError) -> RequestPayload {
        var parameters = JSONObject()
        try parameters.setFraction("threshold", threshold)
        try parameters.setFraction("mask_threshold", maskThreshold)
        try parameters.setFraction("overlap_mask_area_threshold", overlapMaskAreaThreshold)
        parameters["subtask"] = subtask.map { .string($0.rawValue) }
        return try .media(image, parameters: parameters)
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [ImageSegment] {
        var segments: [ImageSegment] = []
        for entry in try AnswerReader(answer, task: Self.name).elements() {
            let object = try entry.object()
            segments.append(
                ImageSegment(
                    label: try object.member("label").string(), score: try object.member("score").optionalDouble(),
                    mask: try object.member("mask").string()))
        }
        return segments
    }
}

/// A segment as the service reports it.
public struct ImageSegment: Sendable, Hashable {
    public var label: String
    /// From 0 to 1; `nil` where the service gives none, as semantic segmentation often does.
    public var score: Double?
    /// The mask in base64 as sent: a one-channel PNG of the size of the picture that was uploaded, 255 inside.
    public var mask: String

    public init(label: String, score: Double?, mask: String) {
        self.label = label
        self.score = score
        self.mask = mask
    }
}
