public import ArgumentParser
import Percept
import PerceptCore
public import PerceptImage

extension BoxHiding: ExpressibleByArgument {}

/// The options for drawing boxes into an image.
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

    @Option(help: "Set the outline of boxes. (default: rectangle)")
    var boxStyle: Outline?

    @Option(
        help: ArgumentHelp(
            "Set the width of the outline in pixels. (default: proportional to the image)", valueName: "pixels"))
    var lineWidth: Double?

    @Option(
        help: ArgumentHelp(
            "Set the height of capital letters in pixels, at least 10. (default: proportional to the image)",
            valueName: "pixels"))
    var textSize: Double?

    @Option(help: ArgumentHelp("Fill boxes with their colour at this opacity, 0 to 1.", valueName: "opacity"))
    var fill: Double?

    @Option(
        help: """
            Make the contents of boxes, such as faces, unrecognizable; only the mean colours of at most 8 × 8 cells \
            remain.
            """)
    var hide: BoxHiding?

    @OptionGroup var colors: ColorOptions

    @Option(
        help: ArgumentHelp(
            "Set the font of labels: a font file or the name of a family. (default: the system's sans-serif font)",
            valueName: "file|family"), completion: .file(extensions: ["ttf", "otf", "ttc", "pfb"]))
    var font: String?

    func validate() throws {
        if let fill, !(0...1).contains(fill) {
            throw ValidationError("invalid value “\(fill)” for --fill: must be 0 to 1")
        }
        if let lineWidth, !(lineWidth >= 1 && lineWidth.isFinite) {
            throw ValidationError("invalid value “\(lineWidth)” for --line-width: must be at least 1")
        }
        if let font, font.allSatisfy(\.isWhitespace) {
            throw ValidationError("invalid value “\(font)” for --font: must be a font file or the name of a family")
        }
        if let textSize, !(textSize >= 10 && textSize.isFinite) {
            throw ValidationError("invalid value “\(textSize)” for --text-size: must be at least 10")
        }
    }

    var style: BoxStyle {
        BoxStyle(
            outline: boxStyle?.outline ?? .rectangle, lineWidth: lineWidth, capHeight: textSize, fillOpacity: fill ?? 0,
            hiding: hide, palette: colors.palette ?? .okabeIto, coloring: colors.colorBy ?? .label, typeface: typeface)
    }

    var typeface: Typeface { font.map { Typeface(fileOrFamily: $0) } ?? .automatic }

    /// The flag of the first option that was given; all of them require an annotated image.
    var givenFlag: String? {
        let flags: [(flag: String, isGiven: Bool)] = [
            ("--box-style", boxStyle != nil), ("--line-width", lineWidth != nil), ("--text-size", textSize != nil),
            ("--fill", fill != nil), ("--hide", hide != nil), ("--font", font != nil),
        ]
        return flags.first { $0.isGiven }?.flag ?? colors.givenFlag
    }
}
