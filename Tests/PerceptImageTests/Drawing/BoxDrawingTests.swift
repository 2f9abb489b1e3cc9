import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite("Boxes drawn into a picture")
struct BoxDrawingTests {
    private static func black(_ width: Int, _ height: Int, _ model: Image.ColorModel = .rgb) throws -> Image {
        try Image(
            size: PixelSize(width: width, height: height), layout: Image.Layout(colorModel: model, bitDepth: .eight),
            bytes: [UInt8](repeating: 0, count: width * height * model.channelCount))
    }

    /// White frames without labels on black: the value of a pixel is its coverage.
    private static func coverage(
        _ boxes: [BoundingBox], lineWidth: Double, on size: PixelSize
    ) throws -> (pixels: [UInt8], dropped: [DroppedBox]) {
        let drawn = try black(size.width, size.height).drawing(
            boxes.map { LabelledBox($0, label: "", color: .white) }, style: BoxStyle(lineWidth: lineWidth))
        return (stride(from: 0, to: drawn.image.bytes.count, by: 3).map { drawn.image.bytes[$0] }, drawn.dropped)
    }

    private static let square = BoundingBox(xMin: 4, yMin: 4, xMax: 12, yMax: 12)

    @Test("a line of two pixels on whole coordinates is solid and two pixels wide")
    func solid() throws {
        let (pixels, _) = try Self.coverage([Self.square], lineWidth: 2, on: PixelSize(width: 16, height: 16))
        for y in 0..<16 {
            for x in 0..<16 {
                let isOuter = (3..<13).contains(x) && (3..<13).contains(y)
                let isInner = (5..<11).contains(x) && (5..<11).contains(y)
                #expect(pixels[y * 16 + x] == (isOuter && !isInner ? 255 : 0))
            }
        }
    }

    @Test(
        "a line thinner than two pixels is full on its first one, wherever its box lies", arguments: [4, 4.3, 4.5, 4.8])
    func thin(place: Double) throws {
        let box = BoundingBox(xMin: place, yMin: place, xMax: place + 8, yMax: place + 8)
        let size = PixelSize(width: 16, height: 16)
        let one = try Self.coverage([box], lineWidth: 1, on: size).pixels
        let row = Array(one[8 * 16..<9 * 16])
        #expect(row.filter { $0 == 255 }.count == 2 && row.filter { $0 == 0 }.count == 14)
        let first = try #require(row.firstIndex(of: 255))
        #expect(abs(Double(first) + 0.5 - place) <= 0.5)
        let wider = try Self.coverage([box], lineWidth: 1.5, on: size).pixels
        #expect(wider[8 * 16..<9 * 16].filter { $0 > 0 } == [255, 128, 128, 255])
    }

    /// The oracle counts, on a grid of 16 × 16 points in each pixel, those between the two edges; all coordinates are
    /// eighths of a pixel, so the count is exact.
    @Test("any frame covers the exact share of each pixel", arguments: 0..<60 as Range<UInt64>)
    func exactShares(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let lineWidth = Double(Int.random(in: 1...16, using: &random)) / 4
        let x = 4 + Double(Int.random(in: 0...40, using: &random)) / 8
        let y = 4 + Double(Int.random(in: 0...40, using: &random)) / 8
        let outer = BoundingBox(
            xMin: x, yMin: y, xMax: x + Double(Int.random(in: 1...64, using: &random)) / 8,
            yMax: y + Double(Int.random(in: 1...64, using: &random)) / 8)
        let inner = BoundingBox(
            xMin: outer.xMin + lineWidth, yMin: outer.yMin + lineWidth, xMax: outer.xMax - lineWidth,
            yMax: outer.yMax - lineWidth)
        var canvas = DrawingCanvas(try Self.black(18, 18))
        canvas.drawFrame(outer: outer, inner: inner, color: .white)
        let bytes = canvas.image().bytes
        for pixel in 0..<18 * 18 {
            var count = 0
            for point in 0..<256 {
                let px = Double(pixel % 18) + (Double(point % 16) + 0.5) / 16
                let py = Double(pixel / 18) + (Double(point / 16) + 0.5) / 16
                let depth = min(px - outer.xMin, outer.xMax - px, py - outer.yMin, outer.yMax - py)
                if depth > 0 && depth < lineWidth { count += 1 }
            }
            #expect(bytes[pixel * 3] == UInt8((Double(count) / 256 * 255).rounded()))
        }
    }

    @Test("a line of one pixel between two covers half of each, a quarter outside its corner and three inside")
    func half() throws {
        var canvas = DrawingCanvas(try Self.black(16, 16))
        canvas.drawFrame(
            outer: BoundingBox(xMin: 3.5, yMin: 3.5, xMax: 12.5, yMax: 12.5),
            inner: BoundingBox(xMin: 4.5, yMin: 4.5, xMax: 11.5, yMax: 11.5), color: .white)
        let bytes = canvas.image().bytes
        let row = { (y: Int) in (0..<16).map { bytes[(y * 16 + $0) * 3] } }
        #expect(row(8) == [0, 0, 0, 128, 128, 0, 0, 0, 0, 0, 0, 128, 128, 0, 0, 0])
        #expect(Array(row(3)[2..<6]) == [0, 64, 128, 128])
        #expect(Array(row(4)[2..<6]) == [0, 128, 191, 128])
    }

