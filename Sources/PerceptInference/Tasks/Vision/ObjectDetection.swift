public import PerceptCore

/// Detects objects in an image, with their labels and boxes.
///
/// Results keep the service's order, which is not sorted by score. The list may be empty.
///
///     let objects = try await client.objectDetection(MediaInput(sniffing: photo), threshold: 0.8)
///     for object in objects { print(object.label, object.box) }
///
/// The output is the objects in the service's order, which is not sorted by score.
public struct ObjectDetection: InferenceTask<[DetectedObject]>, CataloguedTask {
    package static let name = "object-detection"
    package static let defaultModel = "facebook/detr-resnet-50"

    package var image: MediaInput
    package var threshold: Double?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - image: The image to search.
    ///   - threshold: The minimum score of reported objects, 0…1; the service's default if `nil` (0.9 on some servers).
    ///   - additionalParameters: Further parameters under their names on the wire.
    public init(image: MediaInput, threshold: Double? = nil, additionalParameters: JSONObject = [:]) {
        self.image = image
        self.threshold = threshold
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<ObjectDetection>(.fraction("threshold", \.threshold))

    package func payload() throws(InferenceError) -> RequestPayload {
        try .media(image, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [DetectedObject] {
        try AnswerReader(answer, task: Self.name).elements().map(DetectedObject.init(_:))
    }
}

extension ObjectDetection {
    package static let methods = ["objectDetection"]
    package static let medium: MediaType.Kind? = .image
    package static var parameters: [TaskParameter] { table.parameters }
    package static let example = TaskExample(answers: [
        #"[{"score":0.99,"label":"cat","box":{"xmin":506,"ymin":233,"xmax":629,"ymax":405}}]"#,
        #"[{"label":"cat","box":{"xmin":506.5,"ymin":233.0,"xmax":629.25,"ymax":405.0}}]"#, "[]",
    ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(image: try arguments.medium(), additionalParameters: arguments.parameters)
    }
}

/// An object as reported by the service.
public struct DetectedObject: Sendable, Hashable {
    /// The label of the object.
    public var label: String
    /// The likelihood, from 0 to 1; `nil` if the service sends none.
    public var score: Double?
    /// The box in pixels of the upload, which may differ in size from the source image. Its sides are as received: they
    /// may be swapped or outside the image.
    public var box: BoundingBox
    /// The members of the response that have no property here.
    public var additional: JSONObject = [:]
}

extension DetectedObject: TaskOutput {
    fileprivate init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        label = try fields.label("label")
        score = try fields.score()
        var sides = try fields.take("box").fields()
        box = BoundingBox(
            xMin: try sides.take("xmin").double(), yMin: try sides.take("ymin").double(),
            xMax: try sides.take("xmax").double(), yMax: try sides.take("ymax").double())
        additional = fields.additional
    }

    /// The box with whole numbers written as integers, as services do.
    package var json: JSONValue {
        func side(_ value: Double) -> JSONValue { Int(exactly: value)?.json ?? value.json }
        let sides = JSONObject([
            "xmin": side(box.xMin), "ymin": side(box.yMin), "xmax": side(box.xMax), "ymax": side(box.yMax),
        ])
        return .object(JSONObject(["label": label, "score": score, "box": sides], additional: additional))
    }
}
