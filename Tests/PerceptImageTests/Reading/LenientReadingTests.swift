import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// Lenient reading of damage that strict reading rejects.
@Suite struct LenientReadingTests {
    private func lenient(_ bytes: [UInt8]) throws -> (image: Image, warnings: [Warning]) {
        expectMediaError(.malformedInput) { _ = try ImageReader.everything(of: bytes) }
        return try ImageReader.everything(of: bytes, lenient: true)
    }

    private func rows(_ image: Image, _ range: Range<Int>) -> [UInt8] {
        Array(image.bytes[range.lowerBound * image.bytesPerRow..<range.upperBound * image.bytesPerRow])
    }

    /// Extracts the row count from a text like "… after 120 of 480 rows (25 %) …".
    private func rowCount(_ warning: Warning?) throws -> Int {
        try #require(warning?.text.split(separator: " ").compactMap { Int($0) }.first)
    }

    @Test func wholeFilesAreTheSame() throws {
        var progressive = JPEGBuilder.yCbCr()
        progressive.isProgressive = true
        for bytes in [
            PNGBuilder(width: 40, height: 30, bitDepth: 4, colorType: .palette, isInterlaced: true).bytes,
            PNGBuilder(width: 40, height: 30, bitDepth: 16, colorType: .rgba).bytes, JPEGBuilder.yCbCr().bytes,
            progressive.bytes,
        ] {
            let strict = try ImageReader.everything(of: bytes)
            let lenient = try ImageReader.everything(of: bytes, lenient: true)
            #expect(strict.image == lenient.image)
            #expect(lenient.warnings == [])
        }
    }

    @Test(arguments: [PNGBuilder.ColorType.rgb, .rgba, .grayAlpha], [8, 16])
    func aPNGCutShortEndsInGray(colorType: PNGBuilder.ColorType, bitDepth: Int) throws {
        let builder = PNGBuilder(width: 300, height: 200, bitDepth: bitDepth, colorType: colorType)
        let whole = try ImageReader.everything(of: builder.bytes).image
        let (image, warnings) = try lenient(Array(builder.bytes.prefix(builder.bytes.count / 2)))
        let count = try rowCount(warnings.first)
        #expect(warnings == ["the PNG file is cut short after \(count) of 200 rows (\(count / 2) %): the rest is gray"])
        #expect((80...100).contains(count))
        #expect(rows(image, 0..<count) == rows(whole, 0..<count))
        let sample = bitDepth == 16 ? [0x80, 0x80] : [0x80 as UInt8]
        let opaque = bitDepth == 16 ? [0xFF, 0xFF] : [0xFF as UInt8]
        let gray = (0..<colorType.channelCount).flatMap { channel in
            colorType != .rgb && channel == colorType.channelCount - 1 ? opaque : sample
        }
        #expect(rows(image, count..<200) == (0..<300 * (200 - count)).flatMap { _ in gray })
    }

    @Test func anInterlacedPNGCutShortIsCoarse() throws {
        var builder = PNGBuilder(width: 64, height: 64, bitDepth: 8, colorType: .rgb, isInterlaced: true)
        builder.samples = (0..<64 * 64).flatMap { [$0 % 64 * 4, $0 / 64 * 4, 128] }
        // Stored, a quarter of the bytes are the passes 1 to 4, which have every fourth column of every fourth row…
        let bytes = builder.bytes
        let (image, warnings) = try lenient(Array(bytes.prefix(bytes.count / 4 + 400)))
        #expect(warnings.count == 1 && warnings[0].text.contains("made up from coarser data"), "\(warnings)")
        // …so no pixel lies further than that from its stand-in.
        var worst = 0
        for pixel in 0..<64 * 64 {
            let (y, x) = pixel.quotientAndRemainder(dividingBy: 64)
            worst = max(worst, abs(Int(image.bytes[3 * pixel]) - 4 * x), abs(Int(image.bytes[3 * pixel + 1]) - 4 * y))
        }
        #expect(worst <= 12)
        // Cut in the first pass: gray below.
        let early = try lenient(Array(bytes.prefix(33 + 25 + 7 + 70)))
        #expect(early.warnings.count == 1 && early.warnings[0].text.contains("the rest is gray"), "\(early.warnings)")
        #expect(early.image.bytes.suffix(3) == [0x80, 0x80, 0x80])
        #expect(early.image.bytes[0...2] == [0, 0, 128])
    }

