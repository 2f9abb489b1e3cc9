import PerceptAudio
public import PerceptCore
import PerceptImage
public import PerceptInference

/// The upload that a recording or image was converted into.
public struct Preparation: PerceptResult, Hashable {
    /// The name of the source.
    public var file: String
    /// The path of the upload.
    public var output: String
    /// The media type of the upload.
    public var mediaType: MediaType
    /// The number of bytes of the upload.
    public var byteCount: Int
    /// The map from the upload back to the source.
    public var receipt: MediaReceipt
    /// The path of the drawing of a recording before and after preparation; `nil` if none was written.
    public var beforeAfter: String?
    /// The warnings about the source and the upload.
    public var warnings: [Warning]

    /// Creates the description of an upload.
    public init(
        file: String, output: String, mediaType: MediaType, byteCount: Int, receipt: MediaReceipt,
        beforeAfter: String? = nil, warnings: [Warning] = []
    ) {
        self.file = file
        self.output = output
        self.mediaType = mediaType
        self.byteCount = byteCount
        self.receipt = receipt
        self.beforeAfter = beforeAfter
        self.warnings = warnings
    }

    init(_ prepared: PreparedAudio, file: String, output: String) {
        self.init(
            file: file, output: output, mediaType: prepared.mediaType, byteCount: prepared.byteCount,
            receipt: .time(prepared.receipt), warnings: prepared.warnings)
    }

    init(_ prepared: PreparedImage, file: String, output: String) {
        self.init(
            file: file, output: output, mediaType: prepared.mediaType, byteCount: prepared.byteCount,
            receipt: .geometry(prepared.receipt), warnings: prepared.warnings)
    }

    /// The upload and the drawing.
    public var outputPaths: [String] { [output, beforeAfter].compactMap(\.self) }

    /// The upload as `{"file", "output", "mediaType", "byteCount", "receipt", "beforeAfter", "warnings"}`.
    public var json: JSONObject {
        var json: JSONObject = [
            "file": .string(file), "output": .string(output), "mediaType": .string(mediaType.rawValue),
            "byteCount": .integer(byteCount), "receipt": JSONValue(encoding: receipt),
        ]
        json["beforeAfter"] = beforeAfter.map { .string($0) }
        json["warnings"] = warnings.map(\.description).json
        return json
    }

    /// Creates the description of an upload from ``json``.
    public init(json: JSONObject) throws(MediaError) {
        let members = ResultMembers(json, of: "preparation")
        self.init(
            file: try members.string("file"), output: try members.string("output"),
            mediaType: MediaType(rawValue: try members.string("mediaType")),
            byteCount: try members.integer("byteCount"),
            receipt: try members.required("receipt", as: MediaReceipt.self),
            beforeAfter: json["beforeAfter"]?.stringValue, warnings: members.strings("warnings").map { Warning($0) })
    }
}