    @Test("a tiny box is a spot at least as large as a line is wide, wherever it lies")
    func tiny() throws {
        for size in [PixelSize(width: 1, height: 1), PixelSize(width: 9, height: 5)] {
            for (x, y) in [(0.0, 0.0), (0.5, 0.25), (Double(size.width) - 1e-9, Double(size.height) - 1e-9)] {
                let box = BoundingBox(xMin: x, yMin: y, xMax: x + 1e-9, yMax: y + 1e-9)
                let (pixels, dropped) = try Self.coverage([box], lineWidth: 1, on: size)
                #expect(dropped.isEmpty)
                #expect(pixels.contains(255))
            }
        }
    }

    @Test("a frame stays as wide where its box touches the edge of the image")
    func atTheEdge() throws {
        let size = PixelSize(width: 12, height: 12)
        let whole = BoundingBox(xMin: -50, yMin: -50, xMax: 50, yMax: 50)
        let (pixels, _) = try Self.coverage([whole], lineWidth: 2, on: size)
        #expect(Array(pixels[6 * 12..<7 * 12]) == [255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255])
        #expect(Array(pixels[0..<12]) == [UInt8](repeating: 255, count: 12))
    }

    @Test("boxes that cannot be drawn are reported with their place and reason; the others are drawn")
    func dropped() throws {
        let boxes = [
            BoundingBox(xMin: .nan, yMin: 0, xMax: 5, yMax: 5), Self.square,
            BoundingBox(xMin: 0, yMin: 0, xMax: .infinity, yMax: 5), BoundingBox(xMin: 3, yMin: 3, xMax: 3, yMax: 9),
            BoundingBox(xMin: 16, yMin: 0, xMax: 20, yMax: 5), BoundingBox(xMin: -5, yMin: 3, xMax: 0, yMax: 9),
            BoundingBox(xMin: 12, yMin: 12, xMax: 4, yMax: 4), BoundingBox(xMin: 2, yMin: 9, xMax: 5, yMax: 9),
            BoundingBox(xMin: -1e300, yMin: -1e300, xMax: 1e300, yMax: 1e300),
        ]
        let size = PixelSize(width: 16, height: 16)
        let (_, dropped) = try Self.coverage(boxes, lineWidth: 2, on: size)
        #expect(
            dropped == [
                DroppedBox(index: 0, reason: .notFinite), DroppedBox(index: 2, reason: .notFinite),
                DroppedBox(index: 3, reason: .empty), DroppedBox(index: 4, reason: .outside),
                DroppedBox(index: 5, reason: .outside), DroppedBox(index: 7, reason: .empty),
            ])
        let inverted = try Self.coverage([boxes[6]], lineWidth: 2, on: size).pixels
        #expect(inverted == (try Self.coverage([Self.square], lineWidth: 2, on: size).pixels))
    }

    @Test("gray becomes rgb, alpha is kept, and what is drawn is opaque")
    func models() throws {
        let box = [LabelledBox(Self.square, label: "", color: .white)]
        let style = BoxStyle(lineWidth: 2)
        #expect(try Self.black(16, 16, .gray).drawing(box, style: style).image.layout == .rgb8)
        let drawn = try Self.black(16, 16, .grayAlpha).drawing(box, style: style).image
        #expect(drawn.layout == Image.Layout(colorModel: .rgba, bitDepth: .eight))
        #expect(Array(drawn.bytes[0..<4]) == [0, 0, 0, 0])
        #expect(Array(drawn.bytes[(4 * 16 + 4) * 4..<(4 * 16 + 5) * 4]) == [255, 255, 255, 255])
        // Half a pixel of white over nothing is white, half opaque.
        let wide = try Self.black(16, 16, .rgba).drawing(box, style: BoxStyle(lineWidth: 3)).image
        #expect(Array(wide.bytes[(8 * 16 + 2) * 4..<(8 * 16 + 3) * 4]) == [255, 255, 255, 128])
    }

    @Test("no boxes, no change")
    func nothing() throws {
        let image = try Self.black(3, 3)
        #expect(try image.drawing([]).image == image)
    }

    @Test(
        "the same boxes give the same picture; any canvas, any label, any style is survived",
        arguments: 0..<80 as Range<UInt64>)
    func anything(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let sides = [1, 2, 3, 7, 10, 11, 12, 20, 33, 64, 150]
        let image = try Self.black(
            sides.randomElement(using: &random) ?? 1, sides.randomElement(using: &random) ?? 1,
            Image.ColorModel.allCases.randomElement(using: &random) ?? .rgb)
        let labels = ["", "cat", "猫", "Ångström", "a\nb", String(repeating: "wide ", count: 100), "\u{301}", "🐈‍⬛"]
        let numbers = [-1e308, -1, 0, 0.4, 5, 12.5, 63.9, 200, 1e308, .nan, .infinity]
        let boxes = (0..<8).map { _ in
            let corners = (0..<4).map { _ in numbers.randomElement(using: &random) ?? 0 }
            return LabelledBox(
                BoundingBox(xMin: corners[0], yMin: corners[1], xMax: corners[2], yMax: corners[3]),
                label: labels.randomElement(using: &random) ?? "", score: numbers.randomElement(using: &random))
        }
        let style = BoxStyle(
            lineWidth: numbers.randomElement(using: &random), capHeight: numbers.randomElement(using: &random))
        let drawn = try image.drawing(boxes, style: style)
        #expect(try image.drawing(boxes, style: style) == drawn)
        #expect(drawn.image.size == image.size)
        #expect(drawn.dropped.allSatisfy { boxes.indices.contains($0.index) })
    }

    @Test("a cancelled task stops")
    func cancelled() async throws {
        let image = try Self.black(16, 16)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try image.drawing([LabelledBox(Self.square, label: "cat")])
        }
        await #expect(throws: MediaError.cancelled) { try await task.value }
    }
}
