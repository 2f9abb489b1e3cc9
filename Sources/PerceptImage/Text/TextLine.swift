internal import PerceptCore

/// A line of text that is laid out without a size: all distances are multiples of the cap height.
package struct TextLine {
    /// A glyph and its position; x to the right from the start of the line, y down from the baseline.
    struct Glyph {
        var shape: GlyphShape
        var x: Double
        var y: Double
    }

    /// The glyphs from left to right.
    var glyphs: [Glyph] = []
    /// The text in reading order; characters without a glyph are `□`.
    package var text = ""
    /// The distance from the start of the line to the start of following text.
    package var advance = 0.0
    /// The extent of the ink above the baseline, at least the cap height, 1.
    package var ascent = 1.0
    /// The extent of the ink below the baseline, at least that of g and p.
    package var descent = 0.0
    /// The extent of the ink to the left of the start, 0 or less.
    package var left = 0.0
    /// The extent of the ink or advance to the right.
    package var right = 0.0

    package var isEmpty: Bool { glyphs.isEmpty }

    /// Appends another line.
    mutating func append(_ other: TextLine) {
        for glyph in other.glyphs { glyphs.append(Glyph(shape: glyph.shape, x: advance + glyph.x, y: glyph.y)) }
        text += other.text
        ascent = max(ascent, other.ascent)
        descent = max(descent, other.descent)
        left = min(left, advance + other.left)
        right = max(right, advance + other.right)
        advance += other.advance
    }

    /// Returns the width of the line at a cap height, in pixels.
    package func width(capHeight: Double) -> Double { advance * capHeight }
}

/// The shape of a glyph, within one ``Typesetter``.
enum GlyphShape: Hashable {
    /// A glyph of a font, with the index of the typesetter's face.
    case outline(face: Int, glyph: UInt32)
    /// A built-in letter.
    case strokes(Unicode.Scalar)
}

extension DrawingCanvas {
    /// Draws a line of text with its start at `penX` on `baseLine`, within `clip` only.
    ///
    /// Glyphs are positioned to a quarter of a pixel.
    ///
    /// - Parameters:
    ///   - line: A line laid out by `typesetter`.
    ///   - capHeight: The cap height in pixels, up to ``Typesetter/largestCapHeight``.
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
