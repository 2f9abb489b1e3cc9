public import PerceptCore
public import PerceptInference

/// The facts about a segment without its mask: an element of `segments.json` and of a segmentation's JSON.
public struct SegmentEntry: Sendable, Hashable {
    /// The label of the segment.
    public var label: String
    /// The score of the segment, 0…1; `nil` if the service returned none.
    public var score: Double?
    /// The name of the mask's file within the folder; `nil` if the mask was not saved.
    public var mask: String?
    /// The number of pixels that belong to the mask; `nil` if it is unknown.
    public var area: Int?
    /// The smallest box around the mask; `nil` for an empty mask.
    public var box: BoundingBox?
    /// The name of the cut-out's file within the folder, if there is one.
    public var cutOut: String?
    /// The index in the response, if it is stated.
    public var index: Int?

    /// Creates an entry.
    public init(
        label: String, score: Double?, mask: String? = nil, area: Int?, box: BoundingBox?, cutOut: String? = nil,
        index: Int? = nil
    ) {
        self.label = label
        self.score = score
        self.mask = mask
        self.area = area
        self.box = box
        self.cutOut = cutOut
        self.index = index
    }

    /// The entry as `{"label", "score", "area", "box"}`, with `"mask"`, `"index"` and `"cutout"` if they are known.
    public var json: JSONValue {
        var object: JSONObject = ["label": .string(label), "score": JSONValue(score)]
        object["mask"] = mask.map { .string($0) }
        object["area"] = area.map { .integer($0) }
        object["box"] = box?.json ?? .null
        object["index"] = index.map { .integer($0) }
        object["cutout"] = cutOut.map { .string($0) }
        return .object(object)
    }

    /// Creates an entry from ``json``; `nil` without a label.
    public init?(json: JSONValue) {
        guard let label = json["label"]?.stringValue else { return nil }
        self.init(
            label: label, score: json["score"]?.finiteValue, mask: json["mask"]?.stringValue,
            area: json["area"]?.integerValue, box: BoundingBox(json: json["box"]),
            cutOut: json["cutout"]?.stringValue, index: json["index"]?.integerValue)
    }
}
