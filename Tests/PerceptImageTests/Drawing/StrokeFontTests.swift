import Foundation
import PerceptCore
import Testing

@testable import PerceptImage

@Suite("The built-in letters")
struct StrokeFontTests {
    @Test("every printable ASCII character has a glyph of its own, and so have the ellipsis and the box")
    func complete() throws {
        #expect(StrokeFont.glyphs.count == 97)
        var seen: [[UInt8]: Unicode.Scalar] = [:]
        for value in Array(0x21...0x7E) + [0x2026, 0x25A1] {
            let letter = try #require(Unicode.Scalar(value))
            #expect(StrokeFont.glyphs[letter] != nil, "\(letter)")
            let bitmap = GlyphRasterizer.rasterized(letter, capHeight: 20, offset: (0, 0))
            #expect(bitmap.coverage.contains(255), "\(letter)")
            let shape =
                [UInt8(bitmap.width), UInt8(bitmap.height), UInt8(truncatingIfNeeded: bitmap.y)] + bitmap.coverage
            #expect(seen[shape] == nil, "\(letter) looks like \(seen[shape] ?? " ")")
            seen[shape] = letter
        }
        #expect(StrokeFont.glyphs[" "]?.path.isEmpty == true)
    }

    /// The stroke is 0.15 of the capitals' height wide, so that half of it lies outside of the centre lines.
    @Test("ink fills the bounds of its glyph, and nothing beyond: a box is 1.15 high", arguments: [10.0, 40, 200])
    func inkBounds(capHeight: Double) throws {
        let box = try #require(StrokeFont.glyph(StrokeFont.missing).bounds)
        #expect(abs(box.yMin + 1.075) < 1e-9 && abs(box.yMax - 0.075) < 1e-9 && abs(box.xMin + 0.075) < 1e-9)
        for (letter, glyph) in StrokeFont.glyphs {
            let bitmap = GlyphRasterizer.rasterized(letter, capHeight: capHeight, offset: (0, 0))
            guard let bounds = glyph.bounds else {
                #expect(bitmap.coverage.isEmpty)
                continue
            }
            for (index, coverage) in bitmap.coverage.enumerated() where coverage > 0 {
                let (x, y) = (Double(bitmap.x + index % bitmap.width), Double(bitmap.y + index / bitmap.width))
                // Half a pixel for antialiasing, and a twentieth for curves that are cut at another size.
                #expect(x + 1 > bounds.xMin * capHeight - 0.6 && x < bounds.xMax * capHeight + 0.6, "\(letter)")
                #expect(y + 1 > bounds.yMin * capHeight - 0.6 && y < bounds.yMax * capHeight + 0.6, "\(letter)")
            }
        }
        #expect(StrokeFont.glyph(" ").bounds == nil)
    }

