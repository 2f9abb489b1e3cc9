import PerceptAudio
public import PerceptCore
import PerceptImage
public import PerceptInference

/// The classes of a recording or image, most likely first.
public struct Classification: PerceptResult, Hashable {
    /// The name of the recording or image.
    public var file: String
    /// The classes by descending score; those without a score come last, in the service's order.
    public var classes: [ClassScore]
    /// The map from the upload back to the source; `nil` if it is unknown.
    public var receipt: MediaReceipt?
    /// The upload; `nil` if it is unknown.
    public var sent: SentMedia?
    /// The warnings about the recording or image.
    public var warnings: [Warning]

    /// Creates a classification; classes are sorted by descending score and limited to `topCount`.
    public init(
        file: String, classes: [ClassScore], topCount: Int? = nil, receipt: MediaReceipt? = nil,
        sent: SentMedia? = nil, warnings: [Warning] = []
    ) {
        let ranked = classes.enumerated().sorted { first, second in
            let scores = (first.element.score.rank, second.element.score.rank)
            return scores.0 != scores.1 ? scores.0 > scores.1 : first.offset < second.offset
        }
        self.file = file
        self.classes = Array(ranked.map(\.element).prefix(topCount ?? .max))
        self.receipt = receipt
        self.sent = sent
        self.warnings = warnings
    }

    /// The classification as `{"file", "classes": [{"label", "score"}], "sent", "receipt", "warnings"}`.
    public var json: JSONObject {
        [
            "file": .string(file),
            "classes": .array(classes.map { ["label": .string($0.label), "score": JSONValue($0.score)] }),
            "sent": sent?.json ?? .null, "receipt": JSONValue(encoding: receipt),
            "warnings": warnings.map(\.description).json,
        ]
    }

    /// Creates a classification from ``json``.
    public init(json: JSONObject) throws(MediaError) {
        let members = ResultMembers(json, of: "classification")
        self.init(
            file: try members.string("file"), classes: try members.list("classes", ClassScore.init(resultJSON:)),
            receipt: try members.decoded("receipt", as: MediaReceipt.self),
            sent: json["sent"].flatMap(SentMedia.init(json:)), warnings: members.strings("warnings").map { Warning($0) }
        )
    }
}

extension ClassScore {
    /// Creates a class from an element of a result's JSON; `nil` without a label.
    init?(resultJSON json: JSONValue) {
        guard let label = json["label"]?.stringValue else { return nil }
        self.init(label: label, score: json["score"]?.finiteValue)
    }
}
