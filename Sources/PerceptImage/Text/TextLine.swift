internal import PerceptCore

/// A line of text that is laid out but has no size yet: all distances are multiples of the height of capitals.
package struct TextLine {
    /// Where one glyph stands; x to the right from the start of the line, y down from the base line.
    struct Glyph {
        var shape: GlyphShape
        var x: Double
        var y: Double
    }

    /// From left to right as they are drawn.
    var glyphs: [Glyph] = []
    /// What the line says, in the order in which it is read; characters without a glyph are `□`.
    package var text = ""
    /// From the start of the line to where the next one would go on.
    package var advance = 0.0
    /// How far the ink reaches above the base line; at least the height of capitals, 1.
    package var ascent = 1.0
    /// How far the ink reaches below the base line, or that of g and p would.
    package var descent = 0.0
    /// How far the ink reaches to the left of the start, 0 or less.
    package var left = 0.0
    /// How far the ink, or the advance, reaches to the right.
    package var right = 0.0

    package var isEmpty: Bool { glyphs.isEmpty }

    /// Goes on with another line.
    mutating func append(_ other: TextLine) {
        for glyph in other.glyphs { glyphs.append(Glyph(shape: glyph.shape, x: advance + glyph.x, y: glyph.y)) }
        text += other.text
        ascent = max(ascent, other.ascent)
        descent = max(descent, other.descent)
        left = min(left, advance + other.left)
        right = max(right, advance + other.right)
        advance += other.advance
    }

    /// Width from the start to the end of the line at some height of capitals, in pixels.
    package func width(capHeight: Double) -> Double { advance * capHeight }
}

/// What a glyph looks like, as far as one ``Typesetter`` is concerned.
enum GlyphShape: Hashable {
    /// A glyph of a font, by its place among the typesetter's faces.
    case outline(face: Int, glyph: UInt32)
    /// A glyph of the built-in letters.
    case strokes(Unicode.Scalar)
}

extension DrawingCanvas {
    /// Draws a line of text with its start at `penX` on `baseLine`, leaving alone everything outside `clip`.
    ///
    /// Glyphs stand where they belong to a quarter of a pixel.
    ///
    /// - Parameters:
    ///   - line: laid out by `typesetter`.
    ///   - capHeight: of capitals, in pixels, up to ``Typesetter/largestCapHeight``.
    package mutating func draw(
        _ line: TextLine, penX: Double, baseLine: Double, capHeight: Double, color: Color, clip: PixelRectangle,
        typesetter: Typesetter
    ) {
        guard penX.magnitude < 1e9, baseLine.magnitude < 1e9, capHeight > 0 else { return }
        let capHeight = min(capHeight, Typesetter.largestCapHeight)
        for glyph in line.glyphs {
            let (bitmap, column, row) = typesetter.bitmap(
                glyph.shape, capHeight: capHeight, x: penX + glyph.x * capHeight, y: baseLine + glyph.y * capHeight)
            draw(bitmap, column: column, row: row, color: color, clip: clip)
        }
    }
}
