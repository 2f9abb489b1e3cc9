import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite("What is inside of a box is hidden")
struct BoxHidingTests {
    private static func hidden(_ image: Image, _ box: BoundingBox, _ hiding: BoxHiding) throws -> Image {
        try image.drawing([LabelledBox(box, label: "")], style: BoxStyle(outline: .none, hiding: hiding)).image
    }

    @Test("every pixel that the box touches is, and no other", arguments: BoxHiding.allCases)
    func whole(hiding: BoxHiding) throws {
        // A checkerboard of black and white: no mean of a cell is either.
        let size = PixelSize(width: 64, height: 48)
        let image = try Image(
            size: size, layout: .rgb8,
            bytes: (0..<64 * 48 * 3).map { ($0 / 3 % 64 + $0 / 3 / 64) % 2 == 0 ? 0 : 255 })
        let hidden = try Self.hidden(
            image, BoundingBox(xMin: 10.9, yMin: 5.1, xMax: 50.1, yMax: 40.9), hiding)
        for y in 0..<48 {
            for x in 0..<64 {
                let value = hidden.bytes[(y * 64 + x) * 3]
                if (10..<51).contains(x) && (5..<41).contains(y) {
                    #expect((100..<156).contains(value))
                } else {
                    #expect(value == image.bytes[(y * 64 + x) * 3])
                }
            }
        }
    }

    /// Means by a second way: sums over each block, found by dividing the sides.
    @Test("squares are the means of the pixels under them, eight along the longer side")
    func squares() throws {
        let image = try DrawnPictures.noise(160, 80, seed: 5)
        let hidden = try Self.hidden(image, BoundingBox(xMin: 0, yMin: 0, xMax: 160, yMax: 80), .pixelate)
        for row in 0..<4 {
            for column in 0..<8 {
                for channel in 0..<3 {
                    let places = (0..<400).map { ((row * 20 + $0 / 20) * 160 + column * 20 + $0 % 20) * 3 + channel }
                    let mean = Double(places.reduce(0) { $0 + Int(image.bytes[$1]) }) / 400
                    #expect(places.allSatisfy { abs(Double(hidden.bytes[$0]) - mean) <= 0.5 })
                }
            }
        }
    }

    @Test("a blurred picture depends on nothing but the means of the cells")
    func blurKnowsTheMeansAlone() throws {
        let image = try DrawnPictures.noise(160, 80, seed: 6)
        let box = BoundingBox(xMin: 0, yMin: 0, xMax: 160, yMax: 80)
        // Turned around within each cell, the means are the same.
        var turned = image
        turned.withMutableBytes { bytes in
            for pixel in 0..<160 * 80 {
                let (x, y) = (pixel % 160, pixel / 160)
                let other = (y / 20 * 20 + 19 - y % 20) * 160 + x / 20 * 20 + 19 - x % 20
                for channel in 0..<3 { bytes[pixel * 3 + channel] = image.bytes[other * 3 + channel] }
            }
        }
        #expect(turned != image)
        #expect(try Self.hidden(turned, box, .blur) == Self.hidden(image, box, .blur))
        #expect(try Self.hidden(turned, box, .pixelate) == Self.hidden(image, box, .pixelate))
    }

    @Test("a blur has no edges, and keeps a plain colour")
    func smooth() throws {
        let box = BoundingBox(xMin: 0, yMin: 0, xMax: 160, yMax: 80)
        let hidden = try Self.hidden(DrawnPictures.noise(160, 80, seed: 7), box, .blur)
        for y in 0..<80 {
            for x in 1..<160 {
                let place = (y * 160 + x) * 3
                #expect(abs(Int(hidden.bytes[place]) - Int(hidden.bytes[place - 3])) <= 3)
            }
        }
        let plain = try Image(
            size: PixelSize(width: 160, height: 80), layout: .rgb8, bytes: [UInt8](repeating: 77, count: 160 * 80 * 3))
        for hiding in BoxHiding.allCases { #expect(try Self.hidden(plain, box, hiding) == plain) }
    }

    @Test("small boxes become one colour; transparent pixels lend none", arguments: BoxHiding.allCases)
    func small(hiding: BoxHiding) throws {
        let small = try Self.hidden(
            DrawnPictures.noise(20, 20, seed: 8), BoundingBox(xMin: 3, yMin: 3, xMax: 17, yMax: 15), hiding)
        let first = small.bytes[(3 * 20 + 3) * 3..<(3 * 20 + 4) * 3]
        #expect(small.bytes[(14 * 20 + 16) * 3..<(14 * 20 + 17) * 3] == first)
        // Red, opaque on the left half; green, invisible on the right.
        let bytes = (0..<16 * 16).flatMap { $0 % 16 < 8 ? [255, 0, 0, 255] : [0, 255, 0, 0] as [UInt8] }
        let image = try Image(
            size: PixelSize(width: 16, height: 16), layout: Image.Layout(colorModel: .rgba, bitDepth: .eight),
            bytes: bytes)
        let narrow = try Self.hidden(image, BoundingBox(xMin: 4, yMin: 0, xMax: 12, yMax: 12), hiding)
        #expect(Array(narrow.bytes[8 * 4..<8 * 4 + 3]) == [255, 0, 0])
        // Half of 255, rounded to either side.
        #expect((127...128).contains(narrow.bytes[8 * 4 + 3]))
    }

    @Test("what is hidden is hidden before a frame is drawn over it")
    func order() throws {
        let image = try DrawnPictures.noise(64, 64, seed: 9)
        let one = LabelledBox(BoundingBox(xMin: 8, yMin: 8, xMax: 40, yMax: 40), label: "", color: .white)
        let other = LabelledBox(BoundingBox(xMin: 24, yMin: 24, xMax: 60, yMax: 60), label: "", color: .white)
        let drawn = try image.drawing([one, other], style: BoxStyle(lineWidth: 2, hiding: .pixelate)).image
        // The first box's lower right corner lies in the second box.
        #expect(drawn.bytes[(39 * 64 + 39) * 3] == 255 && drawn.bytes[(39 * 64 + 30) * 3] == 255)
    }
}
