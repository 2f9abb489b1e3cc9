import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite("Masks drawn over their image")
struct MaskOverlayTests {
    private static let red = Color(red: 255, green: 0, blue: 0)
    private static let blue = Color(red: 0, green: 0, blue: 255)
    private static let flat = MaskOverlayStyle(opacity: 0.5, outlineWidth: 0)

    private static func image(_ model: Image.ColorModel, width: Int, _ bytes: [UInt8]) throws -> Image {
        try Image(
            size: PixelSize(width: width, height: bytes.count / model.channelCount / width),
            layout: Image.Layout(colorModel: model, bitDepth: .eight), bytes: bytes)
    }

    private static func mask(width: Int, _ pixels: [UInt8]) throws -> Mask {
        try Mask(size: PixelSize(width: width, height: pixels.count / width), pixels: pixels)
    }

    @Test("colour and image are blended inside; outside, nothing changes")
    func mixing() throws {
        let image = try Self.image(.rgb, width: 2, [100, 100, 100, 100, 100, 100])
        let overlay = MaskOverlay(try Self.mask(width: 2, [255, 0]), color: Self.red)
        // Opacity ½ is 128 of 255: (255 · 128 + 100 · 127 + 127) / 255 = 178, 100 · 127 / 255 = 49.8.
        #expect(try image.overlaying([overlay], style: Self.flat).bytes == [178, 50, 50, 100, 100, 100])
        #expect(try image.overlaying([], style: Self.flat) == image)
        #expect(try image.overlaying([overlay], style: MaskOverlayStyle(opacity: 0, outlineWidth: 0)) == image)
        let opaque = try image.overlaying([overlay], style: MaskOverlayStyle(opacity: 1, outlineWidth: 0))
        #expect(opaque.bytes == [255, 0, 0, 100, 100, 100])
    }

    @Test("later masks cover earlier ones")
    func order() throws {
        let image = try Self.image(.rgb, width: 1, [0, 0, 0])
        let mask = try Self.mask(width: 1, [255])
        let both = try image.overlaying(
            [MaskOverlay(mask, color: Self.red), MaskOverlay(mask, color: Self.blue)], style: Self.flat)
        // Red becomes 128, then 128 · 127 / 255 = 63.7 under blue.
        #expect(both.bytes == [64, 0, 128])
    }

    @Test("gray becomes rgb, 16 bits become 8, alpha is kept")
    func models() throws {
        let nothing = MaskOverlay(try Self.mask(width: 2, [0, 0]), color: Self.red)
        let gray = try Self.image(.gray, width: 2, [7, 9]).overlaying([nothing])
        #expect(gray.layout == .rgb8 && gray.bytes == [7, 7, 7, 9, 9, 9])
        let grayAlpha = try Self.image(.grayAlpha, width: 2, [7, 0, 9, 99]).overlaying([nothing])
        #expect(grayAlpha.layout == Image.Layout(colorModel: .rgba, bitDepth: .eight))
        #expect(grayAlpha.bytes == [7, 7, 7, 0, 9, 9, 9, 99])
        let samples: [UInt16] = [257 * 128 + 103, 257 * 128 + 154]
        let deep = try Image(
            size: PixelSize(width: 2, height: 1), layout: Image.Layout(colorModel: .gray, bitDepth: .sixteen),
            bytes: samples.flatMap { sample in withUnsafeBytes(of: sample) { Array($0) } })
        #expect(try deep.overlaying([nothing]).bytes == [128, 128, 128, 129, 129, 129])
    }

    @Test("over a transparent pixel, only the colour is visible, at its opacity")
    func transparent() throws {
        let image = try Self.image(.rgba, width: 1, [10, 20, 30, 0])
        let overlay = MaskOverlay(try Self.mask(width: 1, [255]), color: Self.red)
        #expect(try image.overlaying([overlay], style: Self.flat).bytes == [255, 0, 0, 128])
    }

    @Test("the outline consists of the pixels near one outside", arguments: 0..<24 as Range<UInt64>)
    func edge(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let size = PixelSize(width: .random(in: 1...24, using: &random), height: .random(in: 1...24, using: &random))
        let width = Int.random(in: 1...5, using: &random)
        let pixels = (0..<size.pixelCount).map { _ in UInt8.random(in: 0...29, using: &random) == 0 ? UInt8(0) : 255 }
        let mask = try Mask(size: size, pixels: pixels)
        let image = try Self.image(.gray, width: size.width, [UInt8](repeating: 0, count: size.pixelCount))
        let drawn = try image.overlaying(
            [MaskOverlay(mask, color: .white)], style: MaskOverlayStyle(opacity: 0, outlineWidth: Double(width)))
        let outside = pixels.indices.filter { pixels[$0] == 0 }
        for index in pixels.indices {
            let isNear = outside.contains { other in
                let across = index % size.width - other % size.width
                let down = index / size.width - other / size.width
                return across * across + down * down <= width * width
            }
            #expect(drawn.bytes[index * 3] == (pixels[index] == 255 && isNear ? 255 : 0))
        }
    }

    @Test("the edge of the image is not an edge of a mask")
    func imageEdge() throws {
        let image = try Self.image(.gray, width: 3, [UInt8](repeating: 0, count: 9))
        let full = MaskOverlay(try Self.mask(width: 3, [UInt8](repeating: 255, count: 9)), color: .white)
        let drawn = try image.overlaying([full], style: MaskOverlayStyle(opacity: 0.2, outlineWidth: 2))
        #expect(Set(drawn.bytes) == [51])
    }

    @Test("masks of another size and invalid opacities are rejected")
    func refusals() throws {
        let image = try Self.image(.gray, width: 2, [0, 0])
        let wrong = MaskOverlay(try Self.mask(width: 1, [255, 255]), color: Self.red)
        let error = #expect(throws: MediaError.self) { try image.overlaying([wrong]) }
        #expect(error?.kind == .invalidArgument && error?.problem.contains("1×2") == true)
        for opacity in [-0.1, 1.1, .nan, .infinity] {
            #expect(throws: MediaError.self) {
                try image.overlaying([], style: MaskOverlayStyle(opacity: opacity))
            }
        }
    }
}