    @Test func aWrongChecksumOfPixelsIsAWarning() throws {
        var builder = PNGBuilder(width: 40, height: 30, bitDepth: 8, colorType: .rgb)
        let whole = try ImageReader.everything(of: builder.bytes).image
        builder.damagedChunks = ["IDAT"]
        let (image, warnings) = try lenient(builder.bytes)
        #expect(image == whole)
        #expect(
            warnings == [
                "one of the two checksums of the pixels is wrong, but the other is right: the pixels are unharmed"
            ])
    }

    @Test func brokenCompressionEndsInGray() throws {
        var bytes = PNGBuilder(width: 300, height: 300, bitDepth: 8, colorType: .rgb).bytes
        // The head of the third stored block of 65535 bytes.
        let block = 33 + 8 + 2 + 2 * (65535 + 5)
        #expect(bytes[block + 1...block + 2] == [0xFF, 0xFF])
        bytes[block + 1] = 0
        let (_, warnings) = try lenient(bytes)
        #expect(try rowCount(warnings.last) == 2 * 65535 / 901)
        #expect(warnings.last?.text.contains("data is damaged") == true && warnings.last?.text.contains("gray") == true)
    }

    @Test(arguments: [1, 2]) func aBaselineJPEGCutShortEndsInGray(sampling: Int) throws {
        let builder = JPEGBuilder.yCbCr(width: 64, height: 400, across: sampling, down: sampling)
        let whole = try ImageReader.everything(of: builder.bytes).image
        let (image, warnings) = try lenient(Array(builder.bytes.prefix(builder.bytes.count * 2 / 3)))
        let count = try rowCount(warnings.first)
        #expect(
            warnings == ["the JPEG file is cut short after \(count) of 400 rows (\(count / 4) %): the rest is gray"])
        #expect((200...270).contains(count))
        #expect(rows(image, 0..<count) == rows(whole, 0..<count))
        #expect(image.bytes.suffix(3) == [128, 128, 128])
    }

    @Test func damageInTheDataOfAJPEGIsPassedOver() throws {
        var builder = JPEGBuilder.yCbCr(width: 64, height: 160)
        builder.restartInterval = 8
        let whole = try ImageReader.everything(of: builder.bytes).image
        var bytes = builder.bytes
        // A row of blocks ends with a restart marker; the tenth begins after the second RST0.
        let markers = bytes.indices.filter { bytes[$0] == 0xFF && $0 + 1 < bytes.count && bytes[$0 + 1] == 0xD0 }
        let place = markers[1] + 4
        bytes.replaceSubrange(place..<place + 4, with: [0xC3, 0xFB, 0xFB, 0xFB])
        let (image, warnings) = try lenient(bytes)
        #expect(rows(image, 0..<64) == rows(whole, 0..<64))
        #expect(rows(image, 88..<160) == rows(whole, 88..<160))
        #expect(warnings.count == 1 && warnings[0].text.contains("may be wrong"), "\(warnings)")
    }

    @Test func aProgressiveJPEGCutShortHasLessDetail() throws {
        var builder = JPEGBuilder.yCbCr(width: 64, height: 64)
        builder.isProgressive = true
        // Uniform, since libjpeg-turbo smooths blocks for which only the mean is known.
        builder.components[0].value = { _, _ in 90 }
        let whole = try ImageReader.everything(of: builder.bytes).image
        let scans = builder.bytes.indices.filter {
            $0 + 1 < builder.bytes.count && builder.bytes[$0] == 0xFF && builder.bytes[$0 + 1] == 0xDA
        }
        #expect(scans.count == 4)
        for end in [scans[1], scans[1] + 1, scans[1] + 5, scans[2] + 9, scans[3] + 3, scans[3]] {
            let (image, warnings) = try lenient(Array(builder.bytes.prefix(end)))
            #expect(image == whole, "\(end)")
            #expect(warnings.count == 1 && warnings[0].text.contains("cut short after scan"), "\(warnings)")
            #expect(warnings.first?.text.contains("coarser") == true, "\(warnings)")
        }
        // In the first scan.
        let (image, warnings) = try lenient(Array(builder.bytes.prefix((scans[0] + scans[1]) / 2)))
        #expect(warnings.count == 1 && warnings[0].text.contains("cut short in scan 1"), "\(warnings)")
        #expect(warnings.first?.text.contains("the rest is gray") == true)
        #expect(rows(image, 0..<8) == rows(whole, 0..<8))
        #expect(image.bytes.suffix(3) == [128, 128, 128])
    }

    @Test func aBrokenMarkerBetweenScansEndsTheProgressivePicture() throws {
        var builder = JPEGBuilder.yCbCr(width: 64, height: 64)
        builder.isProgressive = true
        let whole = try ImageReader.everything(of: builder.bytes).image
        var bytes = builder.bytes
        let scans = bytes.indices.filter { $0 + 1 < bytes.count && bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
        // Fifteen components where there are three.
        bytes[scans[2] + 4] = 15
        let (image, warnings) = try lenient(bytes)
        #expect(image == whole)
        #expect(warnings.count == 1 && warnings[0].text.contains("data is damaged"), "\(warnings)")
    }

    @Test func whereThereIsNothingThereIsAnError() {
        let png = PNGBuilder(width: 40, height: 30, bitDepth: 8, colorType: .rgb).bytes
        let jpeg = JPEGBuilder.yCbCr().bytes
        let scan = jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xDA } ?? 0
        for bytes in [
            Array(png.prefix(60)), Array(png.prefix(20)), Array(jpeg.prefix(scan + 12)), Array(jpeg.prefix(30)),
        ] {
            expectMediaError(.malformedInput) { _ = try ImageReader.everything(of: bytes, lenient: true) }
        }
    }

    @Test func aWebPCutShortEndsInGray() throws {
        let item = try #require(DecodedFilesTests.cases.first { $0.name == "WebP lossy" })
        let bytes = [UInt8](item.file)
        let whole = try ImageReader.everything(of: bytes).image
        let (image, warnings) = try lenient(Array(bytes.prefix(bytes.count * 4 / 5)))
        let count = try rowCount(warnings.first)
        #expect(
            warnings == [
                "the WebP file is cut short after \(count) of 37 rows (\(count * 100 / 37) %): the rest is gray"
            ])
        #expect((4...36).contains(count))
        #expect(rows(image, 0..<count) == rows(whole, 0..<count))
        #expect(image.bytes.suffix(3) == [128, 128, 128])
    }

    @Test func inksCutShort() throws {
        var builder = JPEGBuilder.fourComponents([215, 165, 55, 204], adobeTransform: 0)
        builder.height = 200
        let (image, warnings) = try lenient(Array(builder.bytes.prefix(builder.bytes.count * 2 / 3)))
        #expect(warnings.count == 1)
        #expect(rows(image, 0..<8) == rows(try ImageReader.everything(of: builder.bytes).image, 0..<8))
    }

    @Test func aPreparationIsLenientWhereItIsAskedTo() throws {
        let whole = JPEGBuilder.yCbCr(width: 64, height: 400).bytes
        let source = MediaSource.bytes(Array(whole.prefix(whole.count * 2 / 3)))
        expectMediaError(.malformedInput) { _ = try ImagePreparation().prepare(source) }
        // With a budget the original is read several times.
        for budget in [nil, 1200] {
            let prepared = try ImagePreparation(maximumByteCount: budget, isLenient: true).prepare(source)
            #expect(prepared.warnings.filter { $0.text.contains("cut short") }.count == 1, "\(prepared.warnings)")
            #expect(prepared.warnings.count == (budget == nil ? 1 : 2))
            #expect(throws: Never.self) { try Image(decoding: .bytes(prepared.bytes)) }
        }
    }

    @Test func aReaderGivesItsPictureOnce() throws {
        let bytes = JPEGBuilder.yCbCr().bytes
        var reader = try ImageReader(.bytes(bytes))
        let image = try reader.readImage()
        #expect(image == (try Image(decoding: .bytes(bytes))))
        let error = #expect(throws: MediaError.self) { try reader.readImage() }
        #expect(error?.kind == .invalidArgument)
    }
}
