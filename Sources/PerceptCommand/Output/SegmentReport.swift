public import ArgumentParser
import Foundation
public import Percept
import PerceptCore
import PerceptImage
import PerceptInference

/// Writes segments as files and reports which ones.
struct SegmentReport {
    private let name: String
    /// The name of the image that the masks belong to, if it differs from the input.
    private let imageName: String?
    private let selection: Selection<Percept.Segment>
    private let files: SegmentFiles?
    private let overlayPath: String?

    /// Writes the files.
    ///
    /// - Parameters:
    ///   - picture: the image that the masks belong to, if it is known.
    ///   - folder: the folder for the masks; `nil` to write none.
    ///   - formats: the formats that are written there besides the masks.
    ///   - cocoMasks: the form of masks in COCO annotations.
    ///   - otherInputs: files other than `source` that must not be replaced.
    ///   - overlay: the path of the image with the masks drawn over it.
    ///   - overlaying: the style of that drawing.
    ///   - lenient: whether to decode a damaged image as far as possible.
    ///   - levels: how 16-bit samples of the image are stretched.
    ///   - limits: the limits for decoding the image.
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
        // Without segments the size is known from the image alone.
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

    /// Prints the result.
    ///
    /// - Parameters:
    ///   - sent: the upload of the request, if one was sent.
    ///   - receipt: the map from the upload back to the image.
    func print(_ console: Console, sent: SentMedia? = nil, receipt: GeometryReceipt? = nil) throws {
        var json = json
        json["sent"] = sent?.json
        json["receipt"] = try receipt.map { try JSONValue(encoding: $0) }
        try console.result(text, json: json)
    }

    private var text: String {
        let outputs = [files?.folder, overlayPath].compactMap(\.self)
        let count = counted(selection.kept.count, "segment")
        let summary = "\(Console.printableLine(name)): \(count)\(selection.droppedText)"
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
                if selection.reportsIndices { entry["index"] = .integer(kept.index) }
                return .object(entry)
            })
    }
}

extension SegmentFiles.Format: ExpressibleByArgument {}
extension COCODataset.MaskForm: ExpressibleByArgument {}