    @Test("no centre line leaves the width and reach of its glyph")
    func bounds() {
        for (letter, glyph) in StrokeFont.glyphs {
            for segment in glyph.segments(scale: 1) {
                for point in [segment.start, segment.end] {
                    #expect(point.x >= -0.01 && point.x <= glyph.width + 0.01, "\(letter) at \(point)")
                    #expect(-point.y >= 1.5 - StrokeFont.reach.below - 0.01, "\(letter) at \(point)")
                    #expect(
                        -point.y <= StrokeFont.capHeight + StrokeFont.reach.above - 1.5 + 0.01, "\(letter) at \(point)")
                }
            }
        }
    }

    @Test(
        "curves are as round at any size: an O of radii 9 and 10 stays on its ellipse", arguments: [0.3, 1, 3, 20, 200])
    func roundness(scale: Double) {
        let segments = StrokeFont.glyph("O").segments(scale: scale)
        for segment in segments {
            let middle = ((segment.start.x + segment.end.x) / 2 / scale, -(segment.start.y + segment.end.y) / 2 / scale)
            let radius = (pow((middle.0 - 9) / 9, 2) + pow((middle.1 - 10) / 10, 2)).squareRoot()
            #expect(abs(radius - 1) * 10 * scale < 0.06)
        }
    }

    @Test("a horizontal stroke of two pixels between whole rows is solid, of one pixel half of each")
    func strokes() {
        let line = [StrokeFont.Segment(start: .init(x: 2, y: 5), end: .init(x: 12, y: 5))]
        let two = GlyphRasterizer.rasterized(line, radius: 1, offset: (0, 0))
        func value(_ bitmap: GlyphRasterizer.Bitmap, _ x: Int, _ y: Int) -> UInt8 {
            bitmap.coverage[(y - bitmap.y) * bitmap.width + x - bitmap.x]
        }
        #expect((4...5).allSatisfy { value(two, 7, $0) == 255 })
        #expect(value(two, 7, 3) == 0 && value(two, 7, 6) == 0)
        let one = GlyphRasterizer.rasterized(line, radius: 0.5, offset: (0, 0))
        #expect((4...5).allSatisfy { value(one, 7, $0) == 128 })
        // Half a pixel lower the row is covered as a whole.
        let lower = [StrokeFont.Segment(start: .init(x: 2, y: 5.5), end: .init(x: 12, y: 5.5))]
        #expect(value(GlyphRasterizer.rasterized(lower, radius: 0.5, offset: (0, 0)), 7, 5) == 255)
    }

    @Test("a dot has the area of its circle, and strokes over each other do not add up")
    func dots() {
        let dot = StrokeFont.Segment(start: .init(x: 20.3, y: 19.6), end: .init(x: 20.3, y: 19.6))
        let once = GlyphRasterizer.rasterized([dot], radius: 8, offset: (0, 0))
        let area = once.coverage.reduce(0) { $0 + Double($1) / 255 }
        #expect(abs(area - .pi * 64) < 0.5)
        #expect(GlyphRasterizer.rasterized([dot, dot, dot], radius: 8, offset: (0, 0)).coverage == once.coverage)
    }

    @Test("a glyph lands where the pen is, to a quarter of a pixel")
    func pen() {
        var rasterizer = GlyphRasterizer()
        for pen in [-3.9, -0.13, 0, 0.3, 7.5, 7.99] {
            let (bitmap, column, _) = rasterizer.bitmap(.strokes("I"), capHeight: 20, x: pen, y: 0) {
                GlyphRasterizer.rasterized("I", capHeight: 20, offset: $0)
            }
            var sum = 0.0
            var moment = 0.0
            for (index, coverage) in bitmap.coverage.enumerated() {
                sum += Double(coverage)
                moment += Double(coverage) * (Double(column + bitmap.x + index % bitmap.width) + 0.5)
            }
            #expect(abs(moment / sum - pen) < 0.13)
        }
    }
}

@Suite("Letters without their marks")
struct LatinFoldingTests {
    /// The oracle is Unicode's own canonical decomposition, as Foundation has it.
    @Test("as Unicode decomposes them")
    func decomposition() throws {
        var count = 0
        for value in 0xC0...0x17F {
            let scalar = try #require(Unicode.Scalar(value))
            let decomposed = String(Character(scalar)).decomposedStringWithCanonicalMapping.unicodeScalars
            let folded = try #require(LatinFolding.ascii(Character(scalar)))
            #expect(folded.allSatisfy(\.isASCII) && !folded.isEmpty)
            guard decomposed.count > 1, let base = decomposed.first, base.isASCII else { continue }
            #expect(folded == String(Character(base)))
            count += 1
        }
        #expect(count == 161)
    }

    @Test(
        "letters that Unicode does not decompose, by the usual spelling",
        arguments: [
            ("ß", "ss"), ("Æ", "AE"), ("ø", "o"), ("ł", "l"), ("đ", "d"), ("þ", "th"), ("œ", "oe"), ("ı", "i"),
            ("ſ", "s"), ("ŋ", "n"), ("ħ", "h"), ("e\u{301}", "e"), ("–", "-"), ("\n", " "), ("\r\n", " "),
        ] as [(Character, String)])
    func spelling(character: Character, expected: String) {
        #expect(LatinFolding.ascii(character) == expected)
    }

    @Test("what has no letters here has none", arguments: ["猫", "я", "🐈", "a\u{FE0F}\u{20E3}", "é🐈"] as [String])
    func none(text: String) {
        #expect(text.contains { LatinFolding.ascii($0) == nil })
    }
}
