import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite("Fonts by file and by name")
struct TypefaceTests {
    @Test("a path is a file, anything else a family unless there is such a file")
    func argument() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write([1, 2, 3], as: "Grotesk")
        #expect(Typeface(fileOrFamily: "DejaVu Sans") == .family("DejaVu Sans"))
        #expect(Typeface(fileOrFamily: "DejaVu Sans:bold") == .family("DejaVu Sans:bold"))
        #expect(Typeface(fileOrFamily: "Label.TTF") == .file("Label.TTF"))
        #expect(Typeface(fileOrFamily: "fonts/label") == .file("fonts/label"))
        #expect(Typeface(fileOrFamily: file) == .file(file))
    }

    @Test("the automatic and the built-in letters are always there")
    func always() throws {
        try Typeface.automatic.check()
        try Typeface.builtIn.check()
        #expect(try !Typesetter(.automatic).line("cat").isEmpty)
        #expect(try Typesetter(.builtIn).line("猫 cat").text == "□ cat")
    }

    @Test("a file that is not a font is named, with a remedy")
    func refusals() throws {
        let folder = try TemporaryFolder()
        let none = folder.file("none.ttf")
        expectMediaError(.inputMissing) { try Typeface.file(none).check() }
        expectMediaError(.inputNotAFile) { try Typeface.file(folder.file("")).check() }
        for bytes in [[], [0, 1, 0, 0], Array("no font at all".utf8), [UInt8](repeating: 0, count: 4096)] {
            let file = try folder.write(bytes, as: "broken.ttf")
            let error = #expect(throws: MediaError.self) { try Typeface.file(file).check() }
            #expect(error?.source == file && error?.remedy != nil)
        }
        let family = expectMediaError(.inputMissing) { try Typeface.family("No Such Family Anywhere").check() }
        #expect(family?.source == "No Such Family Anywhere" && family?.remedy != nil)
        expectMediaError(.inputMissing) { try Typeface.family("").check() }
    }

    @Test("a name is found in any case, generic names too", .enabled(if: DejaVuSans.path != nil, DejaVuSans.isMissing))
    func names() throws {
        for name in ["DejaVu Sans", "dejavu sans", "DejaVu Sans:bold", "sans-serif", "monospace"] {
            try Typeface.family(name).check()
        }
        #expect(FontList.family("DejaVu Sans")?.location(at: 0)?.path.hasSuffix("DejaVuSans.ttf") == true)
    }

    @Test(
        "a damaged font is refused or drawn, and nothing worse",
        .enabled(if: DejaVuSans.path != nil, DejaVuSans.isMissing), arguments: 0..<60 as Range<UInt64>)
    func damage(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let font = try TestFiles.bytes(of: #require(DejaVuSans.path))
        let folder = try TemporaryFolder()
        let file = try folder.write(mutated(font, headerLength: 60_000, &random), as: "damaged.ttf")
        var image = try Image(
            size: PixelSize(width: 120, height: 60), layout: .rgb8, bytes: [UInt8](repeating: 99, count: 21_600))
        let boxes = ["cat fi", "قطة", "Ω\u{301}猫", "クAV"].map {
            LabelledBox(BoundingBox(xMin: 5, yMin: 30, xMax: 100, yMax: 50), label: $0, score: 0.5)
        }
        do {
            #expect(try image.draw(boxes, style: BoxStyle(typeface: .file(file))).isEmpty)
        } catch {
            #expect([.malformedInput, .unsupportedFeature].contains(error.kind) && error.source == file)
        }
        #expect(image.bytes.count == 21_600)
    }
}
