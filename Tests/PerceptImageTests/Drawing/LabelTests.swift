import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite("Labels")
struct LabelTests {
    private static var builtIn: Typesetter { Typesetter(library: nil, faces: []) }

    private static func text(
        _ label: String, _ score: Double?, capHeight: Double = 12,
        on size: PixelSize = PixelSize(width: 640, height: 420)
    ) -> String? {
        fitted(label, score, capHeight: capHeight, on: size)?.line.text
    }

    private static func fitted(
        _ label: String, _ score: Double?, capHeight: Double, on size: PixelSize, typesetter: Typesetter = builtIn
    ) -> LabelText? {
        LabelText(
            LabelText.Wording(label: label, score: score, typesetter: typesetter), capHeight: capHeight,
            fitting: size, typesetter: typesetter)
    }

    @Test(
        "label and score, with two decimals",
        arguments: [
            ("cat", 0.98, "cat 0.98"), ("cat", 0.995, "cat 1.00"), ("cat", 0.004, "cat 0.00"), ("cat", 1, "cat 1.00"),
            ("cat", -0.001, "cat 0.00"), ("cat", -0.25, "cat -0.25"), ("cat", 12.345, "cat 12.35"), ("cat", nil, "cat"),
            ("cat", .nan, "cat"), ("cat", .infinity, "cat"), ("", 0.5, "0.50"), ("cat", 1e300, "cat 1e+300"),
            ("  two\n\twords ", nil, "two words"), ("Ångström", nil, "Angstrom"), ("猫 cat", nil, "□ cat"),
            ("🐈‍⬛", nil, "□"), ("“dash—dot…”", nil, "\"dash-dot...\""),
        ] as [(String, Double?, String)])
    func wording(label: String, score: Double?, expected: String) {
        #expect(Self.text(label, score) == expected)
    }

    @Test("nothing to write, nothing written")
    func nothing() {
        #expect(Self.text("", nil) == nil)
        #expect(Self.text(" \n", .nan) == nil)
    }

    @Test("too long a text is made smaller, then cut with its score kept, then only the score stays, then nothing")
    func fitting() throws {
        func fitted(_ width: Int) -> LabelText? {
            Self.fitted("cheetah", 0.98, capHeight: 20, on: PixelSize(width: width, height: 100))
        }
        let whole = try #require(fitted(500))
        #expect(whole.capHeight == 20)
        let smaller = try #require(fitted(whole.plate.width / 2))
        #expect(smaller.line.text == whole.line.text && smaller.capHeight < 20)
        #expect(smaller.plate.width <= whole.plate.width / 2 && smaller.plate.width >= whole.plate.width / 2 - 1)
        let texts = (1...whole.plate.width).map { width in
            fitted(width)?.line.text
        }
        let stages = texts.reduce(into: [String?]()) { stages, text in
            if stages.last != .some(text) { stages.append(text) }
        }
        #expect(stages.first == .some(nil) && stages.last == "cheetah 0.98")
        #expect(stages.contains("0.98") && stages.contains("c… 0.98") && stages.contains("che… 0.98"))
        // Without a score the label alone is cut.
        #expect(Self.text("cheetah", nil, on: PixelSize(width: 30, height: 100))?.hasSuffix("…") == true)
    }

