public import ArgumentParser
import Foundation
public import Percept
import PerceptCore
import PerceptImage
import PerceptInference

extension BoxFiles.Format: ExpressibleByArgument {}

/// Label files for boxes.
struct BoxLabelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A folder for the boxes as label files; needs --format.", valueName: "dir"))
    var labels: String?

    @Option(
        help: ArgumentHelp(
            "What to write there (repeatable): coco (coco.json about all pictures), voc (an .xml per picture), yolo (a .txt per picture and classes.txt).",
            valueName: "format"))
    var format: [BoxFiles.Format] = []

    func validate() throws {
        if labels != nil, format.isEmpty {
            throw ValidationError("--labels needs --format: coco, voc or yolo.")
        }
        if labels == nil, !format.isEmpty { throw ValidationError("--format is for the folder that --labels names.") }
    }

    /// - Parameter inputs: files that must not be replaced.
    func files(protecting inputs: [String]) -> BoxFiles? {
        labels.map { BoxFiles(in: $0, formats: Set(format), protecting: inputs) }
    }

    /// Says which files were written for a picture.
    func report(_ names: [String]?, in json: inout JSONObject) {
        guard let labels, let names else { return }
        json["labels"] = ["folder": .string(labels), "files": .array(names.map { .string($0) })]
    }
}

extension BoxFiles {
    /// Adds what was found in a picture, which need not have been decoded.
    mutating func add(
        _ objects: [Percept.Detection], of source: MediaSource, limits: ResourceLimits
    ) throws(MediaError) -> [String] {
        let name = source.name == SpooledInput.name ? "stdin" : (source.name as NSString).lastPathComponent
        return try add(objects, of: name, size: ImageReader(source, limits: limits).header.size)
    }
}
