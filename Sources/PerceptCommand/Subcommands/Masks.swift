import ArgumentParser
import Percept
import PerceptCore

struct Masks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the masks of a saved response as files, offline.",
        discussion: """
            Writes one PNG per segment, and segments.json. With --image, the masks must have the size of the upright \
            image.
            """)

    @Argument(
        help: ArgumentHelp("The saved response: the service's own JSON.", valueName: "response.json"),
        completion: .file(extensions: ["json"]))
    var answer: String

    @Option(
        name: [.short, .long], help: ArgumentHelp("Write the files to this folder.", valueName: "dir"),
        completion: .directory)
    var output: String

    @Option(help: ArgumentHelp("Use this image, to which the masks belong.", valueName: "image"), completion: .file())
    var image: String?

    @Option(
        help: ArgumentHelp(
            "Draw the masks over the image and write it to this file (.png or .jpg); requires --image.",
            valueName: "image"), completion: .file())
    var overlay: String?

    @Option(
        help: ArgumentHelp(
            "Also write this format (repeatable): coco (coco.json), panoptic (panoptic.png and panoptic.json), indexed "
                + "(indexed.png: segment numbers as colour indices), polygons (polygons.json), cutouts (a PNG per "
                + "segment; requires --image).",
            valueName: "format"))
    var format: [SegmentFiles.Format] = []

    @Option(
        help: """
            Set the form of masks in coco.json: polygons (run lengths for masks with holes), or run lengths for all \
            masks, compressed as text or not. (default: polygons)
            """)
    var cocoMasks: COCODataset.MaskForm?

    @Flag(help: "Rescale masks whose size differs from the image, instead of failing.")
    var rescaleMasks = false

    @OptionGroup(title: "Filtering") var selecting: ResultFilterOptions
    @OptionGroup(title: "Overlay") var overlaying: OverlayOptions
    @OptionGroup var reading: LeniencyOption
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup var general: GeneralOptions

    func validate() throws {
        if cocoMasks != nil, !format.contains(.coco) { throw ValidationError("--coco-masks requires --format coco") }
        if let flag = overlaying.givenFlag, overlay == nil {
            throw ValidationError("\(flag) requires --overlay")
        }
        if overlay != nil, image == nil { throw ValidationError("--overlay requires --image") }
        if format.contains(.cutouts), image == nil {
            throw ValidationError("--format cutouts requires --image")
        }
        if rescaleMasks, image == nil { throw ValidationError("--rescale-masks requires --image") }
    }

    func run() async throws {
        let console = Console(general)
        try await RunReport.run(answer, console) { source in
            let files = overlaying.files(
                folder: output, formats: format, cocoMasks: cocoMasks, overlay: overlay,
                protecting: [answer, image].compactMap(\.self))
            try files.check()
            let saved = try await SavedResponse(source).segmentation(
                of: image.map { .file($0) }, rescalingMismatch: rescaleMasks, filter: selecting.filter,
                limits: resources.limits)
            try console.report(
                try await files.write(
                    saved, of: image.map { .file($0) }, isLenient: reading.lenient, limits: resources.limits))
        }
    }
}
