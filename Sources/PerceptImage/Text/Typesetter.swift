internal import CTextLayout
package import PerceptCore

/// Lays out and draws lines of text in one typeface.
///
/// A typesetter must be used by one thread at a time, like FreeType. It caches glyphs, so one serves all text of an
/// image. Results from fontconfig are cached by the process.
package final class Typesetter {
    /// The maximum cap height in pixels; taller letters are limited to it.
    package static let largestCapHeight = 1024.0

    private let library: FontLibrary?
    /// The requested font, followed by the fonts needed for characters that it lacks; empty for the built-in letters.
    private var faces: [FontFace] = []
    /// The faces of opened fonts in ``FontList/fallbacks``; `nil` for those that cannot be opened.
    private var openFallbacks: [Int: Int?] = [:]
    /// The face of each character; `nil` if no font has it.
    private var facesOfCharacters: [Character: Int?] = [:]
    private var boundsOfGlyphs: [GlyphShape: BoundingBox?] = [:]
    private var wordsOfLabels: [String: KnownWords] = [:]
    /// The characters of numbers.
    private var symbols: [Character: TextLine] = [:]
    private var rasterizer = GlyphRasterizer()

    private struct KnownWords {
        var characters: [Character]
        var isCut: Bool
        var line: TextLine
    }

    /// The maximum number of cached labels: more than most models have classes.
    private static let keptLineCount = 4096

    /// True if the caches are small enough (a few megabytes) to be kept.
    var isWorthKeeping: Bool { facesOfCharacters.count + boundsOfGlyphs.count + symbols.count < 16384 }

    /// Creates a typesetter for ``Typeface/automatic``.
    package init() {
        library = percept_text_layout_is_available() ? FontLibrary() : nil
        guard let library, let location = FontList.fallbacks?.location(at: 0),
            let face = try? FontFace(library, path: location.path, faceIndex: location.faceIndex)
        else { return }
        faces = [face]
        openFallbacks = [0: 0]
    }

    init(library: FontLibrary?, faces: [FontFace]) {
        self.library = library
        self.faces = faces
    }

    /// Creates a typesetter for a typeface.
    ///
    /// - Throws: `MediaError`; see ``Typeface/check()``.
    package convenience init(_ typeface: Typeface) throws(MediaError) {
        switch typeface {
        case .automatic: self.init()
        case .builtIn: self.init(library: nil, faces: [])
        case .file(let path): try self.init(path: path, faceIndex: 0)
        case .family(let name):
            guard let location = FontList.family(name)?.location(at: 0) else { throw Self.missingFamily(name) }
            try self.init(path: location.path, faceIndex: location.faceIndex)
        }
    }

    /// Returns the error about a family that is not found: fontconfig, all fonts, or this one may be missing.
    private static func missingFamily(_ name: String) -> MediaError {
        guard percept_font_search_is_available() else {
            return MediaError(
                .inputMissing, source: name, problem: "fontconfig, which finds fonts by name, is not installed",
                remedy: "install it (fontconfig and fonts-dejavu-core on Debian and Ubuntu), or give the path of a "
                    + "font file")
        }
        guard FontList.fallbacks != nil else {
            return MediaError(
                .inputMissing, source: name, problem: "no font is installed",
                remedy: "install some (fonts-dejavu-core on Debian and Ubuntu), or give the path of a font file")
        }
        return MediaError(
            .inputMissing, source: name, problem: "no font of this name is installed",
            remedy: "fc-list : family lists those there are; or give the path of a font file")
    }

    private convenience init(path: String, faceIndex: Int) throws(MediaError) {
        guard percept_text_layout_is_available(), let library = FontLibrary() else {
            throw MediaError(
                .unsupportedFeature, problem: "text in a font needs libraqm 0.7 or later, which cannot be loaded",
                remedy: "install it (Debian: libraqm0; Homebrew: libraqm), or ask for no font")
        }
        self.init(library: library, faces: [try FontFace(library, path: path, faceIndex: faceIndex)])
    }

    /// Lays out a text as one line: line breaks and control characters become spaces; after 200 characters it ends in
    /// an ellipsis.
    package func line(_ text: String) -> TextLine {
        let (characters, isCut) = LineCharacters.of(text)
        return line(characters[...], isCut: isCut, number: "")
    }

    /// Lays out a text as one line of at most `width` pixels, truncated with an ellipsis if needed; `nil` for an empty
    /// text, or if not even its first character and an ellipsis fit.
    package func line(_ text: String, fitting width: Double, capHeight: Double) -> TextLine? {
        let (characters, isCut) = LineCharacters.of(text)
        let whole = line(characters[...], isCut: isCut, number: "")
        if whole.isEmpty || whole.width(capHeight: capHeight) <= width { return whole.isEmpty ? nil : whole }
        return longestCut(of: characters, number: "") { cut in cut.width(capHeight: capHeight) <= width ? cut : nil }
    }

    /// Returns the result for the longest beginning of a text, followed by an ellipsis and `number`, for which `fitted`
    /// is not `nil`.
    ///
    /// Found by bisection, since widths grow with the number of letters. If they do not (letters may join), the result
    /// still fits.
    func longestCut<Fitted>(of characters: [Character], number: String, fitted: (TextLine) -> Fitted?) -> Fitted? {
        var longest: Fitted?
        var (fits, tooLong) = (0, characters.count + 1)
        while tooLong - fits > 1 {
            let middle = (fits + tooLong) / 2
            var beginning = characters.prefix(middle)
            if beginning.last == " " { beginning.removeLast() }
            if let fitting = fitted(line(beginning, isCut: true, number: number)) {
                fits = middle
                longest = fitting
            } else {
                tooLong = middle
            }
        }
        return longest
    }

    /// Lays out a line.
    ///
    /// - Parameters:
    ///   - characters: Characters from ``LineCharacters``.
    ///   - isCut: If true, an ellipsis follows.
    ///   - number: A number that follows after a space, written left to right after any text.
    func line(_ characters: ArraySlice<Character>, isCut: Bool, number: String) -> TextLine {
        numbered(words(characters, isCut: isCut), number, of: characters, isCut: isCut)
    }

    /// Returns the characters of a label, and its line with a number after it.
    ///
    /// Words and digits are laid out once and cached, except in a line from right to left, where the number comes
    /// first. Digits are therefore never kerned.
    func labelLine(_ label: String, number: String) -> (characters: [Character], isCut: Bool, line: TextLine) {
        let known: KnownWords
        if let found = wordsOfLabels[label] {
            known = found
        } else {
            let (characters, isCut) = LineCharacters.of(label)
            known = KnownWords(
                characters: characters, isCut: isCut, line: words(characters[...], isCut: isCut))
            if wordsOfLabels.count >= Self.keptLineCount { wordsOfLabels.removeAll() }
            wordsOfLabels[label] = known
        }
        let line = numbered(known.line, number, of: known.characters[...], isCut: known.isCut)
        return (known.characters, known.isCut, line)
    }

    private func words(_ characters: ArraySlice<Character>, isCut: Bool) -> TextLine {
        guard !faces.isEmpty else { return strokes(characters, isCut: isCut, number: "") }
        return laidOut(itemized(characters, isCut: isCut)) ?? strokes(characters, isCut: isCut, number: "")
    }

    private func numbered(
        _ words: TextLine, _ number: String, of characters: ArraySlice<Character>, isCut: Bool
    ) -> TextLine {
        if number.isEmpty { return words }
        guard !faces.isEmpty else { return strokes(characters, isCut: isCut, number: number) }
        if LineCharacters.runsFromRightToLeft(characters) {
            var run = itemized(characters, isCut: isCut)
            append(" ", to: &run)
            // An isolate (UAX #9) keeps the minus sign and decimal point of a number in place.
            append("\u{2066}", to: &run)
            for digit in number { append(digit, to: &run) }
            append("\u{2069}", to: &run)
            return laidOut(run) ?? strokes(characters, isCut: isCut, number: number)
        }
        var line = words
        if !characters.isEmpty || isCut { line.append(symbol(" ")) }
        for digit in number { line.append(symbol(digit)) }
        return line
    }

    /// Lays out a single character without regard to its neighbours.
    private func symbol(_ character: Character) -> TextLine {
        if let known = symbols[character] { return known }
        let line = words([character], isCut: false)
        symbols[character] = line
        return line
    }

    private func itemized(_ characters: ArraySlice<Character>, isCut: Bool) -> Itemization {
        var run = Itemization()
        for character in characters { append(character, to: &run) }
        if isCut {
            if faces[0].has(StrokeFont.ellipsis) {
                append("…", to: &run)
            } else {
                for _ in 0..<3 { append(".", to: &run) }
            }
        }
        return run
    }

    /// Returns the bitmap of a glyph for a pen at `x`, `y` (in fractional pixels), and the pixel that it is relative
    /// to.
    func bitmap(
        _ shape: GlyphShape, capHeight: Double, x: Double, y: Double
    ) -> (bitmap: GlyphRasterizer.Bitmap, column: Int, row: Int) {
        rasterizer.bitmap(shape, capHeight: capHeight, x: x, y: y) { offset in
            switch shape {
            case .strokes(let letter):
                return GlyphRasterizer.rasterized(letter, capHeight: capHeight, offset: offset)
            case .outline(let face, let glyph):
                return faces[face].bitmap(glyph, size: capHeight / faces[0].capHeight, offset: offset)
            }
        }
    }
}

