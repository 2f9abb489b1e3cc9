import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite("Levels of images with 16 bits per channel")
struct ImageLevelsTests {
    private static func png(
        _ samples: [Int], _ colorType: PNGBuilder.ColorType = .gray, width: Int? = nil, bitDepth: Int = 16,
        isInterlaced: Bool = false
    ) -> [UInt8] {
        let pixelCount = samples.count / colorType.channelCount
        let width = width ?? pixelCount
        var builder = PNGBuilder(
            width: width, height: pixelCount / width, bitDepth: bitDepth, colorType: colorType,
            isInterlaced: isInterlaced)
        builder.samples = samples
        return builder.bytes
    }

    private func samples(_ image: Image) -> [Int] {
        image.bytes.withUnsafeBytes { raw in
            (0..<raw.count / 2).map { Int(raw.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)) }
        }
    }

    /// The stated formula, in exact fractions: the nearest integer, halves up.
    private func stretched(_ value: Int, _ low: Int, _ high: Int) -> Int {
        let exact = Double(value - low) * 65535 / Double(high - low)
        return Int((min(max(exact, 0), 65535)).rounded(.toNearestOrAwayFromZero))
    }

    @Test(
        "every value goes where the formula says",
        arguments: [(100, 3000), (0, 65535), (0, 1), (65534, 65535), (5, 12)])
    func map(low: Int, high: Int) throws {
        let values = Array(0...65535)
        let range = try #require(SampleRange(low: low, high: high))
        let bytes = Self.png(values, width: 256)
        let image = try Image(decoding: .bytes(bytes), levels: .range(range))
        #expect(samples(image) == values.map { stretched($0, low, high) })
        #expect(try Image(decoding: .bytes(bytes)).stretched(range) == image)
        #expect(samples(image)[low] == 0 && samples(image)[high] == 65535)
    }

    @Test("the range is that of the colours, without what is fully transparent", arguments: [false, true])
    func range(isInterlaced: Bool) throws {
        func range(_ samples: [Int], _ type: PNGBuilder.ColorType) throws -> SampleRange? {
            try ImageReader.surveying(
                .bytes(Self.png(samples, type, isInterlaced: isInterlaced)), limits: .default
            ).survey.sampleRange
        }
        #expect(try range([300, 100, 3000, 200], .gray) == SampleRange(low: 100, high: 3000))
        #expect(try range([300, 9, 100, 0, 3000, 65535, 7, 0], .grayAlpha) == SampleRange(low: 300, high: 3000))
        #expect(try range([300, 100, 3000, 200, 50, 4000], .rgb) == SampleRange(low: 50, high: 4000))
        #expect(try range([1, 2, 3, 0, 40, 30, 20, 1], .rgba) == SampleRange(low: 20, high: 40))
        #expect(try range([1, 0, 2, 0], .grayAlpha) == nil)
        let eight = Self.png([1, 2, 3], bitDepth: 8)
        #expect(try ImageReader.surveying(.bytes(eight), limits: .default).survey.sampleRange == nil)
    }

    @Test("automatic levels are the least and the greatest sample; alpha stays") func automatic() throws {
        let values = [300, 9, 100, 0, 3000, 65535, 1700, 40000]
        var reader = try ImageReader(.bytes(Self.png(values, .grayAlpha)), levels: .automatic)
        #expect(reader.levels == SampleRange(low: 300, high: 3000))
        let image = try reader.readImage()
        // The second pixel is transparent: its gray is below the range, and clamped.
        #expect(samples(image) == [0, 9, 0, 0, 65535, 65535, stretched(1700, 300, 3000), 40000])
        #expect(reader.warnings == [])
        #expect(
            samples(try Image(decoding: .bytes(Self.png([10, 20, 30, 10, 30, 20], .rgb)), levels: .automatic))
                == [0, 32768, 65535, 0, 65535, 32768])
    }

    @Test("what has nothing to stretch stays as it is") func nothingToStretch() throws {
        for bytes in [Self.png([7, 7, 7, 7]), Self.png([1, 2, 3], bitDepth: 8), JPEGBuilder.gray().bytes] {
            let whole = try ImageReader.everything(of: bytes)
            var reader = try ImageReader(.bytes(bytes), levels: .automatic)
            #expect(reader.levels == nil)
            #expect(try reader.readImage() == whole.image)
            #expect(reader.warnings == whole.warnings)
        }
        // A range that was asked for outright is missed.
        let range = try #require(SampleRange(low: 1, high: 2))
        let image = try Image(decoding: .bytes(JPEGBuilder.gray().bytes))
        let prepared = [
            try ImagePreparation(levels: .range(range)).prepare(.bytes(JPEGBuilder.gray().bytes)),
            try ImagePreparation(levels: .range(range)).prepare(image),
        ]
        for prepared in prepared {
            #expect(prepared.warnings == ["levels apply to images with 16 bits per channel: this one stays as it is"])
            #expect(prepared.receipt.levels == nil)
        }
    }

    /// Gray 0.5 of light is 188 of 255 in sRGB: gAMA 1.0 means light, so the stretched half must become that.
    @Test("samples are stretched before their colours are converted") func order() throws {
        var builder = PNGBuilder(width: 3, height: 1, bitDepth: 16, colorType: .gray)
        builder.samples = [1000, 2000, 3000]
        builder.chunksBeforePixels = [("gAMA", PNGBuilder.bigEndian(100_000))]
        let values = samples(try Image(decoding: .bytes(builder.bytes), levels: .automatic))
        #expect(values[0] == 0 && values[2] == 65535)
        #expect(abs(values[1] - Int(65535 * (1.055 * pow(0.5, 1 / 2.4) - 0.055))) < 40)
    }

    @Test("a range of one value, or none, is refused") func refused() throws {
        for (low, high) in [(-1, 5), (5, 4), (0, 65536)] { #expect(SampleRange(low: low, high: high) == nil) }
        let point = try #require(SampleRange(low: 5, high: 5))
        expectMediaError(.invalidArgument) {
            _ = try ImageReader(.bytes(Self.png([1, 2])), levels: .range(point))
        }
        expectMediaError(.invalidArgument) {
            _ = try ImagePreparation(levels: .range(point)).prepare(.bytes(Self.png([1, 2])))
        }
    }

    @Test(
        "below an eighth of the range there is a warning, at an eighth none", arguments: [(8191, true), (8192, false)])
    func narrow(width: Int, warns: Bool) throws {
        let bytes = Self.png([100, 100 + width])
        let warning = Warning(
            "its 16-bit pixels use only 100…\(100 + width) of 0…65535, which models see as almost one shade; "
                + "stretch them",
            parameter: .levels)
        let expected = warns ? [warning] : []
        #expect(try ImagePreparation().prepare(.bytes(bytes)).warnings == expected)
        #expect(try ImagePreparation().prepare(Image(decoding: .bytes(bytes))).warnings == expected)
        // With a budget the image may be made several times.
        #expect(try ImagePreparation(maximumByteCount: 100_000).prepare(.bytes(bytes)).warnings == expected)
        #expect(try ImagePreparation(levels: .automatic).prepare(.bytes(bytes)).warnings == [])
        #expect(SampleRange(low: 0, high: width)?.isNarrow == warns)
        #expect(SampleRange(low: 9, high: 9)?.isNarrow == false)
    }

    @Test("an upload is stretched, and its receipt says how, with a budget too", arguments: [nil, 2000])
    func receipts(budget: Int?) throws {
        let values = (0..<64 * 64).map { 100 + $0 % 64 * 46 }
        let source = MediaSource.bytes(Self.png(values, width: 64))
        let preparation = ImagePreparation(
            longestSide: nil, format: .png, maximumByteCount: budget, levels: .automatic)
        let prepared = try preparation.prepare(source)
        let range = try #require(SampleRange(low: 100, high: 100 + 63 * 46))
        #expect(prepared.receipt.levels == range)
        if budget == nil {
            #expect(samples(try Image(decoding: .bytes(prepared.bytes))) == values.map { stretched($0, 100, 2998) })
        }
        #expect(
            try ImagePreparation(longestSide: nil, format: .png, maximumByteCount: budget, levels: .automatic)
                .prepare(Image(decoding: source)).bytes == prepared.bytes)
        let json = try JSONEncoder().encode(prepared.receipt)
        #expect(String(decoding: json, as: UTF8.self).contains(#""levels":{"#))
        #expect(try JSONDecoder().decode(GeometryReceipt.self, from: json) == prepared.receipt)
    }

    @Test("a receipt without levels is read and written as before; one with nonsense is refused") func codable() throws
    {
        let size = PixelSize(width: 2, height: 2)
        let receipt = try GeometryReceipt(storedSize: size, orientation: .upright, uploadSize: size)
        let json = String(decoding: try JSONEncoder().encode(receipt), as: UTF8.self)
        #expect(!json.contains("levels"))
        for levels in [#"{"low":5,"high":4}"#, #"{"low":-1,"high":4}"#, #"{"low":0,"high":65536}"#, #"{"low":0}"#] {
            let text = json.dropLast() + #","levels":"# + levels + "}"
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(GeometryReceipt.self, from: Data(text.utf8))
            }
        }
    }

    @Test("pixels that are missing count neither for the range nor for the stretch") func lenient() throws {
        let bytes = Self.png((0..<200 * 100).map { 1000 + $0 % 200 }, width: 200)
        let cut = Array(bytes.prefix(bytes.count / 2))
        expectMediaError(.malformedInput) { _ = try ImageReader(.bytes(cut), levels: .automatic) }
        var reader = try ImageReader(.bytes(cut), lenient: true, levels: .automatic)
        #expect(reader.levels == SampleRange(low: 1000, high: 1199))
        // Mid-gray, as lenient readers fill.
        #expect(samples(try reader.readImage()).last == 0x8080)
        #expect(reader.sampleRange == SampleRange(low: 1000, high: 1199))
    }
}
