import ArgumentParser
import Percept
import PerceptCore
import PerceptImage
import PerceptInference

struct Segment: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Divides a picture into segments, and saves their masks.")

    @OptionGroup var input: InputOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The folder for one PNG per segment and segments.json; with several inputs, a folder of such folders.",
            valueName: "dir"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "The picture with the masks over it (.png or .jpg); with several inputs, a folder.", valueName: "picture"))
    var overlay: String?

    @Option(
        help: ArgumentHelp(
            "What else to write into the folder (repeatable): coco, panoptic, indexed, polygons or cutouts; see masks.",
            valueName: "format"))
    var format: [SegmentFiles.Format] = []

    @Option(
        help:
            "How coco.json has masks: polygons, and run lengths where there are holes; or all as run lengths, compressed to text or not. (default: polygons)"
    )
    var cocoMasks: COCODataset.MaskForm?

    @Flag(help: "Rescales masks that are not of the size of what was sent, instead of refusing them.")
    var rescaleMasks = false

    @OptionGroup(title: "Which results") var selecting: ResultFilterOptions
    @OptionGroup(title: "Overlay") var overlaying: OverlayOptions
    @OptionGroup(title: "Service") var service: ServiceOptions
    @OptionGroup var limits: UploadLimitOptions
    @OptionGroup(title: "Pictures") var image: ImagePreparationOptions
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup var general: GeneralOptions

    func validate() throws {
        if cocoMasks != nil, !format.contains(.coco) { throw ValidationError("--coco-masks needs --format coco.") }
        if let flag = overlaying.givenFlag, overlay == nil {
            throw ValidationError("\(flag) is for the picture that --overlay names.")
        }
        if !format.isEmpty, output == nil { throw ValidationError("--format needs a folder to write to: -o.") }
    }

    func run() async throws {
        let console = Console(general)
        var folders = output.map { OutputNaming($0, inputs: input.files) }
        var overlays = overlay.map { OutputNaming($0, inputs: input.files) }
        let session = service.session()
        try await Batch.run(input.files, console, service: session) { source in
            let folder = input.files.count > 1 ? try folders?.output(for: source, fileExtension: nil) : output
            let picture = try overlays?.output(for: source, fileExtension: PictureOutput.fileExtension(for: source))
            if let picture { _ = try PictureOutput.encoding(for: picture) }
            let perceiver = try session.perceiver(
                image: image.preparation(limits), limits: resources.limits, console: console)
            let segmentation = try await perceiver.segment(
                source, model: service.model, threshold: selecting.filter.leastThreshold,
                rescalingMasks: rescaleMasks)
            for warning in segmentation.warnings { console.warning("\(source.name): \(warning)") }
            let report = try SegmentReport(
                Selection(segmentation.segments, selecting), source: source, picture: source, otherInputs: input.files,
                folder: folder,
                formats: format, cocoMasks: cocoMasks ?? .polygons, overlay: picture, overlaying: overlaying,
                lenient: image.reading.lenient,
                limits: resources.limits)
            try report.print(console, sent: segmentation.sent, receipt: segmentation.receipt)
        }
    }
}
