import ArgumentParser
import Percept
import PerceptBatch
import PerceptImage
import PerceptInference

struct Detect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Detect objects in an image and draw their boxes.")

    @OptionGroup var input: SourceOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Write the annotated image to this file (.png or .jpg); with several inputs, a folder; - is standard "
                + "output.",
            valueName: "annotated"), completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Crop each box from the upright original and write the crops to this folder; with several inputs, one "
                + "subfolder per input.",
            valueName: "dir"), completion: .directory)
    var crops: String?

    @OptionGroup(title: "Filtering") var selecting: ResultFilterOptions
    @OptionGroup(title: "Drawing") var drawing: DrawingOptions
    @OptionGroup(title: "Label files") var labelling: BoxLabelOptions
    @OptionGroup(title: "Service") var service: ServiceOptions
    @OptionGroup var limits: UploadLimitOptions
    @OptionGroup(title: "Images") var image: ImagePreparationOptions
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup(title: "Many inputs") var flow: FlowOptions
    @OptionGroup var requests: RequestFlowOptions
    @OptionGroup var requestRate: RequestRateOption
    @OptionGroup var general: GeneralOptions

    func validate() throws {
        try OutputTarget.validate(output, input, isJSON: general.json)
        if let flag = drawing.givenFlag, output == nil {
            throw ValidationError("\(flag) requires -o")
        }
    }

    func run() async throws {
        let console = Console(general)
        let target = try output.map { try OutputTarget($0, input) }
        let folders = try crops.map { try OutputNaming($0, input) }
        var labels = labelling.files(protecting: input.inputs.namedFiles)
        let session = service.session()
        let perceiver = try session.perceiver(image: image.preparation(limits), limits: resources.limits)
        let template = DetectOperation(
            model: service.model, filter: selecting.filter, files: DetectionFiles(style: drawing.style))
        let run = try BatchRun(
            input, flow, requests: requests, rate: requestRate.rate, service: session, console: console,
            perceiver: perceiver, settings: [template, output as Any, crops as Any]
        ) { item in
            var operation = template
            operation.files.annotatedPath = try target?.naming.output(for: item) {
                try ImageEncoding(like: item.source).mediaType.fileExtension
            }
            operation.files.cropFolder = try folders?.folder(for: item)
            operation.files.protectedPaths = item.protectedPaths
            return operation
        }
        try await run.run(finish: { try labels?.finish() }) { found, members in
            if let output = found.output, try target?.emit(output) == true { return console.warnings(found) }
            var extra = members
            try labelling.write(found, to: &labels, reporting: &extra)
            let written = outputText([found.output, found.crops?.folder, labelling.labels])
            try console.report(found, text: found.text.appendingToFirstLine(written), extra)
        }
    }
}
