public import PerceptCore

/// Finds objects in a picture: what and where.
///
/// The answer keeps the service's order, which is not that of the scores; it may be empty.
public struct ObjectDetection: InferenceTask {
    public static let name = "object-detection"
    public static let defaultModel = "facebook/detr-resnet-50"

    public var image: MediaInput
    /// The least score that the service reports, 0…1; its own (0.9 on some servers) when `nil`.
    public var threshold: Double?

    public init(image: MediaInput, threshold: Double? = nil) {
        self.image = image
        self.threshold = threshold
    }

    public func payload() throws(InferenceError) -> RequestPayload {
        var parameters = JSONObject()
        try parameters.setFraction("threshold", threshold)
        return try .media(image, parameters: parameters)
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [DetectedObject] {
        var objects: [DetectedObject] = []
        for entry in try AnswerReader(answer, task: Self.name).elements() {
            let object = try entry.object()
            let box = try object.member("box").object()
            objects.append(
                DetectedObject(
                    label: try object.member("label").string(), score: try object.member("score").optionalDouble(),
                    box: BoundingBox(
                        xMin: try box.member("xmin").double(), yMin: try box.member("ymin").double(),
                        xMax: try box.member("xmax").double(), yMax: try box.member("ymax").double())))
        }
        return objects
    }
}

/// An object as the service reports it.
public struct DetectedObject: Sendable, Hashable {
    public var label: String
    /// From 0 to 1; `nil` where the service gives none.
    public var score: Double?
    /// In pixels of the picture that was uploaded, which need not be those of the one it was made from; as sent, so not
    /// necessarily in order or within the picture.
    public var box: BoundingBox

    public init(label: String, score: Double?, box: BoundingBox) {
        self.label = label
        self.score = score
        self.box = box
    }
}
