public import ArgumentParser
import Percept
import PerceptCore
public import PerceptImage

extension BoxHiding: ExpressibleByArgument {}

/// How boxes are drawn into a picture.
struct DrawingOptions: ParsableArguments {
    /// The line around a box.
    enum Outline: String, ExpressibleByArgument, CaseIterable {
        case rectangle, rounded, corners, dashed, none

        var outline: BoxOutline {
            switch self {
            case .rectangle: .rectangle
            case .rounded: .rounded()
            case .corners: .corners()
            case .dashed: .dashed()
            case .none: .none
            }
        }
    }

    @Option(help: "The line around boxes. (default: rectangle)")
    var boxStyle: Outline?

    @Option(
        help: ArgumentHelp("Width of the line in pixels; else in proportion to the picture.", valueName: "pixels"))
    var lineWidth: Double?

    @Option(
        help: ArgumentHelp(
            "Height of capital letters in pixels, at least 10; else in proportion to the picture.", valueName: "pixels")
    )
    var textSize: Double?

    @Option(help: ArgumentHelp("How much of its colour covers the inside of a box, 0 to 1.", valueName: "opacity"))
    var fill: Double?

    @Option(
        help:
            "Makes what is inside of boxes unrecognizable, such as faces; nothing but the mean colours of at most 8 × 8 cells is left."
    )
    var hide: BoxHiding?

    @OptionGroup var colors: ColorOptions

    @Option(
        help: ArgumentHelp(
            "What labels are written in: a font file, or the name of a family; else the system's sans-serif font.",
            valueName: "file|family"))
    var font: String?

    func validate() throws {
        if let fill, !(0...1).contains(fill) { throw ValidationError("--fill is 0 to 1.") }
        if let lineWidth, !(lineWidth >= 1 && lineWidth.isFinite) {
            throw ValidationError("--line-width is at least 1.")
        }
        if let font, font.allSatisfy(\.isWhitespace) {
            throw ValidationError("--font is a font file, or the name of a family.")
        }
        if let textSize, !(textSize >= 10 && textSize.isFinite) { throw ValidationError("--text-size is at least 10.") }
    }

    var style: BoxStyle {
        BoxStyle(
            outline: boxStyle?.outline ?? .rectangle, lineWidth: lineWidth, capHeight: textSize, fillOpacity: fill ?? 0,
            hiding: hide, palette: colors.palette ?? .okabeIto, coloring: colors.colorBy ?? .label, typeface: typeface)
    }

    var typeface: Typeface { font.map { Typeface(fileOrFamily: $0) } ?? .automatic }

    /// The first option that was given, as it is written; all of them are for a picture with boxes.
    var givenFlag: String? {
        let flags: [(flag: String, isGiven: Bool)] = [
            ("--box-style", boxStyle != nil), ("--line-width", lineWidth != nil), ("--text-size", textSize != nil),
            ("--fill", fill != nil), ("--hide", hide != nil), ("--font", font != nil),
        ]
        return flags.first { $0.isGiven }?.flag ?? colors.givenFlag
    }
}
