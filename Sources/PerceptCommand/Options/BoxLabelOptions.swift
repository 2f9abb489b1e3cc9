public import ArgumentParser
import Foundation
public import Percept
import PerceptCore
import PerceptImage
import PerceptInference

extension BoxFiles.Format: ExpressibleByArgument {}

/// The options for writing boxes as label files.
struct BoxLabelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write the boxes to this folder as label files; requires --format.", valueName: "dir"))
    var labels: String?

    @Option(
        help: ArgumentHelp(
            "Set the format of the label files (repeatable): coco (one coco.json for all images), voc (one .xml per "
                + "image), yolo (one .txt per image, and classes.txt).",
            valueName: "format"))
    var format: [BoxFiles.Format] = []

    func validate() throws {
        if labels != nil, format.isEmpty {
            throw ValidationError("--labels requires --format: coco, voc or yolo")
        }
        if labels == nil, !format.isEmpty { throw ValidationError("--format requires --labels") }
    }

    /// - Parameter inputs: files that must not be replaced.
    func files(protecting inputs: [String]) -> BoxFiles? {
        labels.map { BoxFiles(in: $0, formats: Set(format), protecting: inputs) }
    }

    /// Adds the names of the files that were written for an image to its JSON.
    func report(_ names: [String]?, in json: inout JSONObject) {
        guard let labels, let names else { return }
        json["labels"] = ["folder": .string(labels), "files": .array(names.map { .string($0) })]
    }
}

extension BoxFiles {
    /// Adds the detections of an image; only its header is read.
    mutating func add(
        _ objects: [Percept.Detection], of source: MediaSource, limits: ResourceLimits
    ) throws(MediaError) -> [String] {
        let name = source.name == SpooledInput.name ? "stdin" : (source.name as NSString).lastPathComponent
        return try add(objects, of: name, size: ImageReader(source, limits: limits).header.size)
    }
}
