import ArgumentParser
import Percept
import PerceptCore
import PerceptImage
import PerceptInference

struct Masks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Saves the masks of a saved answer as files, offline.",
        discussion: "One PNG per segment and segments.json. With --image the masks must be of its upright size.")

    @Argument(help: ArgumentHelp("The answer: the service's own JSON.", valueName: "answer.json"))
    var answer: String

    @Option(name: [.short, .long], help: ArgumentHelp("The folder to write to.", valueName: "dir"))
    var output: String

    @Option(help: ArgumentHelp("The picture that the masks are about.", valueName: "image"))
    var image: String?

    @Option(
        help: ArgumentHelp("The picture with the masks over it (.png or .jpg); needs --image.", valueName: "picture"))
    var overlay: String?

    @Option(
        help: ArgumentHelp(
            "What else to write (repeatable): coco (coco.json), panoptic (panoptic.png and .json), indexed (indexed.png: numbers of segments as colours), polygons (polygons.json), cutouts (a PNG per segment; needs --image).",
            valueName: "format"))
    var format: [SegmentFiles.Format] = []

    @Option(
        help:
            "How coco.json has masks: polygons, and run lengths where there are holes; or all as run lengths, compressed to text or not. (default: polygons)"
    )
    var cocoMasks: COCODataset.MaskForm?

    @Flag(help: "Rescales masks that are not of the picture's size, instead of refusing them.")
    var rescaleMasks = false

    @OptionGroup(title: "Which results") var selecting: ResultFilterOptions
    @OptionGroup(title: "Overlay") var overlaying: OverlayOptions
    @OptionGroup var reading: LeniencyOption
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup var general: GeneralOptions

    func validate() throws {
        if cocoMasks != nil, !format.contains(.coco) { throw ValidationError("--coco-masks needs --format coco.") }
        if let flag = overlaying.givenFlag, overlay == nil {
            throw ValidationError("\(flag) is for the picture that --overlay names.")
        }
        if overlay != nil, image == nil { throw ValidationError("--overlay needs the picture: --image.") }
        if format.contains(.cutouts), image == nil {
            throw ValidationError("--format cutouts needs the picture: --image.")
        }
        if rescaleMasks, image == nil { throw ValidationError("--rescale-masks needs the picture: --image.") }
    }

    func run() async throws {
        let console = Console(general)
        try await Batch.run([answer], console) { source in
            if let overlay { _ = try PictureOutput.encoding(for: overlay) }
            let picture = image.map { MediaSource.file($0) }
            let none = MediaInput(bytes: [], mediaType: .png)
            let found = try SavedAnswer.decode(answer, as: ImageSegmentation(image: none), key: "segments")
            let segments = try Percept.Segment.decoding(
                found, source: source.name,
                size: try picture.map { try ImageReader($0, limits: resources.limits).header.size },
                rescalingMismatch: rescaleMasks, limits: resources.limits)
            try SegmentReport(
                Selection(segments, selecting), source: source, picture: picture, folder: output, formats: format,
                cocoMasks: cocoMasks ?? .polygons,
                overlay: overlay, overlaying: overlaying, lenient: reading.lenient, limits: resources.limits
            ).print(console)
        }
    }
}
