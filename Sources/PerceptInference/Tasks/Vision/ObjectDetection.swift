public import PerceptCore

/// Finds objects in a picture: what and where.
///
/// The answer keeps the service's order, which is not that of the scores; it may be empty.
///
///     let objects = try await client.objectDetection(MediaInput(sniffing: photo), threshold: 0.8)
///     for object in objects { print(object.label, object.box) }
public struct ObjectDetection: CataloguedTask {
    public static let name = "object-detection"
    public static let defaultModel = "facebook/detr-resnet-50"

    public var image: MediaInput
    /// The least score that the service reports, 0…1; its own (0.9 on some servers) when `nil`.
    public var threshold: Double?
    /// Further parameters under their names on the wire.
    public var additionalParameters: JSONObject

    public init(image: MediaInput, threshold: Double? = nil, additionalParameters: JSONObject = [:]) {
        self.image = image
        self.threshold = threshold
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<ObjectDetection>(.fraction("threshold", \.threshold))

    public func payload() throws(InferenceError) -> RequestPayload {
        try .media(image, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [DetectedObject] {
        try AnswerReader(answer, task: Self.name).elements().map(DetectedObject.init(_:))
    }
}

extension ObjectDetection {
    public static let methods = ["objectDetection"]
    public static let medium: MediaType.Kind? = .image
    public static var parameters: [TaskParameter] { table.parameters }
    public static let example = TaskExample(answers: [
        #"[{"score":0.99,"label":"cat","box":{"xmin":506,"ymin":233,"xmax":629,"ymax":405}}]"#,
        #"[{"label":"cat","box":{"xmin":506.5,"ymin":233.0,"xmax":629.25,"ymax":405.0}}]"#, "[]",
    ])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(image: try arguments.medium(), additionalParameters: arguments.parameters)
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
    /// Members of the answer that have no property here.
    public var additional: JSONObject

    public init(label: String, score: Double?, box: BoundingBox, additional: JSONObject = [:]) {
        self.label = label
        self.score = score
        self.box = box
        self.additional = additional
    }
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

    /// Whole numbers of pixels are written as such, as the service does.
    public var json: JSONValue {
        func side(_ value: Double) -> JSONValue { Int(exactly: value)?.json ?? value.json }
        let sides = JSONObject([
            "xmin": side(box.xMin), "ymin": side(box.yMin), "xmax": side(box.xMax), "ymax": side(box.yMax),
        ])
        return .object(JSONObject(["label": label, "score": score, "box": sides], additional: additional))
    }
}
