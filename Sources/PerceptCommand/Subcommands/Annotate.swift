import ArgumentParser
import Percept
import PerceptCore
import PerceptImage
import PerceptInference

struct Annotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw the boxes of a saved response into an image, offline.",
        discussion: "The boxes are in pixels of the upright image.")

    @Argument(help: ArgumentHelp("The image; - is standard input.", valueName: "image"))
    var image: String

    @Option(
        help: ArgumentHelp(
            "Read the boxes from this file: the service's own JSON or the output of detect --json.",
            valueName: "file.json"))
    var detections: String

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Write the annotated image to this file (.png or .jpg).", valueName: "out"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "Crop each box from the upright image and write the crops to this folder.", valueName: "dir"))
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
        try await Batch.run([image], console, finish: { try labels?.finish() }) { source in
            _ = try PictureOutput.encoding(for: output)
            let none = MediaInput(bytes: [], mediaType: .png)
            let found = try SavedAnswer.decode(detections, as: ObjectDetection(image: none), key: "detections")
            let selection = Selection(
                found.map { Detection(label: $0.label, score: $0.score, box: $0.box) }, selecting)
            let objects = selection.results
            let inputs = [source.path, detections].compactMap(\.self)
            var reader = try ImageReader(source, limits: resources.limits, lenient: reading.lenient)
            let picture = try reader.readImage()
            for warning in reader.warnings { console.warning("\(source.name): \(warning)") }
            let cropFiles = try crops.map { folder in
                try CropFiles(
                    saving: objects, of: picture, in: folder, as: PictureOutput.encoding(like: source),
                    protecting: inputs)
            }
            let annotated = try picture.annotated(with: objects, style: drawing.style)
            try PictureOutput.write(annotated.image, to: output, protecting: inputs)
            let dropped = annotated.dropped.inAnswer(selection.kept)
            dropped.report(console, detections)
            let labelFiles = try labels?.add(objects, of: source, limits: resources.limits)
            let drawn = objects.count - dropped.count
            var json: JSONObject = [
                "file": .string(source.name), "output": .string(output), "drawn": .integer(drawn),
                "dropped": .array(
                    dropped.map { ["index": .integer($0.index), "reason": .string($0.reason.rawValue)] }),
            ]
            if let cropFiles {
                json["crops"] = .string(cropFiles.folder)
                json["files"] = .array(
                    zip(selection.kept, cropFiles.names).compactMap { kept, name in
                        name.map { ["index": .integer(kept.index), "crop": .string($0)] }
                    })
            }
            labelling.report(labelFiles, in: &json)
            let outputs = [output, cropFiles?.folder, labelling.labels].compactMap(\.self).joined(separator: ", ")
            try console.result(
                "\(source.printableName) → \(Console.printableLine(outputs)): "
                    + "\(drawn) of \(counted(objects.count, "box", "boxes")) drawn\(selection.droppedText)",
                json: json)
        }
    }
}
