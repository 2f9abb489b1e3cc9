public import PerceptCore
public import PerceptImage
public import PerceptInference

/// An object found in an image.
public struct Detection: Sendable, Hashable {
    /// The label of the object.
    public var label: String
    /// The score, 0…1; `nil` if the service returned none.
    public var score: Double?
    /// The box in pixels of the upright source.
    public var box: BoundingBox

    /// Creates a detection.
    public init(label: String, score: Double?, box: BoundingBox) {
        self.label = label
        self.score = score
        self.box = box
    }

    /// The detection as `{"label", "score", "box"}`.
    public var json: JSONObject { ["label": .string(label), "score": JSONValue(score), "box": box.json] }

    /// Creates a detection from ``json``; `nil` without a label or box.
    public init?(json: JSONValue) {
        guard let label = json["label"]?.stringValue, let box = BoundingBox(json: json["box"]) else { return nil }
        self.init(label: label, score: json["score"]?.finiteValue, box: box)
    }
}

/// The objects found in an image, in the service's order or, after filtering, by descending score.
public struct Detections: PerceptResult, Hashable {
    /// The name of the image.
    public var file: String
    /// The objects.
    public var objects: [Detection]
    /// The index of each object in the response, if a filter other than a threshold was applied.
    public var indices: [Int]?
    /// The number of objects that a filter dropped.
    public var droppedCount = 0
    /// The path of the annotated image; `nil` if none was written.
    public var output: String?
    /// The boxes that are not drawn in the annotated image, by their indices in ``objects``.
    public var undrawn: [DroppedBox] = []
    /// The images of the boxes; `nil` if none were written.
    public var crops: CropFiles?
    /// The map from the upload back to the image; `nil` if it is unknown.
    public var receipt: GeometryReceipt?
    /// The upload; `nil` if it is unknown.
    public var sent: SentMedia?
    /// The warnings about the image and the response.
    public var warnings: [Warning]

    /// Creates detections.
    public init(
        file: String, objects: [Detection], receipt: GeometryReceipt? = nil, sent: SentMedia? = nil,
        warnings: [Warning] = []
    ) {
        self.file = file
        self.objects = objects
        self.receipt = receipt
        self.sent = sent
        self.warnings = warnings
    }

    /// Creates the detections of a response. Boxes are clipped to the part of the image that was sent; a box outside
    /// that part, such as one in the padding, is dropped with a warning.
    init(_ found: [DetectedObject], file: String, _ prepared: PreparedImage, threshold: Double?) {
        let receipt = prepared.receipt
        let counting = found.filter { $0.score.map { $0 >= threshold ?? 0 } ?? true }
        let objects = counting.compactMap { object -> Detection? in
            let box = receipt.sourceBox(for: object.box)
            // Services that round boxes report small objects as empty boxes, which are kept.
            guard !box.isEmpty || object.box.isEmpty else { return nil }
            return Detection(label: object.label, score: object.score, box: box)
        }
        self.init(
            file: file, objects: objects, receipt: receipt, sent: SentMedia(prepared), warnings: prepared.warnings)
        let dropped = counting.count - objects.count
        guard dropped > 0 else { return }
        let verbs = dropped == 1 ? ("lies", "was") : ("lie", "were")
        warnings.append(
            "\(dropped) of \(counting.count) boxes \(verbs.0) outside the image and \(verbs.1) dropped")
    }

    /// Applies a filter. ``indices`` are set unless the filter is only a threshold.
    public mutating func apply(_ filter: ResultFilter) {
        let kept = filter.apply(to: objects)
        droppedCount += objects.count - kept.count
        objects = kept.values
        indices = filter.isOnlyThreshold ? nil : kept.indices(in: indices)
    }

    /// The annotated image and the crops.
    public var outputPaths: [String] {
        let names = crops?.names.compactMap(\.self) ?? []
        return [output].compactMap(\.self) + names.map { "\(crops?.folder ?? "")/\($0)" }
    }

    /// The detections as `{"file", "detections": [{"label", "score", "box"}], "sent", "receipt", "warnings"}`. Where
    /// they are known, detections also have an `"index"` and the name of their `"crop"`, and the object has the paths
    /// `"output"` and `"crops"`.
    public var json: JSONObject {
        var json: JSONObject = [
            "file": .string(file),
            "detections": .array(
                objects.enumerated().map { position, object in
                    var entry = object.json
                    entry["index"] = indices.map { .integer($0[position]) }
                    entry["crop"] = crops?.names[position].map { .string($0) }
                    return .object(entry)
                }),
        ]
        json["output"] = output.map { .string($0) }
        json["crops"] = crops.map { .string($0.folder) }
        json["sent"] = sent?.json
        json["receipt"] = receipt.map { JSONValue(encoding: $0) }
        json["warnings"] = warnings.map(\.description).json
        return json
    }

    /// Creates detections from ``json``.
    public init(json: JSONObject) throws(MediaError) {
        let members = ResultMembers(json, of: "list of detections")
        let entries = try members.list("detections") { $0 }
        self.init(
            file: try members.string("file"), objects: try members.list("detections", Detection.init(json:)),
            receipt: try members.decoded("receipt", as: GeometryReceipt.self),
            sent: json["sent"].flatMap(SentMedia.init(json:)), warnings: members.strings("warnings").map { Warning($0) }
        )
        let indices = entries.compactMap { $0["index"]?.integerValue }
        self.indices = indices.count == entries.count && !indices.isEmpty ? indices : nil
        output = json["output"]?.stringValue
        crops = json["crops"]?.stringValue.map { folder in
            CropFiles(folder: folder, names: entries.map { $0["crop"]?.stringValue })
        }
    }
}

extension Image {
    /// Returns the image with objects drawn into it; see `Image.drawing(_:style:)`.
    ///
    /// - Throws: `MediaError` `.cancelled`, or an error of `Typeface.check()`.
    public consuming func annotated(
        with objects: [Detection], style: BoxStyle = BoxStyle()
    ) throws(MediaError) -> AnnotatedImage {
        try drawing(objects.map { LabelledBox($0.box, label: $0.label, score: $0.score) }, style: style)
    }
}
