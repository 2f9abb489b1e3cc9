public import ArgumentParser
public import Percept
import PerceptBatch
import PerceptCore
import PerceptImage
import PerceptInference

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension BoxFiles.Format: ExpressibleByArgument {}

/// The options for writing boxes as label files.
struct BoxLabelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write the boxes to this folder as label files; requires --format.", valueName: "dir"),
        completion: .directory)
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

    /// Adds the detections of an image to the label files, and the names of its files to the JSON.
    func write(_ found: Detections, to files: inout BoxFiles?, reporting json: inout JSONObject) throws {
        guard let labels, let size = found.receipt?.sourceSize else { return }
        let name = found.file == SpooledInput.name ? "stdin" : found.file.lastPathComponent
        let names = try files?.add(found.objects, of: name, size: size) ?? []
        json["labels"] = ["folder": .string(labels), "files": .array(names.map { .string($0) })]
    }
}
