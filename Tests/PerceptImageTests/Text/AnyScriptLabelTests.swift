import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// Labels of any script on any canvas, in whatever fonts there are.
@Suite("Labels in any script")
struct AnyScriptLabelTests {
    private static let pieces: [String] = [
        "cat", "Ångström", "Ωμέγα", "Кошка", "قطة", "صغيرة", "חתול", "แมวน้อย", "ผู้ที่", "बिल्ली", "क्षत्रिय", "猫と犬", "고양이",
        "Ễ", "ქართული", "தமிழ்", "👩‍🚀", "🐈‍⬛", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "❤️", "🇩🇪", "ﷺ", "\u{301}", "\u{200D}", "\u{200F}", "\u{202E}",
        "\u{2067}",
        "\u{0}", "\n", " ", "\u{FFFD}", "\u{378}", "\u{10FFFF}", "\u{D7FF}", "\u{E000}", "\u{1D173}", "…", "-", "0.5",
    ]

    private static func label(_ random: inout SplitMix64) -> String {
        var label = ""
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            switch Int.random(in: 0..<12, using: &random) {
            case 0: label += String(repeating: "\u{301}\u{323}\u{489}", count: .random(in: 1...200, using: &random))
            case 1: label.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random)) ?? " ")
            case 2: label += String(repeating: pieces.randomElement(using: &random) ?? "", count: 300)
            default: label += (pieces.randomElement(using: &random) ?? "") + " "
            }
        }
        return label
    }

    @Test(
        "no ink outside of the plate, the plate on the canvas, and nothing cut off", arguments: 0..<60 as Range<UInt64>)
    func plates(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let typesetter = try Typesetter(Bool.random(using: &random) ? .automatic : .builtIn)
        let size = PixelSize(width: .random(in: 1...400, using: &random), height: .random(in: 1...200, using: &random))
        let gray = try Image(
            size: size, layout: .rgb8, bytes: [UInt8](repeating: 128, count: size.pixelCount * 3))
        for _ in 0..<4 {
            let label = Self.label(&random)
            let wording = LabelText.Wording(
                label: label, score: Bool.random(using: &random) ? 0.98 : nil, typesetter: typesetter)
            #expect(wording.plateArea.isFinite && wording.plateArea >= 0)
            guard
                let text = LabelText(
                    wording, capHeight: .random(in: 6...80, using: &random), fitting: size, typesetter: typesetter)
            else { continue }
            #expect(text.plate.width <= size.width && text.plate.height <= size.height)
            #expect(text.capHeight >= LabelText.smallestCapHeight && text.inset.isFinite)
            let plate = PixelRectangle(
                x: .random(in: 0...size.width - text.plate.width, using: &random),
                y: .random(in: 0...size.height - text.plate.height, using: &random), width: text.plate.width,
                height: text.plate.height)
            var canvas = DrawingCanvas(gray)
            canvas.draw(text, on: plate, color: .white, typesetter: typesetter)
            let bytes = canvas.image().bytes
            for y in 0..<size.height {
                for x in 0..<size.width where !plate.rows.contains(y) || !plate.columns.contains(x) {
                    #expect(bytes[(y * size.width + x) * 3] == 128)
                }
            }
            // What reaches higher or lower than any writing is cut off; all else stands on its plate as a whole.
            guard text.line.ascent < 2.5, text.line.descent < 1.5 else { continue }
            for glyph in text.line.glyphs {
                let (bitmap, column, row) = typesetter.bitmap(
                    glyph.shape, capHeight: text.capHeight, x: text.inset + glyph.x * text.capHeight,
                    y: Double(text.baseLine) + glyph.y * text.capHeight)
                for (index, coverage) in bitmap.coverage.enumerated() where coverage > 64 {
                    let (x, y) = (column + bitmap.x + index % bitmap.width, row + bitmap.y + index / bitmap.width)
                    #expect(
                        (0..<plate.width).contains(x) && (0..<plate.height).contains(y),
                        "\(text.line.text) \(x),\(y) on \(plate)")
                }
            }
        }
    }

    @Test("any canvas, any label: the same picture each time", arguments: 0..<30 as Range<UInt64>)
    func anything(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let size = PixelSize(width: .random(in: 1...300, using: &random), height: .random(in: 1...200, using: &random))
        let image = try Image(
            size: size, layout: .rgb8, bytes: [UInt8](repeating: 70, count: size.pixelCount * 3))
        let boxes = (0..<6).map { _ in
            let corners = (0..<4).map { _ in Double.random(in: -50...350, using: &random) }
            return LabelledBox(
                BoundingBox(xMin: corners[0], yMin: corners[1], xMax: corners[2], yMax: corners[3]),
                label: Self.label(&random), score: Double.random(in: -1...2, using: &random))
        }
        let drawn = try image.drawing(boxes)
        // What was written in between must not matter.
        _ = try image.drawing([LabelledBox(BoundingBox(xMin: 0, yMin: 0, xMax: 9, yMax: 9), label: Self.label(&random))]
        )
        var inPlace = image
        #expect(try inPlace.draw(boxes) == drawn.dropped)
        let isSame = inPlace == drawn.image
        #expect(isSame)
    }

    @Test(
        "a hundred thousand characters, or marks, or characters that no font has",
        arguments: ["x", "\u{301}", "\u{378}", "قط", "\n"])
    func floods(piece: String) throws {
        var image = try Image(
            size: PixelSize(width: 200, height: 100), layout: .rgb8, bytes: [UInt8](repeating: 9, count: 60_000))
        let box = LabelledBox(
            BoundingBox(xMin: 10, yMin: 50, xMax: 90, yMax: 90), label: String(repeating: piece, count: 100_000),
            score: 0.5)
        #expect(try image.draw([box]).isEmpty)
    }

    @Test("many pictures at once")
    func concurrency() async throws {
        let image = try Image(
            size: PixelSize(width: 300, height: 200), layout: .rgb8, bytes: [UInt8](repeating: 9, count: 180_000))
        let boxes = Self.pieces.enumerated().map { index, label in
            LabelledBox(
                BoundingBox(xMin: Double(index), yMin: 20, xMax: 250, yMax: 180), label: label, score: 0.5)
        }
        let expected = try image.drawing(boxes)
        try await withThrowingTaskGroup(of: AnnotatedImage.self) { group in
            for _ in 0..<16 { group.addTask { try image.drawing(boxes) } }
            for try await drawn in group {
                let isSame = drawn == expected
                #expect(isSame)
            }
        }
    }
}