// MARK: - Fonts

extension Typesetter {
    /// A text as scalars, each with its face.
    private struct Itemization {
        var scalars: [UInt32] = []
        var faces: [Int] = []
        /// The positions where a box replaces a character that no font has.
        var missing: Set<Int> = []
        var text = ""
    }

    /// The placeholder for a character that no font has: neutral in direction, and never invisible.
    private static let placeholder: UInt32 = 0xFFFC

    private func append(_ character: Character, to run: inout Itemization) {
        let scalars = Array(character.unicodeScalars)
        let visible = scalars.filter { !$0.properties.isDefaultIgnorableCodePoint }
        guard !visible.isEmpty else {
            // Invisible itself, but may join the characters before and after it.
            let face = run.faces.last ?? 0
            run.scalars += scalars.map(\.value)
            run.faces += scalars.map { _ in face }
            return
        }
        guard let face = face(for: character, visible) else {
            run.missing.insert(run.scalars.count)
            run.scalars.append(Self.placeholder)
            run.faces.append(0)
            run.text.unicodeScalars.append(StrokeFont.missing)
            return
        }
        for scalar in scalars {
            // A mark that the font lacks is dropped, instead of drawing a box over its letter.
            if visible.count > 1 && !scalar.properties.isDefaultIgnorableCodePoint && !faces[face].has(scalar) {
                continue
            }
            run.scalars.append(scalar.value)
            run.faces.append(face)
        }
        run.text.append(character)
    }

