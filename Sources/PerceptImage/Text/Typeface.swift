public import PerceptCore

/// What text is written in.
public enum Typeface: Sendable, Hashable {
    /// The system's sans-serif font, and for characters that it lacks the font that fits best; where there are no fonts,
    /// or no libraries to use them, the built-in letters.
    case automatic
    /// The first font of a file that FreeType reads (TrueType, OpenType, WOFF, Type 1).
    ///
    /// Characters that it lacks are taken from the system's fonts.
    case file(String)
    /// A font by the name of its family, in the notation of fontconfig: `DejaVu Serif`, `DejaVu Sans:bold`.
    ///
    /// Characters that it lacks are taken from the system's other fonts.
    case family(String)
    /// Letters drawn as strokes, which need no font: ASCII, letters with marks without them, and a box for each other
    /// character.
    case builtIn

    /// A file where `name` is the path of one, or reads like one (`fonts/Label.ttf`), else a family.
    public init(fileOrFamily name: String) {
        let isPath = name.contains("/") || Self.fileExtensions.contains { name.lowercased().hasSuffix($0) }
        self = isPath || (try? InputFile(path: name)) != nil ? .file(name) : .family(name)
    }

    /// Finds out whether text can be written in it before there is any.
    ///
    /// - Throws: `MediaError` `.inputMissing` where there is no such file or family, `.malformedInput` or
    ///   `.unsupportedFeature` for a file that is no font with outlines, `.limitExceeded` for one above 256 MB.
    public func check() throws(MediaError) {
        try IdleTypesetter.with(self) { _ in }
    }

    private static let fileExtensions = [".ttf", ".otf", ".ttc", ".otc", ".woff", ".woff2", ".pfb"]
}
