import Percept
import PerceptCore
import PerceptImage
import PerceptInference

/// Saves segments as files and says what was saved.
struct SegmentReport {
    private let name: String
    private let segments: [Percept.Segment]
    private let files: SegmentFiles?
    private let overlayPath: String?

    /// - Parameters:
    ///   - folder: where the masks go; `nil` for nowhere.
    ///   - otherInputs: files beside `source` that must not be replaced.
    ///   - overlay: where the picture with the masks over it goes, and the picture.
    ///   - lenient: whether damage in that picture is passed over.
    ///   - limits: what that picture may not exceed.
    init(
        _ segments: [Percept.Segment], source: MediaSource, otherInputs: [String] = [], folder: String?,
        overlay: (path: String, picture: MediaSource)?, lenient: Bool = false, limits: ResourceLimits
    ) throws {
        name = source.name
        self.segments = segments
        overlayPath = overlay?.path
        let inputs = [source.path, overlay?.picture.path].compactMap(\.self) + otherInputs
        if let overlay {
            let image = try Image(decoding: overlay.picture, limits: limits, lenient: lenient).overlaid(with: segments)
            try PictureOutput.write(image, to: overlay.path, protecting: inputs)
        }
        files = try folder.map { try SegmentFiles(saving: segments, in: $0, protecting: inputs) }
    }

    func print(_ console: Console) throws {
        try console.result(text, json: json)
    }

    private var text: String {
        let outputs = [files?.folder, overlayPath].compactMap(\.self)
        let summary = "\(name): \(counted(segments.count, "segment"))"
        let lines = segments.enumerated().map { index, segment in
            let file = files.map { "  \($0.entries[index].mask)" } ?? ""
            return "\(scoreText(segment.score))  \(segment.label)  \(counted(segment.mask.area, "pixel"))\(file)"
        }
        let arrow = outputs.isEmpty ? "" : " → \(outputs.joined(separator: ", "))"
        return ([summary + arrow] + lines).joined(separator: "\n")
    }

    private var json: JSONObject {
        var json: JSONObject = ["file": .string(name), "segments": files?.json ?? unsaved]
        if let files { json["output"] = .string(files.folder) }
        if let overlayPath { json["overlay"] = .string(overlayPath) }
        return json
    }

    private var unsaved: JSONValue {
        .array(
            segments.map { segment in
                [
                    "label": .string(segment.label), "score": .number(segment.score),
                    "area": .integer(segment.mask.area),
                    "box": segment.mask.boundingBox?.json ?? .null,
                ]
            })
    }
}