    /// Returns the face that has all scalars of a character, else one that has its first scalar, else `nil`.
    private func face(for character: Character, _ visible: [Unicode.Scalar]) -> Int? {
        if let known = facesOfCharacters[character] { return known }
        let face = face(for: visible) ?? (visible.count > 1 ? face(for: Array(visible.prefix(1))) : nil)
        facesOfCharacters[character] = .some(face)
        return face
    }

    /// Returns the requested font, else the first of the system's fonts that has all of `scalars`, independent of
    /// earlier text.
    private func face(for scalars: [Unicode.Scalar]) -> Int? {
        if scalars.allSatisfy(faces[0].has) { return 0 }
        guard let list = FontList.fallbacks else { return nil }
        for index in 0..<list.count where list.has(scalars, at: index) {
            if let face = openFallback(list, index), scalars.allSatisfy(faces[face].has) { return face }
        }
        return nil
    }

    private func openFallback(_ list: FontList, _ index: Int) -> Int? {
        if let known = openFallbacks[index] { return known }
        guard let library, let location = list.location(at: index),
            let face = try? FontFace(library, path: location.path, faceIndex: location.faceIndex)
        else {
            openFallbacks[index] = .some(nil)
            return nil
        }
        faces.append(face)
        openFallbacks[index] = faces.count - 1
        return faces.count - 1
    }
}

// MARK: - Layout

