import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// Damages small images of every kind in thousands of ways: each is read to its end or rejected with an error, strictly
/// and leniently, within the limits.
///
/// A seed always gives the same damage. `PERCEPT_MUTATIONS` sets the number per image. Many mutations under
/// `--sanitize=address` also reveal errors that do not crash.
@Suite struct MutationTests {
    struct Seed: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        var testDescription: String { name }
    }

    private static let mutationCount = ProcessInfo.processInfo.environment["PERCEPT_MUTATIONS"].flatMap(Int.init) ?? 40

    static let seeds: [Seed] = {
        let profiles = Dictionary(
            ColorProfileTests.cases.map { ($0.name, $0.profileBytes) }, uniquingKeysWith: { first, _ in first })
        let exif = EXIFBuilder.bytes(orientation: 6, isLittleEndian: true)
        var seeds: [Seed] = []
        func png(
            _ name: String, _ colorType: PNGBuilder.ColorType, _ bitDepth: Int, _ isInterlaced: Bool, _ profile: String?
        ) {
            var builder = PNGBuilder(
                width: 19, height: 13, bitDepth: bitDepth, colorType: colorType, isInterlaced: isInterlaced)
            builder.chunksBeforePixels = [
                ("gAMA", PNGBuilder.bigEndian(60000)),
                ("cHRM", [31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000].flatMap(PNGBuilder.bigEndian)),
                ("tEXt", Array("Comment\0none".utf8)),
            ]
            if let profile = profile.flatMap({ profiles[$0] }) {
                builder.chunksBeforePixels.append(PNGBuilder.profileChunk(profile))
            }
            if colorType == .palette { builder.chunksBeforePixels.append(("tRNS", [0, 100])) }
            builder.chunksAfterPixels = [("eXIf", exif)]
            seeds.append(Seed(name: name, bytes: builder.bytes))
        }
        png("PNG gray", .gray, 8, false, "grayDotGain")
        png("PNG gray 16 interlaced", .gray, 16, true, nil)
        png("PNG palette interlaced", .palette, 4, true, nil)
        png("PNG RGB", .rgb, 8, false, "displayP3")
        png("PNG RGBA 16", .rgba, 16, false, "adobeRGB")
        func jpeg(_ name: String, _ builder: JPEGBuilder, _ profile: String?) {
            var builder = builder
            builder.exif = exif
            if let profile = profile.flatMap({ profiles[$0] }) {
                builder.profileParts = [
                    (1, 2, Array(profile.prefix(300))), (2, 2, Array(profile.dropFirst(300))),
                ]
            }
            seeds.append(Seed(name: name, bytes: builder.bytes))
        }
        jpeg("JPEG gray", .gray(), "grayGamma18")
        jpeg("JPEG inks", .fourComponents([40, 90, 200, 51], adobeTransform: 2), "press")
        var restarting = JPEGBuilder.yCbCr(across: 2, down: 2)
        restarting.restartInterval = 2
        jpeg("JPEG restarting", restarting, "proPhoto")
        var progressive = JPEGBuilder.yCbCr()
        progressive.isProgressive = true
        jpeg("JPEG progressive", progressive, nil)
        seeds += DecodedFilesTests.cases.map { Seed(name: "encoded \($0.name)", bytes: [UInt8]($0.file)) }
        seeds += HEIFReadingTests.cases.map { Seed(name: $0.name, bytes: [UInt8]($0.file)) }
        seeds += FormatReadingTests.cases.map { Seed(name: $0.name, bytes: $0.bytes) }
        return seeds
    }()

    @Test func thereIsAPictureOfEachKind() {
        #expect(Self.seeds.count == 9 + 16 + 13 + 58)
    }

    @Test(arguments: seeds) func damageDoesNoHarm(_ seed: Seed) throws {
        var generator = SplitMix64(seed: UInt64(seed.bytes.count))
        // What a small file may claim to be: its pixels are made up when leniently read.
        let limits = ResourceLimits(pixelCount: 1 << 18, imageByteCount: 1 << 22)
        var (readCount, refusedCount) = (0, 0)
        for number in 0..<Self.mutationCount {
            let mutant = Self.repaired(mutated(seed.bytes, headerLength: 200, &generator))
            var strict: Image?
            for lenient in [false, true] {
                do throws(MediaError) {
                    let (image, warnings) = try ImageReader.everything(of: mutant, limits: limits, lenient: lenient)
                    #expect(warnings.count <= 17)
                    readCount += 1
                    if lenient, let strict { #expect(image == strict, "mutation \(number)") }
                    strict = image
                } catch {
                    refusedCount += 1
                    #expect(error.kind != .cancelled && error.kind != .inputOutput, "mutation \(number): \(error)")
                    // What is read strictly is read leniently.
                    #expect(!lenient || strict == nil, "mutation \(number): \(error)")
                }
            }
        }
        #expect(readCount + refusedCount == 2 * Self.mutationCount)
        #expect(refusedCount > 0)
    }

    /// A PNG whose chunk checksums match the damaged content, so that decoding gets past them.
    private static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.starts(with: PNGBuilder.signature) else { return bytes }
        var bytes = bytes
        var offset = 8
        while offset + 12 <= bytes.count {
            let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            let end = offset + 8 + length
            guard end + 4 <= bytes.count else { break }
            let checksum = PNGBuilder.checksum(Array(bytes[offset + 4..<end]))
            bytes.replaceSubrange(end..<end + 4, with: PNGBuilder.bigEndian(Int(checksum)))
            offset = end + 4
        }
        return bytes
    }
}
