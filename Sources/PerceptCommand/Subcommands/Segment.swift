public import ArgumentParser
public import Percept
import PerceptBatch
import PerceptImage

struct Segment: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Segment an image and write the masks.")

    @OptionGroup var input: SourceOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Write one PNG per segment, and segments.json, to this folder; with several inputs, one subfolder each.",
            valueName: "dir"), completion: .directory)
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Draw the masks over the image and write it to this file (.png or .jpg); with several inputs, a folder.",
            valueName: "image"), completion: .file())
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
    @OptionGroup(title: "Many inputs") var flow: FlowOptions
    @OptionGroup var requests: RequestFlowOptions
    @OptionGroup var requestRate: RequestRateOption
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
        let folders = try output.map { try OutputNaming($0, input) }
        let overlays = try overlay.map { try OutputNaming($0, input) }
        let session = service.session()
        let perceiver = try session.perceiver(image: image.preparation(limits), limits: resources.limits)
        let template = SegmentOperation(
            model: service.model, rescalesMasks: rescaleMasks, filter: selecting.filter,
            files: overlaying.files(formats: format, cocoMasks: cocoMasks))
        let run = try BatchRun(
            input, flow, requests: requests, rate: requestRate.rate, service: session, console: console,
            perceiver: perceiver, settings: [template, output as Any, overlay as Any]
        ) { item in
            var operation = template
            operation.files.folder = try folders?.folder(for: item)
            operation.files.overlayPath = try overlays?.output(for: item) {
                try ImageEncoding(like: item.source).mediaType.fileExtension
            }
            operation.files.protectedPaths = item.protectedPaths
            return operation
        }
        try await run.run { try console.report($0, $1) }
    }
}

extension SegmentFiles.Format: ExpressibleByArgument {}
extension COCODataset.MaskForm: ExpressibleByArgument {}
