import ArgumentParser
import Percept
import PerceptCore
import PerceptImage
import PerceptInference

struct Annotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draws the boxes of a saved answer into a picture, offline.",
        discussion: "The boxes are in pixels of the upright picture.")

    @Argument(help: ArgumentHelp("The picture; - is standard input.", valueName: "image"))
    var image: String

    @Option(
        help: ArgumentHelp("The answer: the service's own JSON, or what detect --json printed.", valueName: "file.json")
    )
    var detections: String

    @Option(name: [.short, .long], help: ArgumentHelp("The annotated picture (.png or .jpg).", valueName: "out"))
    var output: String

    @OptionGroup var labels: LabelOptions
    @OptionGroup var reading: PictureReadingOptions
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup var general: GeneralOptions

    func run() async throws {
        let console = Console(general)
        try await Batch.run([image], console) { source in
            _ = try PictureOutput.encoding(for: output)
            let none = MediaInput(bytes: [], mediaType: .png)
            let found = try SavedAnswer.decode(detections, as: ObjectDetection(image: none), key: "detections")
            let objects = found.map { Detection(label: $0.label, score: $0.score, box: $0.box) }
            var reader = try ImageReader(source, limits: resources.limits, lenient: reading.lenient)
            let annotated = try reader.readImage().annotated(
                with: objects, style: BoxStyle(typeface: labels.typeface))
            for warning in reader.warnings { console.warning("\(source.name): \(warning)") }
            try PictureOutput.write(
                annotated.image, to: output, protecting: [source.path, detections].compactMap(\.self))
            annotated.dropped.report(console, detections)
            let drawn = objects.count - annotated.dropped.count
            try console.result(
                "\(source.name) → \(output): \(drawn) of \(counted(objects.count, "box", "boxes")) drawn",
                json: [
                    "file": .string(source.name), "output": .string(output), "drawn": .integer(drawn),
                    "dropped": .array(
                        annotated.dropped.map { ["index": .integer($0.index), "reason": .string($0.reason.rawValue)] }),
                ])
        }
    }
}
