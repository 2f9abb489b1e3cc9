import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// Small files that claim much are refused by their headers, before anything is allocated for pixels.
@Suite struct LimitTests {
    struct Bomb: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var testDescription: String { name }
    }

    private static func riff(_ chunks: [(id: String, content: [UInt8])]) -> [UInt8] {
        var body = Array("WEBP".utf8)
        for (id, content) in chunks {
            body += Array(id.utf8) + WAVBytes.littleEndian(UInt32(content.count)) + content
            if content.count % 2 == 1 { body.append(0) }
        }
        return Array("RIFF".utf8) + WAVBytes.littleEndian(UInt32(body.count)) + body
    }

    /// The head of VP8L data (RFC 9649 §3.4): sizes less one, 14 bits each.
    private static func lossless(_ width: UInt32, _ height: UInt32) -> [UInt8] {
        [0x2F] + WAVBytes.littleEndian((width - 1) | (height - 1) << 14)
    }

    /// The head of a VP8 key frame (RFC 6386 §9.1).
    private static func lossy(_ width: UInt16, _ height: UInt16) -> [UInt8] {
        [0x10, 0, 0, 0x9D, 0x01, 0x2A] + WAVBytes.littleEndian(width) + WAVBytes.littleEndian(height)
    }

    /// VP8X (RFC 9649 §2.7): flags and the canvas less one, 24 bits each.
    private static func extended(_ width: UInt32, _ height: UInt32, flags: UInt8 = 0) -> [UInt8] {
        let sides: [UInt8] = [width, height].flatMap { WAVBytes.littleEndian($0 - 1).prefix(3) }
        return [flags, 0, 0, 0] + sides
    }

    private static func claiming(_ side: UInt8, in bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let frame = bytes.indices.first { bytes[$0] == 0xFF && [0xC0, 0xC2].contains(bytes[$0 + 1]) } ?? 0
        bytes.replaceSubrange(frame + 5..<frame + 9, with: [side, 0, side, 0])
        return bytes
    }

    static let bombs: [Bomb] = {
        var png = PNGBuilder(width: 4, height: 4, bitDepth: 16, colorType: .rgba)
        png.claimedSize = PixelSize(width: 0x7FFF_FFFF, height: 0x7FFF_FFFF)
        var interlaced = png
        interlaced.isInterlaced = true
        var progressive = JPEGBuilder.yCbCr()
        progressive.isProgressive = true
        return [
            Bomb(name: "PNG", bytes: png.bytes), Bomb(name: "PNG interlaced", bytes: interlaced.bytes),
            Bomb(name: "JPEG", bytes: claiming(0xF0, in: JPEGBuilder.yCbCr().bytes)),
            Bomb(name: "JPEG progressive", bytes: claiming(0xF0, in: progressive.bytes)),
            Bomb(
                name: "JPEG inks",
                bytes: claiming(0xF0, in: JPEGBuilder.fourComponents([1, 2, 3, 4], adobeTransform: 2).bytes)),
            Bomb(name: "WebP lossless", bytes: riff([("VP8L", lossless(16384, 16384) + [0, 0, 0])])),
            Bomb(name: "WebP canvas", bytes: riff([("VP8X", extended(1 << 24, 1 << 24)), ("VP8 ", lossy(16, 16))])),
        ]
    }()

    @Test(arguments: bombs) func isRefusedByItsHeader(_ bomb: Bomb) {
        let error = expectMediaError(.limitExceeded) { _ = try ImageReader(.bytes(bomb.bytes)) }
        #expect(error?.problem.contains("pixelCount") == true)
        #expect(error?.problem.contains("268402689") == true)
        #expect(error?.remedy?.contains("raise the limit") == true)
    }

    @Test func allFormatsAreTried() {
        #expect(Self.bombs.count == 7)
    }

    @Test func theLargestWebPIsWithinThePixelLimitAndBeyondTheByteLimit() {
        // 16383² pixels are the default limit; 3 bytes each are 805 MB.
        let bytes = Self.riff([("VP8 ", Self.lossy(16383, 16383))])
        let limits = ResourceLimits(imageByteCount: 800_000_000)
        let error = expectMediaError(.limitExceeded) { _ = try ImageReader(.bytes(bytes), limits: limits) }
        #expect(error?.problem.contains("imageByteCount") == true)
    }

    @Test func aWebPWhoseSizesDisagreeIsMalformed() {
        let bytes = Self.riff([("VP8X", Self.extended(100, 100)), ("VP8 ", Self.lossy(16, 16))])
        expectMediaError(.malformedInput) { _ = try ImageReader(.bytes(bytes)) }
        for (id, data) in [
            ("VP8 ", [UInt8](repeating: 0, count: 20)), ("VP8L", [0, 0, 0, 0, 0]), ("VP8 ", Self.lossy(0, 9)),
        ] {
            expectMediaError(.malformedInput) { _ = try ImageReader(.bytes(Self.riff([(id, data)]))) }
        }
        expectMediaError(.malformedInput) { _ = try ImageReader(.bytes(Self.riff([]))) }
        let animated = Self.riff([("VP8X", Self.extended(8, 8, flags: 2)), ("ANIM", [0, 0, 0, 0, 0, 0])])
        expectMediaError(.malformedInput) { _ = try ImageReader(.bytes(animated)) }
    }

    @Test func theScanLimitIsTheCallers() {
        var builder = JPEGBuilder.gray()
        builder.isProgressive = true
        builder.scanRepetitions = 9
        #expect(throws: Never.self) {
            try ImageReader.everything(of: builder.bytes, limits: ResourceLimits(scanCount: 10))
        }
        let error = expectMediaError(.limitExceeded) {
            _ = try ImageReader.everything(of: builder.bytes, limits: ResourceLimits(scanCount: 9))
        }
        #expect(error?.problem.contains("scanCount") == true)
        // Leniency is about damage.
        expectMediaError(.limitExceeded) {
            _ = try ImageReader.everything(of: builder.bytes, limits: ResourceLimits(scanCount: 9), lenient: true)
        }
    }

    @Test func aProfileThatStatesAnAbsurdSizeIsNotBelieved() throws {
        var profile = ColorProfileTests.cases.first { $0.name == "displayP3" }?.profileBytes ?? []
        profile.replaceSubrange(0..<4, with: [0x7F, 0xFF, 0xFF, 0xFC])
        var png = PNGBuilder(width: 3, height: 3, bitDepth: 8, colorType: .rgb)
        let plain = try ImageReader.everything(of: png.bytes).image
        png.chunksBeforePixels = [PNGBuilder.profileChunk(profile)]
        let (image, warnings) = try ImageReader.everything(of: png.bytes)
        #expect(image == plain)
        #expect(warnings.contains { $0.text.contains("colours are taken as sRGB") })
    }
}
