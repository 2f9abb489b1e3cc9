import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite struct PNGReadingTests {
    struct Kind: CustomTestStringConvertible {
        var colorType: PNGBuilder.ColorType
        var bitDepth: Int
        var isInterlaced: Bool
        var size: PixelSize

        var testDescription: String {
            "\(colorType) \(bitDepth) bit\(isInterlaced ? " interlaced" : "") \(size)"
        }
    }

    static let kinds: [Kind] = PNGBuilder.ColorType.allCases.flatMap { colorType in
        colorType.bitDepths.flatMap { bitDepth in
            [false, true].flatMap { isInterlaced in
                [(13, 11), (1, 1), (3, 9), (64, 2)].map { width, height in
                    Kind(
                        colorType: colorType, bitDepth: bitDepth, isInterlaced: isInterlaced,
                        size: PixelSize(width: width, height: height))
                }
            }
        }
    }

    private func builder(_ kind: Kind) -> PNGBuilder {
        PNGBuilder(
            width: kind.size.width, height: kind.size.height, bitDepth: kind.bitDepth, colorType: kind.colorType,
            isInterlaced: kind.isInterlaced)
    }

    /// The closed form of what must come out: the builder's pattern, depths below 8 times 255 / maximum.
    private func expected(_ builder: PNGBuilder) -> [UInt8] {
        (0..<builder.height).flatMap { y in
            (0..<builder.width).flatMap { x -> [UInt8] in
                if builder.colorType == .palette { return PNGBuilder.paletteEntry(builder.sample(x, y, 0)) }
                return (0..<builder.colorType.channelCount).flatMap { channel -> [UInt8] in
                    let value = builder.sample(x, y, channel)
                    guard builder.bitDepth == 16 else {
                        return [UInt8(value * 255 / (1 << builder.bitDepth - 1))]
                    }
                    return withUnsafeBytes(of: UInt16(value)) { Array($0) }
                }
            }
        }
    }

    @Test(arguments: kinds) func everyKindGivesItsExactPixels(_ kind: Kind) throws {
        let builder = builder(kind)
        let image = try Image(decoding: .bytes(builder.bytes))
        #expect(image.size == kind.size)
        #expect(image.layout.bitDepth == (kind.bitDepth == 16 ? .sixteen : .eight))
        let colorModel: Image.ColorModel =
            switch kind.colorType {
            case .gray: .gray
            case .grayAlpha: .grayAlpha
            case .rgb, .palette: .rgb
            case .rgba: .rgba
            }
        #expect(image.layout.colorModel == colorModel)
        #expect(image.bytes == expected(builder))
    }

    @Test func thereAreAllKinds() {
        #expect(Self.kinds.count == 15 * 2 * 4)
    }

    @Test func theHeaderSaysHowItIsStored() throws {
        let builder = PNGBuilder(width: 5, height: 7, bitDepth: 4, colorType: .palette, isInterlaced: true)
        let header = try ImageReader(.bytes(builder.bytes)).header
        #expect(header.mediaType == .png)
        #expect(header.storedSize == PixelSize(width: 5, height: 7))
        #expect(header.storedColorModel == .palette)
        #expect(header.storedBitDepth == 4)
        #expect(header.isInterlaced && !header.isProgressive)
        #expect(!header.hasICCProfile)
        #expect(header.orientation == .upright)
    }

    @Test(arguments: [false, true]) func rowsComeInAnyPortions(isInterlaced: Bool) throws {
        let builder = PNGBuilder(width: 9, height: 23, bitDepth: 8, colorType: .rgb, isInterlaced: isInterlaced)
        var reader = try ImageReader(.bytes(builder.bytes))
        var bytes: [UInt8] = []
        for count in [1, 5, 0, 10, 7] {
            var rows = [UInt8](repeating: 0, count: count * reader.bytesPerRow)
            try rows.withUnsafeMutableBytes { try reader.readRows(count, into: $0) }
            bytes += rows
        }
        #expect(reader.remainingRowCount == 0)
        #expect(bytes == expected(builder))
        var more = [UInt8](repeating: 0, count: reader.bytesPerRow)
        let error = #expect(throws: MediaError.self) {
            try more.withUnsafeMutableBytes { try reader.readRows(1, into: $0) }
        }
        #expect(error?.kind == .invalidArgument)
    }

    @Test func transparencyKeyOfGrayAtEveryDepth() throws {
        for bitDepth in [1, 2, 4, 8, 16] {
            var builder = PNGBuilder(width: 20, height: 4, bitDepth: bitDepth, colorType: .gray)
            let key = builder.sample(3, 1, 0)
            builder.chunksBeforePixels = [("tRNS", [UInt8(key >> 8), UInt8(key & 0xFF)])]
            let image = try Image(decoding: .bytes(builder.bytes))
            #expect(image.layout.colorModel == .grayAlpha)
            let opaque = expected(builder)
            let sampleBytes = bitDepth == 16 ? 2 : 1
            for pixel in 0..<image.size.pixelCount {
                let isKey = builder.sample(pixel % 20, pixel / 20, 0) == key
                let bytes = Array(image.bytes[pixel * 2 * sampleBytes..<(pixel + 1) * 2 * sampleBytes])
                let color = Array(opaque[pixel * sampleBytes..<(pixel + 1) * sampleBytes])
                #expect(bytes == color + [UInt8](repeating: isKey ? 0 : 255, count: sampleBytes))
            }
        }
    }

    @Test func transparencyKeyOfRGB() throws {
        for bitDepth in [8, 16] {
            var builder = PNGBuilder(width: 6, height: 5, bitDepth: bitDepth, colorType: .rgb)
            let key = (0..<3).map { builder.sample(2, 3, $0) }
            builder.chunksBeforePixels = [("tRNS", key.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })]
            let image = try Image(decoding: .bytes(builder.bytes))
            #expect(image.layout.colorModel == .rgba)
            let sampleBytes = bitDepth / 8
            let alphas = (0..<30).map { image.bytes[$0 * 4 * sampleBytes + 3 * sampleBytes] }
            let expectedAlphas = (0..<30).map { pixel -> UInt8 in
                (0..<3).allSatisfy { builder.sample(pixel % 6, pixel / 6, $0) == key[$0] } ? 0 : 255
            }
            #expect(alphas == expectedAlphas)
            #expect(alphas.contains(0))
        }
    }

    @Test func transparencyOfPaletteEntries() throws {
        var builder = PNGBuilder(width: 16, height: 3, bitDepth: 4, colorType: .palette)
        // Fewer entries than the palette has: the others are opaque.
        builder.chunksBeforePixels = [("tRNS", [0, 17, 200])]
        let image = try Image(decoding: .bytes(builder.bytes))
        #expect(image.layout.colorModel == .rgba)
        for pixel in 0..<48 {
            let index = builder.sample(pixel % 16, pixel / 16, 0)
            let alphas: [UInt8] = [0, 17, 200]
            let expected = PNGBuilder.paletteEntry(index) + [index < 3 ? alphas[index] : 255]
            let start = pixel * 4
            #expect(Array(image.bytes[start..<start + 4]) == expected)
        }
    }

    @Test(arguments: 1...8) func orientationFromEXIFBeforeOrBehindThePixels(value: Int) throws {
        let orientation = try #require(Orientation(rawValue: value))
        for isLittleEndian in [false, true] {
            let exif = ("eXIf", EXIFBuilder.bytes(orientation: value, isLittleEndian: isLittleEndian))
            var builder = PNGBuilder(width: 6, height: 4, bitDepth: 8, colorType: .gray)
            let upright = Image(
                size: PixelSize(width: 6, height: 4), layout: .init(colorModel: .gray, bitDepth: .eight),
                uncheckedBytes: expected(builder)
            ).oriented(by: orientation)
            builder.chunksBeforePixels = [exif]
            #expect(try Image(decoding: .bytes(builder.bytes)) == upright)
            builder.chunksBeforePixels = []
            builder.chunksAfterPixels = [exif]
            #expect(try Image(decoding: .bytes(builder.bytes)) == upright)
            builder.damagedChunks = ["eXIf"]
            #expect(try ImageReader(.bytes(builder.bytes)).header.orientation == .upright)
        }
    }

    @Test func iccProfileIsNoticed() throws {
        var builder = PNGBuilder(width: 2, height: 2, bitDepth: 8, colorType: .rgb)
        // ICC.1:2022 §7.2: size, version 4.4, display class, RGB to XYZ, signature 'acsp', D50, no tags.
        var profile = [UInt8](repeating: 0, count: 132)
        profile.replaceSubrange(0..<4, with: PNGBuilder.bigEndian(132))
        profile.replaceSubrange(8..<12, with: [4, 0x40, 0, 0])
        for (offset, text) in [(12, "mntr"), (16, "RGB "), (20, "XYZ "), (36, "acsp")] {
            profile.replaceSubrange(offset..<offset + 4, with: Array(text.utf8))
        }
        profile.replaceSubrange(68..<80, with: [0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D])
        builder.chunksBeforePixels = [("iCCP", Array("test\0\0".utf8) + PNGBuilder.stored(profile))]
        #expect(try ImageReader(.bytes(builder.bytes)).header.hasICCProfile)
    }

    /// `acTL` holds the number of frames and of repetitions (ISO 15948:2025, 11.3.6.1).
    @Test(arguments: [(frames: 1, warns: false), (frames: 2, warns: true)])
    func anAnimationIsReadAsItsDefaultPictureAndSaysSo(_ animation: (frames: Int, warns: Bool)) throws {
        var builder = PNGBuilder(width: 13, height: 11, bitDepth: 8, colorType: .rgb)
        let still = try Image(decoding: .bytes(builder.bytes))
        builder.chunksBeforePixels = [
            ("acTL", PNGBuilder.bigEndian(animation.frames) + PNGBuilder.bigEndian(0))
        ]
        #expect(try Image(decoding: .bytes(builder.bytes)) == still)
        let warnings = try ImageReader(.bytes(builder.bytes)).warnings
        #expect(warnings.isEmpty != animation.warns)
        #expect(warnings.allSatisfy { $0.text.contains("animation") })
    }
}
