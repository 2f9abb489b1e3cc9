import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite("Outlines of boxes")
struct BoxOutlineTests {
    private static func black(_ width: Int, _ height: Int) throws -> Image {
        try Image(
            size: PixelSize(width: width, height: height), layout: .rgb8,
            bytes: [UInt8](repeating: 0, count: width * height * 3))
    }

    /// White on black: the value of a pixel is its coverage.
    private static func coverage(_ box: BoundingBox, _ style: BoxStyle, _ width: Int, _ height: Int) throws -> [UInt8] {
        let drawn = try black(width, height).drawing([LabelledBox(box, label: "", color: .white)], style: style).image
        return stride(from: 0, to: drawn.bytes.count, by: 3).map { drawn.bytes[$0] }
    }

    private static func isInside(_ x: Double, _ y: Double, _ box: BoundingBox, radius: Double) -> Bool {
        guard x > box.xMin, x < box.xMax, y > box.yMin, y < box.yMax else { return false }
        let beyondX = max(box.xMin + radius - x, x - (box.xMax - radius), 0)
        let beyondY = max(box.yMin + radius - y, y - (box.yMax - radius), 0)
        return beyondX * beyondX + beyondY * beyondY <= radius * radius
    }

    /// The oracle counts, on a grid of 32 × 32 points in each pixel, those between the two edges.
    @Test("a rounded frame covers each pixel by its share of the area", arguments: 0..<60 as Range<UInt64>)
    func rounded(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let lineWidth = Double(Int.random(in: 0...12, using: &random)) / 4
        let x = Double(Int.random(in: 0...40, using: &random)) / 8
        let y = Double(Int.random(in: 0...40, using: &random)) / 8
        let outer = BoundingBox(
            xMin: x, yMin: y, xMax: x + Double(Int.random(in: 1...112, using: &random)) / 8,
            yMax: y + Double(Int.random(in: 1...112, using: &random)) / 8)
        let inner =
            lineWidth == 0
            ? BoundingBox.nothing
            : BoundingBox(
                xMin: outer.xMin + lineWidth, yMin: outer.yMin + lineWidth, xMax: outer.xMax - lineWidth,
                yMax: outer.yMax - lineWidth)
        let radius = min(Double.random(in: 0...9, using: &random), outer.width / 2, outer.height / 2)
        var canvas = DrawingCanvas(try Self.black(20, 20))
        canvas.drawRoundedFrame(outer: outer, inner: inner, radius: radius, color: .white)
        let bytes = canvas.image().bytes
        for pixel in 0..<400 {
            var count = 0
            for point in 0..<1024 {
                let px = Double(pixel % 20) + (Double(point % 32) + 0.5) / 32
                let py = Double(pixel / 20) + (Double(point / 32) + 0.5) / 32
                let isHollow =
                    !inner.isEmpty && Self.isInside(px, py, inner, radius: max(0, radius - lineWidth))
                if Self.isInside(px, py, outer, radius: radius) && !isHollow { count += 1 }
            }
            #expect(abs(Double(bytes[pixel * 3]) - Double(count) / 1024 * 255) < 6, "pixel \(pixel)")
        }
    }

    @Test("a disc has the area of one", arguments: [1.5, 4, 7.25])
    func disc(radius: Double) throws {
        var canvas = DrawingCanvas(try Self.black(20, 20))
        canvas.drawRoundedFrame(
            outer: BoundingBox(xMin: 9.3 - radius, yMin: 9.8 - radius, xMax: 9.3 + radius, yMax: 9.8 + radius),
            inner: .nothing, radius: radius, color: .white)
        let bytes = canvas.image().bytes
        let sum = stride(from: 0, to: bytes.count, by: 3).reduce(0) { $0 + Int(bytes[$1]) }
        #expect(abs(Double(sum) / 255 - .pi * radius * radius) < 0.05)
    }

