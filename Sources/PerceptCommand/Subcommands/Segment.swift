public import ArgumentParser
public import Percept
import PerceptImage

struct Segment: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Segment an image and write the masks.")

    @OptionGroup var input: InputOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Write one PNG per segment, and segments.json, to this folder; with several inputs, one subfolder each.",
            valueName: "dir"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Draw the masks over the image and write it to this file (.png or .jpg); with several inputs, a folder.",
            valueName: "image"))
    var overlay: String?

    @Option(
        help: ArgumentHelp(
            "Also write this format to the folder (repeatable): coco, panoptic, indexed, polygons or cutouts; see "
                + "percept help masks.",
            valueName: "format"))
    var format: [SegmentFiles.Format] = []

    @Option(
        help: """
            Set the form of masks in coco.json: polygons (run lengths for masks with holes), or run lengths for all \
            masks, compressed as text or not. (default: polygons)
            """)
    var cocoMasks: COCODataset.MaskForm?

    @Flag(help: "Rescale masks whose size differs from the upload, instead of failing.")
    var rescaleMasks = false

    @OptionGroup(title: "Filtering") var selecting: ResultFilterOptions
    @OptionGroup(title: "Overlay") var overlaying: OverlayOptions
    @OptionGroup(title: "Service") var service: ServiceOptions
    @OptionGroup var limits: UploadLimitOptions
    @OptionGroup(title: "Images") var image: ImagePreparationOptions
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup var general: GeneralOptions

    func validate() throws {
        if cocoMasks != nil, !format.contains(.coco) { throw ValidationError("--coco-masks requires --format coco") }
        if let flag = overlaying.givenFlag, overlay == nil {
            throw ValidationError("\(flag) requires --overlay")
        }
        if !format.isEmpty, output == nil { throw ValidationError("--format requires a folder to write to: -o") }
    }

    func run() async throws {
        let console = Console(general)
        var folders = output.map { OutputNaming($0, inputs: input.files) }
        var overlays = overlay.map { OutputNaming($0, inputs: input.files) }
        let session = service.session()
        try await Batch.run(input.files, console, service: session) { source in
            let files = overlaying.files(
                folder: try folders?.folder(for: source), formats: format, cocoMasks: cocoMasks,
                overlay: try overlays?.output(for: source) {
                    try ImageEncoding(like: source).mediaType.fileExtension
                },
                protecting: input.files)
            let perceiver = try session.perceiver(
                image: image.preparation(limits), limits: resources.limits, console: console)
            let operation = SegmentOperation(
                model: service.model, rescalesMasks: rescaleMasks, filter: selecting.filter, files: files)
            try console.report(try await perceiver.perform(operation, on: source))
        }
    }
}

extension SegmentFiles.Format: ExpressibleByArgument {}
extension COCODataset.MaskForm: ExpressibleByArgument {}
