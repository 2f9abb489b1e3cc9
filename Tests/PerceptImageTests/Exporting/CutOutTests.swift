import PerceptCore
import PerceptImage
import PerceptTestSupport
import Testing

@Suite("Cut-outs")
struct CutOutTests {
    @Test("cropped to the mask, opaque inside, zero outside")
    func rgb() throws {
        let image = try Image(
            size: PixelSize(width: 3, height: 2), layout: .rgb8, bytes: (1...18).map { UInt8($0) })
        let cut = try image.cutOut(Mask(rows: [".#.", ".##"]))
        #expect(cut?.size == PixelSize(width: 2, height: 2))
        #expect(cut?.layout == Image.Layout(colorModel: .rgba, bitDepth: .eight))
        #expect(cut?.bytes == [4, 5, 6, 255, 0, 0, 0, 0, 13, 14, 15, 255, 16, 17, 18, 255])
        #expect(try image.cutOut(Mask(rows: ["...", "..."])) == nil)
        expectMediaError(.invalidArgument) { _ = try image.cutOut(Mask(rows: ["#"])) }
    }

    @Test("gray gets alpha, depth and alpha are kept")
    func layouts() throws {
        let size = PixelSize(width: 2, height: 1)
        let mask = try Mask(rows: [".#"])
        func cut(_ model: Image.ColorModel, _ depth: Image.BitDepth, _ bytes: [UInt8]) throws -> [UInt8]? {
            try Image(size: size, layout: Image.Layout(colorModel: model, bitDepth: depth), bytes: bytes).cutOut(mask)?
                .bytes
        }
        #expect(try cut(.gray, .eight, [7, 8]) == [8, 255])
        #expect(try cut(.grayAlpha, .eight, [7, 70, 8, 80]) == [8, 80])
        #expect(try cut(.rgba, .eight, [1, 2, 3, 4, 5, 6, 7, 8]) == [5, 6, 7, 8])
        #expect(try cut(.gray, .sixteen, [1, 2, 3, 4]) == [3, 4, 255, 255])
        #expect(try cut(.rgb, .sixteen, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) == [7, 8, 9, 10, 11, 12, 255, 255])
    }

    @Test("the alpha of an opaque image's cut-out equals the mask", arguments: 0..<60 as Range<UInt64>)
    func alpha(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let mask = try Mask.random(&random)
        let image = try Image(
            size: mask.size, layout: .rgb8,
            bytes: (0..<mask.size.pixelCount * 3).map { _ in .random(in: 0...255, using: &random) })
        guard let box = mask.boundingBox else {
            #expect(try image.cutOut(mask) == nil)
            return
        }
        let png = try #require(try image.cutOut(mask)).encoded(as: .png)
        let cut = try Image(decoding: .bytes(png, name: "cut.png"))
        #expect(cut.width == Int(box.width) && cut.height == Int(box.height))
        for y in 0..<mask.size.height {
            for x in 0..<mask.size.width {
                let (column, row) = (x - Int(box.xMin), y - Int(box.yMin))
                let isCut = (0..<cut.width).contains(column) && (0..<cut.height).contains(row)
                let alpha = isCut ? cut.bytes[(row * cut.width + column) * 4 + 3] : 0
                #expect(alpha == (mask.members[y * mask.size.width + x] ? 255 : 0))
            }
        }
    }
}