    /// Each pixel of corners or dashes equals that of the whole frame, or is empty.
    @Test("corners are those of the whole frame, as long as asked for")
    func corners() throws {
        let box = BoundingBox(xMin: 4.25, yMin: 5, xMax: 34.5, yMax: 29)
        let whole = try Self.coverage(box, BoxStyle(lineWidth: 2), 40, 40)
        let corners = try Self.coverage(box, BoxStyle(outline: .corners(length: 7), lineWidth: 2), 40, 40)
        // The frame's outer edge is one pixel outside: arms from 3.25 to 10.25 and from 28.5 to 35.5, from 4 to 11 and
        // 23 to 30.
        for y in 0..<40 {
            for x in 0..<40 {
                let isArm = (x < 10 || x >= 29) && (y < 11 || y >= 23)
                #expect(corners[y * 40 + x] == (isArm ? whole[y * 40 + x] : 0), "\(x), \(y)")
            }
        }
        // Arms that meet are the frame.
        #expect(try Self.coverage(box, BoxStyle(outline: .corners(length: 99), lineWidth: 2), 40, 40) == whole)
        let short = try Self.coverage(box, BoxStyle(outline: .corners(length: -5), lineWidth: 2), 40, 40)
        #expect(short.contains(255))
        #expect(zip(short, corners).allSatisfy { $0 == 0 || $0 == $1 })
    }

