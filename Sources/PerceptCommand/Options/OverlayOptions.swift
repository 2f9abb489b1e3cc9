import ArgumentParser
import Percept
import PerceptCore
import PerceptImage

/// The picture with masks over it.
struct OverlayOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How much of its colour covers a mask, 0 to 1. (default: 0.5)", valueName: "opacity"))
    var fill: Double?

    @Option(
        help: ArgumentHelp(
            "Width in pixels of the line along the inside of a mask's edge, 0 for none; else in proportion to the picture.",
            valueName: "pixels"))
    var lineWidth: Double?

    @OptionGroup var colors: ColorOptions

    func validate() throws {
        if let fill, !(0...1).contains(fill) { throw ValidationError("--fill is 0 to 1.") }
        if let lineWidth, !(lineWidth >= 0 && lineWidth.isFinite) {
            throw ValidationError("--line-width is at least 0.")
        }
    }

    func overlaying(_ segments: [Percept.Segment], on image: Image) throws(MediaError) -> Image {
        try image.overlaid(
            with: segments, palette: colors.palette ?? .okabeIto, coloring: colors.colorBy ?? .label,
            style: MaskOverlayStyle(opacity: fill ?? MaskOverlayStyle().opacity, outlineWidth: lineWidth))
    }

    /// The first option that was given, as it is written.
    var givenFlag: String? {
        fill != nil ? "--fill" : lineWidth != nil ? "--line-width" : colors.givenFlag
    }
}
