public import ArgumentParser
import Foundation
public import Percept
import PerceptCore
import PerceptImage
import PerceptInference

/// Saves segments as files and says what was saved.
struct SegmentReport {
    private let name: String
    /// What the masks are about, where that is not what was read.
    private let imageName: String?
    private let selection: Selection<Percept.Segment>
    private let files: SegmentFiles?
    private let overlayPath: String?

    /// - Parameters:
    ///   - picture: what the masks are about, where it is known.
    ///   - folder: where the masks go; `nil` for nowhere.
    ///   - formats: what is written there besides the masks.
    ///   - cocoMasks: how COCO's annotations have them.
    ///   - otherInputs: files beside `source` that must not be replaced.
    ///   - overlay: where the picture with the masks over it goes.
    ///   - overlaying: how they are shown there.
    ///   - lenient: whether damage in that picture is passed over.
    ///   - levels: how samples of 16 bits are stretched in that picture.
    ///   - limits: what that picture may not exceed.
    init(
        _ selection: Selection<Percept.Segment>, source: MediaSource, picture: MediaSource?, otherInputs: [String] = [],
        folder: String?, formats: [SegmentFiles.Format] = [],
        cocoMasks: COCODataset.MaskForm = .polygons, overlay: String?, overlaying: OverlayOptions,
        lenient: Bool = false, levels: ImageLevels? = nil, limits: ResourceLimits
    ) throws {
        name = source.name
        imageName = picture.flatMap { $0.name == source.name ? nil : $0.name }
        self.selection = selection
        let segments = selection.results
        overlayPath = overlay
        let inputs = [source.path, picture?.path].compactMap(\.self) + otherInputs
        // Without segments the picture alone says how large it is.
        let isNeeded =
            overlay != nil || formats.contains(.cutouts) || !formats.isEmpty && segments.isEmpty
        let image =
            isNeeded
            ? try picture.map { try Image(decoding: $0, limits: limits, lenient: lenient, levels: levels) } : nil
        if let overlay, let image {
            try PictureOutput.write(overlaying.overlaying(segments, on: image), to: overlay, protecting: inputs)
        }
        files = try folder.map { folder in
            try SegmentFiles(
                saving: segments, in: folder, indices: selection.indices, formats: Set(formats), cocoMasks: cocoMasks,
                pictureName: picture.map { ($0.name as NSString).lastPathComponent } ?? "", image: image,
                protecting: inputs)
        }
    }

    /// - Parameters:
    ///   - sent: what the answer is to, where that was sent just now.
    ///   - receipt: how it came from the picture.
    func print(_ console: Console, sent: SentMedia? = nil, receipt: GeometryReceipt? = nil) throws {
        var json = json
        json["sent"] = sent?.json
        json["receipt"] = try receipt.map { try JSONValue(encoding: $0) }
        try console.result(text, json: json)
    }

    private var text: String {
        let outputs = [files?.folder, overlayPath].compactMap(\.self)
        let summary = "\(Console.printableLine(name)): \(counted(selection.kept.count, "segment"))\(selection.leftOutText)"
        let lines = selection.results.enumerated().map { index, segment in
            let file = files.map { "  \($0.entries[index].mask)" } ?? ""
            return "\(scoreText(segment.score))  \(segment.label)  \(counted(segment.mask.area, "pixel"))\(file)"
        }
        let arrow = outputs.isEmpty ? "" : " → \(Console.printableLine(outputs.joined(separator: ", ")))"
        return ([summary + arrow] + lines).joined(separator: "\n")
    }

    private var json: JSONObject {
        var json: JSONObject = ["file": .string(name), "segments": files?.json ?? unsaved]
        if let imageName { json["image"] = .string(imageName) }
        if let files {
            json["output"] = .string(files.folder)
            if !files.commonFiles.isEmpty { json["files"] = .array(files.commonFiles.map { .string($0) }) }
        }
        if let overlayPath { json["overlay"] = .string(overlayPath) }
        return json
    }

    private var unsaved: JSONValue {
        .array(
            selection.kept.map { kept in
                let segment = kept.result
                var entry: JSONObject = [
                    "label": .string(segment.label), "score": .number(segment.score),
                    "area": .integer(segment.mask.area),
                    "box": segment.mask.boundingBox?.json ?? .null,
                ]
                if selection.tellsPlaces { entry["index"] = .integer(kept.index) }
                return .object(entry)
            })
    }
}

extension SegmentFiles.Format: ExpressibleByArgument {}
extension COCODataset.MaskForm: ExpressibleByArgument {}
