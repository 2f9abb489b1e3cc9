import ArgumentParser
import PerceptImage

/// How labels are written into a picture.
struct LabelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What labels are written in: a font file, or the name of a family; else the system's sans-serif font.",
            valueName: "file|family"))
    var font: String?

    var typeface: Typeface { font.map { Typeface(fileOrFamily: $0) } ?? .automatic }
}
