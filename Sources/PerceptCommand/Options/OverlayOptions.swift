import ArgumentParser
import Percept
import PerceptCore
import PerceptImage

/// The options for drawing masks over an image.
struct OverlayOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Set the opacity of masks, 0 to 1. (default: 0.5)", valueName: "opacity"))
    var fill: Double?

    @Option(
        help: ArgumentHelp(
            "Set the width in pixels of the outline inside a mask's edge; 0 draws none. (default: proportional to the "
                + "image)",
            valueName: "pixels"))
    var lineWidth: Double?

    @OptionGroup var colors: ColorOptions

    func validate() throws {
        if let fill, !(0...1).contains(fill) {
            throw ValidationError("invalid value “\(fill)” for --fill: must be 0 to 1")
        }
        if let lineWidth, !(lineWidth >= 0 && lineWidth.isFinite) {
            throw ValidationError("invalid value “\(lineWidth)” for --line-width: must be at least 0")
        }
    }

    /// Returns the files to make from a segmentation.
    func files(
        folder: String? = nil, formats: [SegmentFiles.Format], cocoMasks: COCODataset.MaskForm?,
        overlay: String? = nil, protecting protectedPaths: [String] = []
    ) -> SegmentationFiles {
        SegmentationFiles(
            folder: folder, formats: Set(formats), cocoMasks: cocoMasks ?? .polygons, overlayPath: overlay,
            style: MaskOverlayStyle(opacity: fill ?? MaskOverlayStyle().opacity, outlineWidth: lineWidth),
            palette: colors.palette ?? .okabeIto, coloring: colors.colorBy ?? .label, protectedPaths: protectedPaths)
    }

    /// The flag of the first option that was given.
    var givenFlag: String? {
        fill != nil ? "--fill" : lineWidth != nil ? "--line-width" : colors.givenFlag
    }
}
