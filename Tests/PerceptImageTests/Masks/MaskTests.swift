import PerceptCore
import PerceptImage
import PerceptTestSupport
import Testing

@Suite("Masks")
struct MaskTests {
    private static func mask(_ rows: [[UInt8]], threshold: UInt8 = Mask.defaultThreshold) throws -> Mask {
        try Mask(
            size: PixelSize(width: rows[0].count, height: rows.count), pixels: rows.flatMap(\.self),
            threshold: threshold)
    }

    @Test("area and bounding box follow the threshold, which is inclusive")
    func threshold() throws {
        var mask = try Self.mask([[0, 0, 0, 0, 0], [0, 127, 128, 0, 0], [0, 0, 0, 255, 0], [0, 10, 0, 0, 0]])
        #expect(mask.area == 2)
        #expect(mask.boundingBox == BoundingBox(xMin: 2, yMin: 1, xMax: 4, yMax: 3))
        mask.threshold = 127
        #expect(mask.area == 3)
        #expect(mask.boundingBox == BoundingBox(xMin: 1, yMin: 1, xMax: 4, yMax: 3))
        mask.threshold = 1
        #expect(mask.boundingBox == BoundingBox(xMin: 1, yMin: 1, xMax: 4, yMax: 4))
        mask.threshold = 0
        #expect(mask.area == 20)
        #expect(mask.boundingBox == BoundingBox(xMin: 0, yMin: 0, xMax: 5, yMax: 4))
    }

    @Test("an empty mask has no bounding box")
    func empty() throws {
        let mask = try Self.mask([[0, 127], [5, 0]])
        #expect(mask.area == 0)
        #expect(mask.boundingBox == nil)
    }

    @Test("the bounding box equals that of single pixels", arguments: 0..<40 as Range<UInt64>)
    func boundingBox(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let size = PixelSize(width: .random(in: 1...9, using: &random), height: .random(in: 1...9, using: &random))
        let pixels = (0..<size.pixelCount).map { _ in UInt8.random(in: 0...9, using: &random) == 9 ? UInt8(255) : 0 }
        let inside = pixels.indices.filter { pixels[$0] == 255 }.map { (x: $0 % size.width, y: $0 / size.width) }
        let box = try Mask(size: size, pixels: pixels).boundingBox
        if inside.isEmpty {
            #expect(box == nil)
        } else {
            #expect(box?.xMin == inside.map { Double($0.x) }.min())
            #expect(box?.xMax == inside.map { Double($0.x + 1) }.max())
            #expect(box?.yMin == inside.map { Double($0.y) }.min())
            #expect(box?.yMax == inside.map { Double($0.y + 1) }.max())
        }
    }

    @Test("binarized masks have two values and the same pixels")
    func binarized() throws {
        let mask = try Self.mask([[0, 99, 100, 255]], threshold: 100)
        #expect(mask.binarized().pixels == [0, 0, 255, 255])
        #expect(mask.binarized().area == mask.area)
    }

    @Test("a mask survives a round trip through an 8-bit gray image")
    func image() throws {
        let mask = try Self.mask([[0, 99, 100], [255, 1, 2]])
        let image = mask.image()
        #expect(image.layout == Image.Layout(colorModel: .gray, bitDepth: .eight))
        #expect(image.size == mask.size && image.bytes == mask.pixels)
        #expect(Mask(image) == mask)
    }

    @Test("a wrong number of pixels is rejected")
    func mismatch() {
        for (width, height, count) in [(2, 2, 3), (0, 4, 0), (-1, -1, 1), (.max, .max, 4)] {
            let error = #expect(throws: MediaError.self) {
                try Mask(size: PixelSize(width: width, height: height), pixels: [UInt8](repeating: 0, count: count))
            }
            #expect(error?.kind == .invalidArgument)
        }
    }
}