    @Test("a label as long as a text is cut before it is measured")
    func long() throws {
        let text = try #require(
            Self.text(String(repeating: "x", count: 201), 0.5, on: PixelSize(width: 9000, height: 90)))
        #expect(text == String(repeating: "x", count: 200) + "… 0.50")
    }

    @Test("an image too low for legible letters gets none")
    func low() {
        #expect(Self.text("cat", 0.5, on: PixelSize(width: 640, height: 10)) == nil)
        #expect(Self.text("cat", 0.5, on: PixelSize(width: 640, height: 11)) != nil)
    }

    @Test("plates lie completely on the image, whatever the image, box and text", arguments: 0..<200 as Range<UInt64>)
    func onCanvas(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let size = PixelSize(width: .random(in: 1...300, using: &random), height: .random(in: 1...300, using: &random))
        var placement = LabelPlacement(on: size)
        for _ in 0..<20 {
            let label = String(repeating: "Wg", count: .random(in: 0...20, using: &random))
            let capHeight = Double.random(in: 6...90, using: &random)
            guard let text = Self.fitted(label, 0.5, capHeight: capHeight, on: size) else { continue }
            let x = Double.random(in: 0..<Double(size.width), using: &random)
            let y = Double.random(in: 0..<Double(size.height), using: &random)
            let box = BoundingBox(
                xMin: x, yMin: y, xMax: .random(in: x...Double(size.width), using: &random),
                yMax: .random(in: y...Double(size.height), using: &random))
            let outer = box.frame(lineWidth: .random(in: 1...20, using: &random), on: size).outer
            let plate = placement.place(text.plate, for: outer.coveredPixels)
            #expect(plate.width == text.plate.width && plate.height == text.plate.height)
            #expect(plate.clipped(to: size) == plate, "\(plate) on \(size)")
            #expect(text.capHeight >= LabelText.smallestCapHeight)
        }
    }

    @Test("above the box, else inside, else below")
    func preference() {
        let size = PixelSize(width: 200, height: 200)
        let plate = PixelSize(width: 40, height: 10)
        func place(_ frame: PixelRectangle) -> PixelRectangle {
            var placement = LabelPlacement(on: size)
            return placement.place(plate, for: frame)
        }
        #expect(place(PixelRectangle(x: 50, y: 50, width: 60, height: 60)).y == 40)
        #expect(place(PixelRectangle(x: 50, y: 5, width: 60, height: 60)).y == 5)
        #expect(place(PixelRectangle(x: 50, y: 5, width: 8, height: 8)).y == 13)
        #expect(place(PixelRectangle(x: 180, y: 50, width: 20, height: 60)).x == 160)
    }

    @Test("labels do not cover each other where there is room")
    func apart() {
        var placement = LabelPlacement(on: PixelSize(width: 400, height: 400))
        let frame = PixelRectangle(x: 150, y: 180, width: 100, height: 60)
        let plates = (0..<30).map { _ in placement.place(PixelSize(width: 60, height: 14), for: frame) }
        for (index, plate) in plates.enumerated() {
            #expect(plates[..<index].allSatisfy { $0.overlap(plate) == 0 })
        }
    }

    @Test("letters lie completely on their plate", arguments: [6, 7.3, 10, 10.4, 12, 20, 48.7, 62])
    func onPlate(capHeight: Double) throws {
        let size = PixelSize(width: 4000, height: 3000)
        for value in 0x21...0x7E {
            let letter = try #require(Unicode.Scalar(value))
            let text = try #require(
                Self.fitted(String(Character(letter)), nil, capHeight: capHeight, on: size))
            let (bitmap, column, _) = Self.builtIn.bitmap(
                .strokes(letter), capHeight: capHeight, x: text.inset, y: 0)
            for (index, coverage) in bitmap.coverage.enumerated() where coverage > 0 {
                let x = column + bitmap.x + index % bitmap.width
                let y = text.baseLine + bitmap.y + index / bitmap.width
                #expect(
                    (0..<text.plate.width).contains(x) && (0..<text.plate.height).contains(y), "\(letter) \(x) \(y)")
            }
        }
    }

    @Test(
        "the image never shows between a plate and the line of its box, whatever the corners and fractions of pixels",
        arguments: [BoxOutline.rectangle, .rounded(), .rounded(radius: 40), .corners()], 0..<20 as Range<UInt64>)
    func joined(outline: BoxOutline, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let red = Color(red: 255, green: 0, blue: 0)
        let image = try Image(
            size: PixelSize(width: 260, height: 260), layout: .rgb8, bytes: [UInt8](repeating: 0, count: 202_800))
        let lineWidth = Double.random(in: 3...6, using: &random)
        let left = Double.random(in: 60...70, using: &random)
        // Above, inside, and below: the last box is too narrow for its plate to be inside.
        for (top, right, rows) in [(100.0, 180.0, -1), (5.0, 180.0, 0), (5.0, 76.0, 1)] {
            let top = top + Double.random(in: 0...2, using: &random)
            let box = BoundingBox(xMin: left, yMin: top, xMax: right, yMax: top + 60)
            let drawn = try image.drawing(
                [LabelledBox(box, label: "cat", color: red)],
                style: BoxStyle(outline: outline, lineWidth: lineWidth, capHeight: 10, typeface: .builtIn)
            ).image
            // Free of letters, and within the line on the left.
            let column = Int((left - lineWidth / 2).rounded()) + 1
            let isRed = (0..<260).map {
                Array(drawn.bytes[($0 * 260 + column) * 3..<($0 * 260 + column) * 3 + 3]) == [255, 0, 0]
            }
            let plate = 18
            // To the ends of the arms of corners, which are at least four lines long.
            let (upper, lower) = (
                Int((top - lineWidth / 2).rounded(.up)), Int((top + 60 + lineWidth / 2).rounded(.down))
            )
            let expected =
                switch rows {
                case -1: upper - plate..<upper + 10
                case 0: upper..<upper + plate
                default: lower - 10..<lower + plate
                }
            #expect(isRed[expected].allSatisfy { $0 }, "\(rows)")
        }
    }

    @Test("a label is drawn in the colour of its box, and readable on it")
    func drawn() throws {
        let image = try Image(
            size: PixelSize(width: 200, height: 100), layout: .rgb8, bytes: [UInt8](repeating: 128, count: 60_000))
        for color in Palette.okabeIto.colors {
            let box = BoundingBox(xMin: 40, yMin: 40, xMax: 160, yMax: 80)
            let drawn = try image.drawing(
                [LabelledBox(box, label: "cat", score: 0.98, color: color)], style: BoxStyle(typeface: .builtIn)
            ).image
            var counts: [Color: Int] = [:]
            for index in stride(from: 0, to: drawn.bytes.count, by: 3) {
                let pixel = Color(red: drawn.bytes[index], green: drawn.bytes[index + 1], blue: drawn.bytes[index + 2])
                counts[pixel, default: 0] += 1
            }
            // The plate of eight letters is some 1200 pixels; the letters take a third.
            #expect(counts[color, default: 0] > 600)
            #expect(counts[color.legibleTextColor, default: 0] > 40)
        }
    }
}
