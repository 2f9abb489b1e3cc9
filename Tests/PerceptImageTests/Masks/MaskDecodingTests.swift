import PerceptCore
import PerceptImage
import Testing

@Suite("Masks from images of any kind")
struct MaskDecodingTests {
    /// One row of 8-bit pixels.
    private static func row(_ model: Image.ColorModel, _ bytes: [UInt8]) throws -> Image {
        try Image(
            size: PixelSize(width: bytes.count / model.channelCount, height: 1),
            layout: Image.Layout(colorModel: model, bitDepth: .eight), bytes: bytes)
    }

    /// One row of 16-bit pixels in native byte order.
    private static func row16(_ model: Image.ColorModel, _ samples: [UInt16]) throws -> Image {
        try Image(
            size: PixelSize(width: samples.count / model.channelCount, height: 1),
            layout: Image.Layout(colorModel: model, bitDepth: .sixteen),
            bytes: samples.flatMap { sample in withUnsafeBytes(of: sample) { Array($0) } })
    }

    /// Made with Pillow 12: `Image.new("RGB", …).convert("L")`.
    @Test("rgb becomes the luma that Pillow computes")
    func luma() throws {
        let image = try Self.row(
            .rgb,
            [
                255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3, 250, 128, 114, 77, 77, 77, 12, 200, 99, 255, 255, 255,
            ])
        #expect(Mask(image).pixels == [76, 150, 29, 2, 163, 77, 132, 255])
    }

    /// 38470 · 52 + 7471 · 184 = 51.5 · 65536; 51.493 one step of green below.
    @Test("a luma of exactly one half is rounded up")
    func lumaOfOneHalf() throws {
        #expect(Mask(try Self.row(.rgb, [0, 52, 184, 0, 52, 183])).pixels == [52, 51])
    }

    @Test("gray in rgb keeps its value, whatever it is")
    func grayInColor() throws {
        let image = try Self.row(.rgb, (0...255).flatMap { value in [UInt8](repeating: value, count: 3) })
        #expect(Mask(image).pixels == Array(0...255))
    }

    @Test("gray is used unchanged")
    func gray() throws {
        #expect(try Mask(Self.row(.gray, [0, 2, 127, 128, 255])).pixels == [0, 2, 127, 128, 255])
        #expect(try Mask(Self.row(.gray, [0, 0])).pixels == [0, 0])
    }

    @Test("class indices 0 and 1 are distinguished at any depth")
    func classIndices() throws {
        #expect(try Mask(Self.row(.gray, [0, 1, 1, 0])).pixels == [0, 255, 255, 0])
        #expect(try Mask(Self.row(.rgb, [0, 0, 0, 1, 1, 1])).pixels == [0, 255])
        #expect(try Mask(Self.row(.rgba, [0, 0, 0, 255, 1, 1, 1, 255])).pixels == [0, 255])
        #expect(try Mask(Self.row16(.gray, [0, 1, 1])).pixels == [0, 255, 255])
        #expect(try Mask(Self.row(.gray, [0, 1, 2])).pixels == [0, 1, 2])
    }

    @Test("an opaque alpha channel is ignored")
    func opaque() throws {
        #expect(try Mask(Self.row(.grayAlpha, [0, 255, 90, 255, 255, 255])).pixels == [0, 90, 255])
        #expect(try Mask(Self.row(.rgba, [0, 0, 0, 255, 255, 0, 0, 255])).pixels == [0, 76])
        #expect(try Mask(Self.row(.rgba, [0, 0, 0, 255, 0, 0, 0, 255])).area == 0)
        #expect(try Mask(Self.row(.rgba, [255, 255, 255, 255, 255, 255, 255, 255])).area == 2)
    }

    @Test("the mask of a single-colour shape is its alpha, whatever the colour of transparent pixels")
    func shape() throws {
        #expect(try Mask(Self.row(.grayAlpha, [0, 0, 0, 200, 0, 255])).pixels == [0, 200, 255])
        #expect(try Mask(Self.row(.rgba, [255, 0, 0, 255, 255, 0, 0, 9, 1, 2, 3, 0])).pixels == [255, 9, 0])
        #expect(try Mask(Self.row(.rgba, [9, 9, 9, 0, 1, 2, 3, 0])).pixels == [0, 0])
    }

    @Test("colour and alpha that both vary are multiplied")
    func weight() throws {
        // 128 · 128 / 255 = 64.25, 255 · 100 / 255 = 100.
        #expect(try Mask(Self.row(.grayAlpha, [128, 128, 255, 100, 7, 0])).pixels == [64, 100, 0])
        // Luma of red is 76: 76 · 51 / 255 = 15.2.
        #expect(try Mask(Self.row(.rgba, [255, 0, 0, 51, 255, 255, 255, 255])).pixels == [15, 255])
    }

    @Test("16 bits are scaled exactly: (v · 255 + 32767) / 65535")
    func sixteenBits() throws {
        // 65535 / 255 = 257: multiples of 257 are exact; 128.4 and 128.6 of them round down and up.
        let samples: [UInt16] = [0, 257, 257 * 128, 257 * 128 + 103, 257 * 128 + 154, 65535]
        #expect(try Mask(Self.row16(.gray, samples)).pixels == [0, 1, 128, 128, 129, 255])
        #expect(try Mask(Self.row16(.rgb, samples.flatMap { [$0, $0, $0] })).pixels == [0, 1, 128, 128, 129, 255])
        #expect(try Mask(Self.row16(.grayAlpha, [65535, 32896, 0, 65535])).pixels == [128, 0])
        #expect(try Mask(Self.row16(.rgba, [5, 5, 5, 65535, 5, 5, 5, 0])).pixels == [255, 0])
    }

    @Test("the threshold is configurable")
    func threshold() throws {
        let image = try Self.row(.gray, [10, 20, 30])
        #expect(Mask(image, threshold: 20).area == 2)
        #expect(Mask(image).threshold == 128)
    }
}
