import ArgumentParser
import Percept
import PerceptCore
import PerceptImage
import PerceptInference

struct Detect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Detect objects in an image and draw their boxes.")

    @OptionGroup var input: InputOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Write the annotated image to this file (.png or .jpg); with several inputs, a folder.",
            valueName: "annotated"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Crop each box from the upright original and write the crops to this folder; with several inputs, one "
                + "subfolder per input.",
            valueName: "dir"))
    var crops: String?

    @OptionGroup(title: "Filtering") var selecting: ResultFilterOptions
    @OptionGroup(title: "Drawing") var drawing: DrawingOptions
    @OptionGroup(title: "Label files") var labelling: BoxLabelOptions
    @OptionGroup(title: "Service") var service: ServiceOptions
    @OptionGroup var limits: UploadLimitOptions
    @OptionGroup(title: "Images") var image: ImagePreparationOptions
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup var general: GeneralOptions

    func validate() throws {
        if let flag = drawing.givenFlag, output == nil {
            throw ValidationError("\(flag) requires -o")
        }
    }

    func run() async throws {
        let console = Console(general)
        var naming = output.map { OutputNaming($0, inputs: input.files) }
        var folders = crops.map { OutputNaming($0, inputs: input.files) }
        var labels = labelling.files(protecting: input.files)
        let session = service.session()
        try await Batch.run(input.files, console, service: session, finish: { try labels?.finish() }) { source in
            let path = try naming?.output(for: source, fileExtension: PictureOutput.fileExtension(for: source))
            if let path {
                _ = try PictureOutput.encoding(for: path)
                try drawing.typeface.check()
            }
            let folder = input.files.count > 1 ? try folders?.output(for: source, fileExtension: nil) : crops
            let perceiver = try session.perceiver(
                image: image.preparation(limits), limits: resources.limits, console: console)
            let found = try await perceiver.detectObjects(
                in: source, model: service.model, threshold: selecting.filter.leastThreshold)
            for warning in found.warnings { console.warning("\(source.name): \(warning)") }
            let selection = Selection(found.objects, selecting)
            var cropFiles: CropFiles?
            if path != nil || folder != nil {
                let picture = try Image(
                    decoding: source, limits: resources.limits, lenient: image.reading.lenient,
                    levels: found.receipt.levels.map { .range($0) })
                cropFiles = try folder.map { folder in
                    try CropFiles(
                        saving: selection.results, of: picture, in: folder, as: PictureOutput.encoding(like: source),
                        protecting: input.files)
                }
                if let path {
                    let annotated = try picture.annotated(with: selection.results, style: drawing.style)
                    try PictureOutput.write(annotated.image, to: path, protecting: input.files)
                    annotated.dropped.inAnswer(selection.kept).report(console, source.name)
                }
            }
            let labelFiles = try labels?.add(selection.results, of: source, limits: resources.limits)
            var json = try Self.json(source.name, found, selection, path, cropFiles)
            labelling.report(labelFiles, in: &json)
            let outputs = [path, cropFiles?.folder, labelling.labels].compactMap(\.self)
            try console.result(Self.text(source.printableName, selection, outputs), json: json)
        }
    }

    private static func text(_ name: String, _ selection: Selection<Detection>, _ outputs: [String]) -> String {
        let objects = selection.results
        let lines = objects.map { "\(scoreText($0.score))  \($0.label)  \(boxText($0.box))" }
        let arrow = outputs.isEmpty ? "" : " → \(Console.printableLine(outputs.joined(separator: ", ")))"
        let summary = "\(name): \(counted(objects.count, "object"))\(selection.droppedText)\(arrow)"
        return ([summary] + lines).joined(separator: "\n")
    }

    private static func json(
        _ name: String, _ found: Detections, _ selection: Selection<Detection>, _ path: String?, _ crops: CropFiles?
    ) throws -> JSONObject {
        var json: JSONObject = [
            "file": .string(name),
            "detections": .array(
                selection.kept.enumerated().map { position, kept in
                    let object = kept.result
                    var entry: JSONObject = [
                        "label": .string(object.label), "score": .number(object.score), "box": object.box.json,
                    ]
                    if selection.reportsIndices { entry["index"] = .integer(kept.index) }
                    if let crop = crops?.names[position] { entry["crop"] = .string(crop) }
                    return .object(entry)
                }),
        ]
        if let path { json["output"] = .string(path) }
        if let crops { json["crops"] = .string(crops.folder) }
        json["sent"] = found.sent.json
        json["receipt"] = try JSONValue(encoding: found.receipt)
        return json
    }
}

extension [DroppedBox] {
    /// Returns the same boxes with their indices in the response that `kept` comes from.
    func inAnswer(_ kept: [KeptResult<Detection>]) -> [DroppedBox] {
        map { DroppedBox(index: kept[$0.index].index, reason: $0.reason) }
    }

    /// Warns about the boxes that could not be drawn.
    func report(_ console: Console, _ name: String) {
        for box in self { console.warning("\(name): box \(box.index) is not drawn: it is \(box.reason.rawValue)") }
    }
}