    @Test("dashes are parts of the whole frame, of one length along a side, and one goes around each corner")
    func dashes() throws {
        let box = BoundingBox(xMin: 5, yMin: 5, xMax: 85, yMax: 65)
        let whole = try Self.coverage(box, BoxStyle(lineWidth: 2), 90, 70)
        let dashes = try Self.coverage(box, BoxStyle(outline: .dashed(dash: 8, gap: 4), lineWidth: 2), 90, 70)
        #expect(zip(dashes, whole).allSatisfy { $0 == 0 || $0 == $1 })
        // 82 pixels from 4 on: seven periods of 11.714, two thirds of each a dash.
        let top = (0..<90).filter { dashes[4 * 90 + $0] == 255 }
        let starts = top.filter { !top.contains($0 - 1) }
        #expect(starts == [4, 12, 24, 35, 47, 59, 70, 82])
        let bottom = (0..<90).filter { dashes[65 * 90 + $0] == 255 }
        #expect(bottom == top)
        for (x, y) in [(4, 4), (85, 4), (4, 65), (85, 65)] { #expect(dashes[y * 90 + x] == 255) }
        #expect(dashes.count { $0 == 255 } * 10 < whole.count { $0 == 255 } * 8)
    }

    @Test("small boxes are whole frames: corners as long as four lines are wide, sides without room for a gap")
    func small() throws {
        let box = BoundingBox(xMin: 10, yMin: 10, xMax: 24, yMax: 22)
        let whole = try Self.coverage(box, BoxStyle(lineWidth: 2), 40, 40)
        #expect(try Self.coverage(box, BoxStyle(outline: .corners(), lineWidth: 2), 40, 40) == whole)
        #expect(try Self.coverage(box, BoxStyle(outline: .dashed(), lineWidth: 2), 40, 40) == whole)
    }

    @Test("no outline, nothing drawn; a fill covers the box by its exact share")
    func fill() throws {
        let box = BoundingBox(xMin: 2.5, yMin: 3, xMax: 6, yMax: 5.25)
        #expect(try Self.coverage(box, BoxStyle(outline: .none), 10, 10).allSatisfy { $0 == 0 })
        let half = try Self.coverage(box, BoxStyle(outline: .none, fillOpacity: 0.4), 10, 10)
        #expect(Array(half[30..<40]) == [0, 0, 51, 102, 102, 102, 0, 0, 0, 0])
        #expect(Array(half[50..<60]) == [0, 0, 13, 26, 26, 26, 0, 0, 0, 0])
        let outlined = try Self.coverage(
            BoundingBox(xMin: 2, yMin: 2, xMax: 8, yMax: 8), BoxStyle(lineWidth: 2, fillOpacity: 0.4), 10, 10)
        #expect(Array(outlined[50..<60]) == [0, 255, 255, 102, 102, 102, 102, 255, 255, 0])
        // 1.5 wide: the second pixel of the line is half a line over the fill.
        let thin = try Self.coverage(
            BoundingBox(xMin: 2, yMin: 2, xMax: 8, yMax: 8), BoxStyle(lineWidth: 1.5, fillOpacity: 0.4), 10, 10)
        #expect(Array(thin[50..<60]) == [0, 255, 179, 102, 102, 102, 102, 179, 255, 0])
    }

    @Test(
        "any outline of any box on any canvas is drawn; pixels that the box's frame does not touch stay",
        arguments: 0..<120 as Range<UInt64>)
    func anything(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let sides = [1, 2, 3, 7, 12, 33, 64, 150]
        let width = sides.randomElement(using: &random) ?? 1
        let height = sides.randomElement(using: &random) ?? 1
        let numbers = [-1e308, -1000, -1, 0, 0.4, 5, 12.5, 63.9, 200, 1e308, .nan, .infinity]
        let lengths: [Double?] = numbers + [nil]
        func length() -> Double? { lengths.randomElement(using: &random) ?? nil }
        let outlines: [BoxOutline] = [
            .rectangle, .rounded(radius: length()), .corners(length: length()), .dashed(dash: length(), gap: length()),
            .none,
        ]
        let style = BoxStyle(
            outline: outlines.randomElement(using: &random) ?? .none, lineWidth: length(),
            fillOpacity: numbers.randomElement(using: &random) ?? 0,
            hiding: [nil, .blur, .pixelate].randomElement(using: &random) ?? nil)
        let corners = (0..<4).map { _ in numbers.randomElement(using: &random) ?? 0 }
        let box = BoundingBox(xMin: corners[0], yMin: corners[1], xMax: corners[2], yMax: corners[3])
        let image = try DrawnPictures.noise(width, height, seed: seed)
        let drawn = try image.drawing([LabelledBox(box, label: "", color: .white)], style: style)
        #expect(drawn.image.size == image.size)
        #expect(drawn.dropped.isEmpty == (box.reasonNotToDraw(on: image.size) == nil))
        let isThin = style.lineWidth.map { $0.isFinite && $0 <= 2 } ?? true
        guard isThin, drawn.dropped.isEmpty else {
            if !drawn.dropped.isEmpty { #expect(drawn.image == image) }
            return
        }
        let touched = box.standardized.clipped(to: image.size).coveredPixels
        for y in 0..<height where y < touched.y - 2 || y > touched.y + touched.height + 2 {
            let row = y * width * 3..<(y + 1) * width * 3
            #expect(drawn.image.bytes[row] == image.bytes[row])
        }
    }

    @Test("each thing the next colour, or each label its own")
    func coloring() throws {
        let boxes = (0..<3).map { index in
            LabelledBox(
                BoundingBox(xMin: Double(index * 10), yMin: 0, xMax: Double(index * 10 + 10), yMax: 10), label: "cat")
        }
        func colors(_ coloring: Palette.Coloring) throws -> [Color] {
            let style = BoxStyle(outline: .none, capHeight: 10, fillOpacity: 1, coloring: coloring)
            // Without labels, which would lie over all of it.
            let bytes = try Self.black(30, 10).drawing(boxes, style: style).image.bytes
            return (0..<3).map { index in
                let pixel = (9 * 30 + index * 10 + 9) * 3
                return Color(red: bytes[pixel], green: bytes[pixel + 1], blue: bytes[pixel + 2])
            }
        }
        #expect(try colors(.index) == Array(Palette.okabeIto.colors[..<3]))
        #expect(try colors(.label) == Array(repeating: Palette.okabeIto.color(forLabel: "cat"), count: 3))
    }
}
