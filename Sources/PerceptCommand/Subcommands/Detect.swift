import ArgumentParser
import Percept
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
            let files = DetectionFiles(
                annotatedPath: try naming?.output(for: source) {
                    try ImageEncoding(like: source).mediaType.fileExtension
                },
                style: drawing.style, cropFolder: try folders?.folder(for: source), protectedPaths: input.files)
            let perceiver = try session.perceiver(
                image: image.preparation(limits), limits: resources.limits, console: console)
            let found = try await perceiver.perform(
                DetectOperation(model: service.model, filter: selecting.filter, files: files), on: source)
            var extra: JSONObject = [:]
            try labelling.write(found, to: &labels, reporting: &extra)
            let written = outputText([found.output, found.crops?.folder, labelling.labels])
            try console.report(found, text: found.text.appendingToFirstLine(written), extra)
        }
    }
}
