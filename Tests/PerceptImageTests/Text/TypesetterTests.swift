import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// DejaVu Sans, which fontconfig brings along on Debian; tests of fonts are skipped where it is not installed.
enum DejaVuSans {
    static let path = FontList.family("DejaVu Sans")?.location(at: 0)?.path
    static let isMissing: Comment = "DejaVu Sans is not installed"
    /// The height of the letter H in units of 2048, because version 1 of the OS/2 table does not state a height.
    static let capHeight = 1493.0

    static func typesetter() throws -> Typesetter {
        try Typesetter(.file(#require(path)))
    }
}

@Suite("Lines of text in a font", .enabled(if: DejaVuSans.path != nil, DejaVuSans.isMissing))
struct TypesetterTests {
    /// Pillow 13.0.0 with libraqm 0.11.0 and HarfBuzz 14.5.0, `ImageFont.truetype("DejaVuSans.ttf", 2048,
    /// layout_engine=RAQM).getlength(text)`, DejaVu 2.37: kerning, a ligature, marks, joined Arabic, both directions.
    @Test(
        "lines are as long as HarfBuzz lays them out",
        arguments: [
            ("cat", 3184), ("Ångström", 9914), ("office fi", 7560), ("Ωμέγα", 6537), ("Кошка", 7073),
            ("قطة صغيرة", 9956), ("שלום", 4532), ("AVATAR", 7698), ("x\u{301}\u{323}", 1212), ("cat قطة dog", 12096),
            ("لا", 1168),
        ] as [(String, Double)])
    func advance(text: String, units: Double) throws {
        let line = try DejaVuSans.typesetter().line(text)
        #expect(abs(line.advance * DejaVuSans.capHeight - units) < 1.5)
        #expect(line.text == text)
    }

    @Test("lam and alef join to one glyph, f and i too")
    func ligatures() throws {
        let typesetter = try DejaVuSans.typesetter()
        #expect(typesetter.line("لا").glyphs.count == 1)
        #expect(typesetter.line("fi").glyphs.count == 1)
        #expect(typesetter.line("cat").glyphs.count == 3)
    }

    @Test("a number follows its words: on the right, or on the left of text that is read from the right")
    func numbers() throws {
        let typesetter = try DejaVuSans.typesetter()
        func shapes(_ words: String, _ number: String) -> [GlyphShape] {
            typesetter.line(Array(words)[...], isCut: false, number: number).glyphs.map(\.shape)
        }
        let number = shapes("", "-0.98")
        #expect(number.count == 5)
        #expect(Array(shapes("cat", "-0.98").suffix(5)) == number)
        for words in ["قطة", "שלום", "קטן cat", "قطة dog"] {
            #expect(Array(shapes(words, "-0.98").prefix(5)) == number, "\(words)")
        }
        // The first strong character decides.
        #expect(Array(shapes("cat قطة", "-0.98").suffix(5)) == number)
    }

    @Test("a text cannot turn the number around, break the line, or hide it")
    func controls() throws {
        let typesetter = try DejaVuSans.typesetter()
        let plain = typesetter.line(Array("ab c")[...], isCut: false, number: "0.98")
        for text in [
            "a\u{202E}b c", "a\u{2067}b\nc", "a\u{2069}\u{202C}b\u{0}\u{1B}c\r\n", " ab\u{2028}\u{A0}c\u{2066}",
        ] {
            let line = typesetter.labelLine(text, number: "0.98").line
            #expect(line.glyphs.map(\.shape) == plain.glyphs.map(\.shape), "\(text.debugDescription)")
            #expect(line.text == "ab c 0.98")
        }
        #expect(typesetter.line("\u{200B}\u{200D}\u{FE0F}").isEmpty)
        #expect(typesetter.line(" \n\u{0}").isEmpty && typesetter.line("").isEmpty)
    }

    /// U+0378 and U+2FFFE are no characters, so no font has them.
    @Test("what no font has is one box each, and what joins to it goes with it")
    func boxes() throws {
        let line = try DejaVuSans.typesetter().line("a\u{378}\u{2FFFE}\u{301}\u{200D}b")
        #expect(line.text == "a□□b")
        #expect(line.glyphs.filter { $0.shape == .strokes("□") }.count == 2)
        #expect(zip(line.glyphs, line.glyphs.dropFirst()).allSatisfy { $0.x < $1.x })
    }

    /// The I of DejaVu 2.37 is the rectangle 201…403 × 0…1493, in units of 2048 per em.
    @Test("a glyph covers its exact area, where the pen is", arguments: [6, 10.4, 20, 62, 1000])
    func area(capHeight: Double) throws {
        let typesetter = try DejaVuSans.typesetter()
        let shape = try #require(typesetter.line("I").glyphs.first?.shape)
        let scale = capHeight / DejaVuSans.capHeight
        for pen in [-3.75, 0, 0.25, 7.5] {
            let (bitmap, column, row) = typesetter.bitmap(shape, capHeight: capHeight, x: pen, y: pen)
            var (sum, x, y) = (0.0, 0.0, 0.0)
            for (index, coverage) in bitmap.coverage.enumerated() {
                sum += Double(coverage)
                x += Double(coverage) * (Double(column + bitmap.x + index % bitmap.width) + 0.5)
                y += Double(coverage) * (Double(row + bitmap.y + index / bitmap.width) + 0.5)
            }
            #expect(abs(sum / 255 - 202 * 1493 * scale * scale) < 0.02 * capHeight)
            // Of a column that is covered in part the middle is counted, not where its ink is.
            #expect(abs(x / sum - pen - 302 * scale) < 0.08)
            #expect(abs(y / sum - pen + 746.5 * scale) < 0.08)
        }
    }

    /// Characters that DejaVu Sans lacks are taken from whatever fonts there are, and U+0378 is in none: it is a box.
    @Test("ink never leaves what the line says of it")
    func ink() throws {
        let typesetter = try DejaVuSans.typesetter()
        for text in [
            "a\u{378}", "\u{2FFFE}", "Ågj|", "قطة صغيرة", "Ễ Việt", "x\u{301}\u{301}\u{323}\u{323}", "ﷺ", "f̃ɟ",
            "क्षत्रिय",
            "ผู้ที่", "猫",
        ] {
            let line = typesetter.line(text)
            let capHeight = 40.0
            for glyph in line.glyphs {
                let (bitmap, column, row) = typesetter.bitmap(
                    glyph.shape, capHeight: capHeight, x: glyph.x * capHeight, y: glyph.y * capHeight)
                // A pixel for antialiasing, and an eighth for the place of the pen.
                #expect(Double(row + bitmap.y) >= -line.ascent * capHeight - 1.2, "\(text)")
                #expect(Double(row + bitmap.y + bitmap.height) <= line.descent * capHeight + 1.2, "\(text)")
                #expect(Double(column + bitmap.x) >= line.left * capHeight - 1.2, "\(text)")
                #expect(Double(column + bitmap.x + bitmap.width) <= line.right * capHeight + 1.2, "\(text)")
            }
        }
    }

    @Test("a cut keeps whole characters, as many as fit, and ends in an ellipsis")
    func cutting() throws {
        let typesetter = try DejaVuSans.typesetter()
        for text in [
            "cheetah in the grass", "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}", "👩‍🚀👩‍🚀👩‍🚀👩‍🚀🇩🇪🇫🇷🇩🇪", "قطة صغيرة على العشب",
        ] {
            let whole = typesetter.line(text)
            let characters = Array(text)
            #expect(
                typesetter.line(text, fitting: whole.width(capHeight: 10) + 0.01, capHeight: 10)?.text == whole.text)
            var longest = 0
            for width in stride(from: 0, through: whole.width(capHeight: 10), by: 2.5) {
                guard let cut = typesetter.line(text, fitting: width, capHeight: 10) else { continue }
                #expect(cut.width(capHeight: 10) <= width)
                #expect(cut.text.hasSuffix("…") || cut.text == whole.text)
                let count = cut.text.count - 1
                let kept = typesetter.line(characters.prefix(count), isCut: true, number: "")
                #expect(cut.text == whole.text || cut.text == kept.text || characters[count] == " ")
                longest = max(longest, count)
            }
            #expect(longest >= characters.count / 2)
            #expect(typesetter.line(text, fitting: 1, capHeight: 10) == nil)
        }
    }

    @Test("a text of any length is cut after 200 characters, a character of any length after its 24th scalar")
    func floods() throws {
        let typesetter = try DejaVuSans.typesetter()
        let long = typesetter.line(String(repeating: "wide ", count: 20_000))
        #expect(long.text.count == 200 && long.text.hasSuffix("…"))
        let marks = typesetter.line("a" + String(repeating: "\u{301}", count: 100_000) + "b")
        #expect(marks.text.unicodeScalars.count == 25)
        #expect(marks.ascent.isFinite && marks.advance > 1)
    }

    @Test("the same text gives the same line, whatever was written before")
    func determinism() throws {
        let (first, second) = (try DejaVuSans.typesetter(), try DejaVuSans.typesetter())
        for text in ["cat", "猫", "קטן", "😀"] { _ = second.line(text) }
        for text in ["cat", "قطة", "fi"] {
            let lines = [first.line(text), second.line(text)]
            #expect(lines[0].glyphs.map(\.x) == lines[1].glyphs.map(\.x))
            #expect(lines[0].glyphs.map(\.shape) == lines[1].glyphs.map(\.shape))
        }
    }
}
