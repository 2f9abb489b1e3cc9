import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite struct DamagedPNGTests {
    private let builder = PNGBuilder(width: 40, height: 30, bitDepth: 8, colorType: .rgb)

    private func failure(_ bytes: [UInt8], limits: ResourceLimits = .default) -> MediaError? {
        do throws(MediaError) {
            _ = try Image(decoding: .bytes(bytes, name: "picture.png"), limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test func hugeHeaderIsRefusedByTheLimitThatItExceeds() {
        for bytes in [
            PNGBuilder(
                width: 4, height: 4, bitDepth: 8, colorType: .rgb, claimedSize: PixelSize(width: 60000, height: 60000)
            ).bytes,
            // Nothing but the header.
            Array(
                PNGBuilder(
                    width: 4, height: 4, bitDepth: 16, colorType: .rgba, isInterlaced: true,
                    claimedSize: PixelSize(width: 60000, height: 60000)
                ).bytes.prefix(33)),
        ] {
            let error = failure(bytes)
            #expect(error?.kind == .limitExceeded)
            #expect(error?.source == "picture.png")
            #expect(error?.problem.contains("60000×60000") == true)
            #expect(error?.problem.contains("pixelCount") == true)
            #expect(error?.problem.contains("268402689") == true)
        }
    }

    @Test func interlacedPictureMustFitIntoMemory() {
        var interlaced = builder
        interlaced.isInterlaced = true
        let limits = ResourceLimits(imageByteCount: 40 * 30 * 3 - 1)
        let error = failure(interlaced.bytes, limits: limits)
        #expect(error?.kind == .limitExceeded)
        #expect(error?.problem.contains("imageByteCount") == true)
        #expect(failure(interlaced.bytes, limits: ResourceLimits(imageByteCount: 40 * 30 * 3)) == nil)
    }

    @Test(arguments: [(0, 5), (5, 0), (0, 0)]) func aSideOfZeroIsMalformed(width: Int, height: Int) {
        var empty = builder
        empty.claimedSize = PixelSize(width: width, height: height)
        #expect(failure(empty.bytes)?.kind == .malformedInput)
    }

    /// The builder stores its rows in blocks of 65535 bytes without compression, so the rows that came can be counted.
    @Test(arguments: [3000, 50_000, 65_000, 100_000, 170_000]) func theErrorSaysHowManyRowsCame(count: Int) throws {
        let bytes = PNGBuilder(width: 300, height: 200, bitDepth: 8, colorType: .rgb).bytes
        let problem = try #require(failure(Array(bytes.prefix(count)))?.problem)
        let rows = try #require(problem.split(separator: " ").compactMap { Int($0) }.first)
        let stored = count - 33 - 8 - 2
        let came = stored - 5 * (stored / 65540 + 1)
        // No finer than the window that is lost.
        #expect(((came - 64) / 901...came / 901).contains(rows), "\(problem)")
        #expect(problem == "the PNG file is cut short after \(rows) of 200 rows (\(rows / 2) %)")
    }

    @Test func wrongChecksumOfACriticalChunkFails() {
        for type in ["IHDR", "IDAT"] {
            var damaged = builder
            damaged.damagedChunks = [type]
            let error = failure(damaged.bytes)
            #expect(error?.kind == .malformedInput)
            #expect(error?.problem.contains("checksum") == true, "\(type)")
        }
    }

    @Test func wrongChecksumOfAnAncillaryChunkWarns() throws {
        var damaged = builder
        damaged.chunksBeforePixels = [("gAMA", PNGBuilder.bigEndian(45455))]
        damaged.damagedChunks = ["gAMA"]
        var reader = try ImageReader(.bytes(damaged.bytes))
        #expect(
            reader.warnings == ["what the file says about its colours (gAMA) is damaged and not applied"])
        var rows = [UInt8](repeating: 0, count: 30 * reader.bytesPerRow)
        try rows.withUnsafeMutableBytes { try reader.readRows(30, into: $0) }
    }

    @Test func everyTruncationIsNoticed() throws {
        let whole = builder.bytes
        let decoded = try Image(decoding: .bytes(whole))
        // Without the last twelve bytes, the IEND chunk, the pixels and their checksums are still whole.
        for count in 8..<whole.count - 12 {
            let error = failure(Array(whole.prefix(count)))
            #expect(error?.kind == .malformedInput, "\(count) bytes")
            #expect(error?.problem.contains("cut short") == true, "\(count) bytes")
        }
        for count in whole.count - 12..<whole.count {
            #expect(try Image(decoding: .bytes(Array(whole.prefix(count)))) == decoded)
        }
    }

    @Test func aMissingEndIsAWarning() throws {
        var reader = try ImageReader(.bytes(builder.bytes.dropLast(12)))
        var rows = [UInt8](repeating: 0, count: 30 * reader.bytesPerRow)
        try rows.withUnsafeMutableBytes { try reader.readRows(30, into: $0) }
        #expect(reader.warnings == ["the file ends without an end marker (IEND); no pixel is missing"])
    }

    @Test func theErrorSaysHowManyRowsCame() throws {
        // Uncompressed, so a row of the file is a row of the image plus its filter byte; the decoder reads 8 KiB ahead.
        let bytes = PNGBuilder(width: 400, height: 300, bitDepth: 8, colorType: .rgb).bytes
        let error = failure(Array(bytes.prefix(bytes.count / 2)))
        let rows = try #require(error?.problem.split(separator: " ").compactMap { Int($0) }.first)
        #expect((149 - 8192 / 1201...150).contains(rows))
        #expect(error?.problem == "the PNG file is cut short after \(rows) of 300 rows (\(rows / 3) %)")
        var interlaced = PNGBuilder(width: 400, height: 300, bitDepth: 8, colorType: .rgb)
        interlaced.isInterlaced = true
        let half = failure(Array(interlaced.bytes.prefix(bytes.count / 2)))
        #expect(half?.problem.contains("% of its interlaced rows") == true)
    }
}
