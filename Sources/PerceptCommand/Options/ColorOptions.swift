public import ArgumentParser
import PerceptCore
public import PerceptImage

extension Palette.Coloring: ExpressibleByArgument {}

/// The colours of boxes and masks.
struct ColorOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Colours, and colours of labels: '#e69f00,#56b4e9,person=#d55e00'. (default: the seven of Okabe and Ito)",
            valueName: "colors"),
        transform: Self.palette)
    var palette: Palette?

    @Option(help: "Whether each label or each result has a colour of its own. (default: label)")
    var colorBy: Palette.Coloring?

    /// The first option that was given, as it is written.
    var givenFlag: String? {
        palette != nil ? "--palette" : colorBy != nil ? "--color-by" : nil
    }

    private static func palette(_ list: String) throws -> Palette {
        do throws(MediaError) {
            return try Palette(parsing: list)
        } catch {
            throw ValidationError(error.description)
        }
    }
}
