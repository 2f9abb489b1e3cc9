import ArgumentParser
import Percept
import PerceptImage
import PerceptInference

struct Annotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw the boxes of a saved response into an image, offline.",
        discussion: "The boxes are in pixels of the upright image.")

    @Argument(help: ArgumentHelp("The image; - is standard input.", valueName: "image"), completion: .file())
    var image: String

    @Option(
        help: ArgumentHelp(
            "Read the boxes from this file: the service's own JSON or the output of detect --json.",
            valueName: "file.json"), completion: .file(extensions: ["json"]))
    var detections: String

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Write the annotated image to this file (.png or .jpg).", valueName: "out"),
        completion: .file())
    var output: String

    @Option(
        help: ArgumentHelp(
            "Crop each box from the upright image and write the crops to this folder.", valueName: "dir"),
        completion: .directory)
    var crops: String?

    @OptionGroup(title: "Filtering") var selecting: ResultFilterOptions
    @OptionGroup(title: "Drawing") var drawing: DrawingOptions
    @OptionGroup(title: "Label files") var labelling: BoxLabelOptions
    @OptionGroup var reading: LeniencyOption
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup var general: GeneralOptions

    func run() async throws {
        let console = Console(general)
        var labels = labelling.files(protecting: [image, detections])
        try await RunReport.run(image, console, finish: { try labels?.finish() }) { source in
            let files = DetectionFiles(
                annotatedPath: output, style: drawing.style, cropFolder: crops, protectedPaths: [image, detections])
            try files.check()
            var found = try await SavedResponse(.file(detections)).detections(of: source, limits: resources.limits)
            found.apply(selecting.filter)
            found = try await files.write(found, of: source, isLenient: reading.lenient, limits: resources.limits)
            var json: JSONObject = ["file": .string(source.name), "output": .string(output)]
            json["drawn"] = .integer(found.objects.count - found.undrawn.count)
            json["dropped"] = found.undrawn.json(found.indices)
            json["crops"] = found.crops.map { .string($0.folder) }
            json["files"] = found.crops?.json(found.indices)
            try labelling.write(found, to: &labels, reporting: &json)
            let written = outputText([output, found.crops?.folder, labelling.labels])
            let count = counted(found.objects.count, "box", "boxes")
            let drawn = "\(found.objects.count - found.undrawn.count) of \(count)"
            try console.report(
                found, json: json,
                text: "\(source.printableName)\(written): \(drawn) drawn\(droppedText(found.droppedCount))")
        }
    }
}

extension [DroppedBox] {
    /// The boxes as `[{"index", "reason"}]`, with their indices in the response.
    fileprivate func json(_ indices: [Int]?) -> JSONValue {
        .array(map { ["index": .integer(indices?[$0.index] ?? $0.index), "reason": .string($0.reason.rawValue)] })
    }
}

extension CropFiles {
    /// The files as `[{"index", "crop"}]`, with the indices of their boxes in the response.
    fileprivate func json(_ indices: [Int]?) -> JSONValue {
        .array(
            names.enumerated().compactMap { position, name in
                name.map { ["index": .integer(indices?[position] ?? position), "crop": .string($0)] }
            })
    }
}