extension Typesetter {
    /// Lays out a text; `nil` if the library fails.
    private func laidOut(_ run: Itemization) -> TextLine? {
        var line = TextLine()
        let capHeight = faces[0].capHeight
        line.text = run.text
        line.descent = faces[0].descent / capHeight
        guard !run.scalars.isEmpty else { return line }
        var count = 0
        let runs = layoutRuns(run)
        guard
            let glyphs = percept_text_layout_line(
                run.scalars, run.scalars.count, runs, runs.count, FontFace.loadFlags, &count)
        else { return nil }
        defer { percept_text_layout_free(glyphs) }
        var pen = 0.0
        for glyph in UnsafeBufferPointer(start: glyphs, count: count) {
            guard run.faces.indices.contains(Int(glyph.scalar)) else { continue }
            if run.missing.contains(Int(glyph.scalar)) {
                add(.strokes(StrokeFont.missing), x: pen + StrokeFont.gap / StrokeFont.capHeight / 2, y: 0, to: &line)
                pen += (StrokeFont.glyph(StrokeFont.missing).width + StrokeFont.gap) / StrokeFont.capHeight
                continue
            }
            // Glyph 0 is the box for a missing character, which was handled above.
            if glyph.glyph != 0 {
                add(
                    .outline(face: run.faces[Int(glyph.scalar)], glyph: glyph.glyph),
                    x: pen + FontFace.ems(glyph.x_offset) / capHeight, y: -FontFace.ems(glyph.y_offset) / capHeight,
                    to: &line)
            }
            pen += FontFace.ems(glyph.advance) / capHeight
        }
        line.advance = max(0, pen)
        line.right = max(line.right, line.advance)
        return line
    }

    private func layoutRuns(_ run: Itemization) -> [TextLayoutRun] {
        var runs: [TextLayoutRun] = []
        var last: Int?
        for (index, face) in run.faces.enumerated() {
            if face == last {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(TextLayoutRun(face: faces[face].layoutHandle, start: index, count: 1))
                last = face
            }
        }
        return runs
    }

    /// Adds a glyph if it has ink.
    private func add(_ shape: GlyphShape, x: Double, y: Double, to line: inout TextLine) {
        guard let bounds = bounds(shape) else { return }
        line.glyphs.append(TextLine.Glyph(shape: shape, x: x, y: y))
        line.ascent = max(line.ascent, -(y + bounds.yMin))
        line.descent = max(line.descent, y + bounds.yMax)
        line.left = min(line.left, x + bounds.xMin)
        line.right = max(line.right, x + bounds.xMax)
    }

    /// Returns the bounds of the ink in cap heights, with y down; `nil` if there is none.
    private func bounds(_ shape: GlyphShape) -> BoundingBox? {
        if let known = boundsOfGlyphs[shape] { return known }
        let bounds: BoundingBox?
        switch shape {
        case .strokes(let letter):
            bounds = StrokeFont.glyph(letter).bounds
        case .outline(let face, let glyph):
            let capHeight = faces[0].capHeight
            bounds = faces[face].bounds(glyph).map {
                BoundingBox(
                    xMin: $0.xMin / capHeight, yMin: -$0.yMax / capHeight, xMax: $0.xMax / capHeight,
                    yMax: -$0.yMin / capHeight)
            }
        }
        boundsOfGlyphs[shape] = .some(bounds)
        return bounds
    }

    /// Lays out a line in the built-in letters.
    private func strokes(_ characters: ArraySlice<Character>, isCut: Bool, number: String) -> TextLine {
        var letters = StrokeFont.letters(for: characters)
        if isCut { letters.append(StrokeFont.ellipsis) }
        if !number.isEmpty { letters += (letters.isEmpty ? [] : [" "]) + Array(number.unicodeScalars) }
        var line = TextLine()
        line.text = String(String.UnicodeScalarView(letters))
        line.ascent = (StrokeFont.capHeight + StrokeFont.reach.above) / StrokeFont.capHeight
        line.descent = StrokeFont.reach.below / StrokeFont.capHeight
        var pen = 0.0
        for letter in letters {
            line.glyphs.append(TextLine.Glyph(shape: .strokes(letter), x: pen / StrokeFont.capHeight, y: 0))
            pen += StrokeFont.glyph(letter).width + StrokeFont.gap
        }
        line.advance = StrokeFont.width(of: letters) / StrokeFont.capHeight
        line.right = line.advance
        return line
    }
}
