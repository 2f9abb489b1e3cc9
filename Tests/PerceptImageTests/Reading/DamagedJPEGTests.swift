import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite struct DamagedJPEGTests {
    private func failure(_ bytes: [UInt8], limits: ResourceLimits = .default) -> MediaError? {
        do throws(MediaError) {
            _ = try Image(decoding: .bytes(bytes, name: "photo.jpg"), limits: limits)
            return nil
        } catch {
            return error
        }
    }

    private func warnings(_ bytes: [UInt8]) throws -> [Warning] {
        var reader = try ImageReader(.bytes(bytes))
        var rows = [UInt8](repeating: 0, count: reader.header.storedSize.height * reader.bytesPerRow)
        try rows.withUnsafeMutableBytes { try reader.readRows(reader.remainingRowCount, into: $0) }
        return reader.warnings
    }

    @Test(arguments: [false, true]) func everyTruncationIsNoticed(isProgressive: Bool) throws {
        var builder = JPEGBuilder.yCbCr(width: 64, height: 64)
        builder.isProgressive = isProgressive
        let whole = builder.bytes
        let decoded = try Image(decoding: .bytes(whole))
        for count in 3..<whole.count - 3 {
            let error = failure(Array(whole.prefix(count)))
            #expect(error?.kind == .malformedInput, "\(count) bytes: \(error?.problem ?? "decoded")")
            #expect(error?.problem.contains("cut short") == true, "\(count) bytes: \(error?.problem ?? "decoded")")
        }
        #expect(try Image(decoding: .bytes(whole.dropLast(2))) == decoded)
        #expect(try warnings(whole.dropLast(2)) == ["the file ends without an end marker (EOI); no pixel is missing"])
        #expect(try warnings(whole) == [])
    }

    @Test func theErrorSaysHowManyRowsCame() throws {
        let bytes = JPEGBuilder.gray(width: 64, height: 800).bytes
        let error = failure(Array(bytes.prefix(bytes.count - 300)))
        let rows = try #require(error?.problem.split(separator: " ").compactMap { Int($0) }.first)
        #expect(rows > 100 && rows < 800 && rows % 8 == 0)
        #expect(error?.problem == "the JPEG file is cut short after \(rows) of 800 rows (\(rows * 100 / 800) %)")
    }

    @Test func progressivePictureCutBetweenScansIsNotWhole() {
        var builder = JPEGBuilder.yCbCr()
        builder.isProgressive = true
        builder.missingScanCount = 1
        // With its end marker it is what its author made of it; without, nobody knows what is missing.
        #expect(failure(builder.bytes) == nil)
        #expect(
            failure(builder.bytes.dropLast(2))?.problem == "the JPEG file is cut short after scan 3")
    }

    @Test func theErrorSaysHowMuchOfAScanCame() throws {
        var builder = JPEGBuilder.yCbCr(width: 64, height: 400)
        builder.isProgressive = true
        let bytes = builder.bytes
        let scans = bytes.indices.filter { $0 + 1 < bytes.count && bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
        #expect(scans.count == 4)
        var percentages: [Int] = []
        for eighth in 1..<8 {
            let problem = try #require(
                failure(Array(bytes.prefix(scans[0] + (scans[1] - scans[0]) * eighth / 8)))?.problem)
            let words = problem.split(separator: " ")
            #expect(
                problem.hasPrefix("the JPEG file is cut short in scan 1, after ") && problem.hasSuffix(" % of its rows")
            )
            percentages.append(try #require(words.count > 10 ? Int(words[10]) : nil))
        }
        #expect(percentages == percentages.sorted())
        for (eighth, percentage) in zip(1..., percentages) {
            #expect(abs(percentage - eighth * 100 / 8) <= 5, "\(percentages)")
        }
    }

    @Test func hugeHeaderIsRefusedByTheLimitThatItExceeds() {
        var builder = JPEGBuilder.yCbCr(width: 8, height: 8)
        builder.components[0].value = { _, _ in 128 }
        var bytes = builder.bytes
        let frame = bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 } ?? 0
        bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xEA, 0x60, 0xEA, 0x60])
        // Once complete, once cut directly after the sizes.
        for bytes in [bytes, Array(bytes.prefix(frame + 19))] {
            let error = failure(bytes)
            #expect(error?.kind == .limitExceeded)
            #expect(error?.problem.contains("60000×60000") == true)
        }
    }

    @Test func absurdlyManyScansAreRefused() {
        var builder = JPEGBuilder.gray()
        builder.isProgressive = true
        builder.scanRepetitions = 200
        let error = failure(builder.bytes)
        #expect(error?.kind == .limitExceeded)
        #expect(error?.problem.contains("scans") == true)
    }

    @Test func whatTheLibraryCannotReadIsUnsupported() {
        for marker: UInt8 in [0xC3, 0xC5, 0xCB] {
            var builder = JPEGBuilder.gray()
            builder.frameMarker = marker
            let error = failure(builder.bytes)
            #expect(error?.kind == .unsupportedFeature, "\(marker): \(String(describing: error))")
            #expect(error?.remedy != nil)
        }
        var twelveBits = JPEGBuilder.gray()
        twelveBits.precision = 12
        twelveBits.frameMarker = 0xC1
        #expect(failure(twelveBits.bytes)?.kind == .unsupportedFeature)
        // Two components mean nothing in particular.
        var two = JPEGBuilder.yCbCr()
        two.components.removeLast()
        #expect(failure(two.bytes)?.kind == .unsupportedFeature)
    }

    @Test func memoryOfAProgressivePictureIsLimited() {
        var builder = JPEGBuilder.gray(width: 2048, height: 2048)
        builder.isProgressive = true
        // Two bytes for each of 2048² coefficients are 8 MiB.
        let error = failure(builder.bytes, limits: ResourceLimits(imageByteCount: 5 << 20))
        #expect(error?.kind == .limitExceeded)
    }
}
