public import ArgumentParser
import PerceptCore
public import PerceptImage

extension Palette.Coloring: ExpressibleByArgument {}

/// The options for the colours of boxes and masks.
struct ColorOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Set the colours, in general or per label: '#e69f00,#56b4e9,person=#d55e00'. (default: the seven colours "
                + "of Okabe and Ito)",
            valueName: "colors"),
        transform: Self.palette)
    var palette: Palette?

    @Option(help: "Give each label or each result its own colour. (default: label)")
    var colorBy: Palette.Coloring?

    /// The flag of the first option that was given.
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
