import PerceptCore

extension DrawingCanvas {
    /// Width of a line of text in pixels, from the left edge of its first stroke to the right edge of its last.
    package static func textWidth(_ text: String, capHeight: Double) -> Double {
        let glyphs = StrokeFont.letters(for: text)
        guard !glyphs.isEmpty else { return 0 }
        return (StrokeFont.width(of: glyphs) + 2 * StrokeFont.strokeRadius) * capHeight / StrokeFont.capHeight
    }

    /// Draws a line of text, leaving alone everything outside `clip`.
    ///
    /// - Parameters:
    ///   - text: ASCII as it is, letters with marks without them, a box for what else there may be.
    ///   - x: left edge of the first stroke, in pixels.
    ///   - baseLine: the row that capitals stand on.
    ///   - capHeight: height of capitals in pixels.
    ///   - clip: the pixels that may be drawn on.
    package mutating func drawText(
        _ text: String, x: Double, baseLine: Int, capHeight: Double, color: Color, clip: PixelRectangle
    ) {
        let scale = capHeight / StrokeFont.capHeight
        var rasterizer = GlyphRasterizer()
        var pen = x + StrokeFont.strokeRadius * scale
        for glyph in StrokeFont.letters(for: text) {
            let (bitmap, column, _) = rasterizer.bitmap(.strokes(glyph), capHeight: capHeight, x: pen, y: 0) {
                GlyphRasterizer.rasterized(glyph, capHeight: capHeight, offset: $0)
            }
            draw(bitmap, column: column, row: baseLine, color: color, clip: clip)
            pen += (StrokeFont.glyph(glyph).width + StrokeFont.gap) * scale
        }
    }

    /// The longest beginning of `text` that is no wider than `width` pixels, with an ellipsis where something is missing; `nil`
    /// when not even one letter would be left.
    package static func text(_ text: String, cutTo width: Double, capHeight: Double) -> String? {
        if textWidth(text, capHeight: capHeight) <= width { return text.isEmpty ? nil : text }
        let characters = Array(text)
        // Widths grow with the number of letters, so the longest beginning is found by bisection.
        var (fits, tooLong) = (0, characters.count)
        while tooLong - fits > 1 {
            let middle = (fits + tooLong) / 2
            if textWidth(String(characters[..<middle]) + "…", capHeight: capHeight) <= width {
                fits = middle
            } else {
                tooLong = middle
            }
        }
        guard fits > 0 else { return nil }
        var beginning = characters[..<fits]
        while beginning.last?.isWhitespace == true { beginning.removeLast() }
        return String(beginning) + "…"
    }

    /// A line of text longer than this is cut before anything is measured.
    private static let longestText = 200

    private static func glyphs(_ text: String) -> [Unicode.Scalar] {
        text.prefix(longestText).flatMap { character in
            LatinFolding.ascii(character).map { Array($0.unicodeScalars) } ?? [StrokeFont.missing]
        }
    }
}
