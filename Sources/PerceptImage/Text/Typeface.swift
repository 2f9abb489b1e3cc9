public import PerceptCore

/// The typeface of text.
public enum Typeface: Sendable, Hashable {
    /// The system's sans-serif font, with the best matching font for characters that it lacks. The built-in letters if
    /// there are no fonts, or no libraries to use them.
    case automatic
    /// The first font of a file that FreeType reads (TrueType, OpenType, WOFF, Type 1).
    ///
    /// Characters that it lacks come from the system's fonts.
    case file(String)
    /// A font by its family name in fontconfig's notation: `DejaVu Serif`, `DejaVu Sans:bold`.
    ///
    /// Characters that it lacks come from the system's other fonts.
    case family(String)
    /// Built-in letters drawn as strokes, which need no font: ASCII, letters without diacritics, and a box for each
    /// other character.
    case builtIn

    /// Creates a typeface from the path of an existing file, or a name that looks like a font file (`fonts/Label.ttf`);
    /// otherwise from a family name.
    public init(fileOrFamily name: String) {
        let isPath = name.contains("/") || Self.fileExtensions.contains { name.lowercased().hasSuffix($0) }
        self = isPath || (try? InputFile(path: name)) != nil ? .file(name) : .family(name)
    }

    /// Checks that the typeface can be used, before there is any text.
    ///
    /// - Throws: `MediaError` `.inputMissing` if the file or family does not exist, `.malformedInput` or
    ///   `.unsupportedFeature` for a file that is not a font with outlines, `.limitExceeded` for one above 256 MB.
    public func check() throws(MediaError) {
        try IdleTypesetter.with(self) { _ in }
    }

    private static let fileExtensions = [".ttf", ".otf", ".ttc", ".otc", ".woff", ".woff2", ".pfb"]
}
