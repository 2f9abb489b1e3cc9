import ArgumentParser
import Percept
import PerceptCore
import PerceptImage
import PerceptInference

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
                lenient: image.reading.lenient, levels: segmentation.receipt.levels.map { .range($0) },
                limits: resources.limits)
            try report.print(console, sent: segmentation.sent, receipt: segmentation.receipt)
        }
    }
}
