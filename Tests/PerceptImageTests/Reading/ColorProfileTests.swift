import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// Against what Pillow's ImageCms makes of the same colours: TestMedia/golden/make_colour_golden.py, Pillow 13.0.0 with
/// Little CMS 2.19.
@Suite struct ColorProfileTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var mode: String
        var profile: Data
        var stored: [UInt8]
        var srgb: [UInt8]

        var testDescription: String { name }
        var profileBytes: [UInt8] { [UInt8](profile) }
        var channelCount: Int { ["L": 1, "RGB": 3, "CMYK": 4][mode] ?? 0 }

        /// The stored colours one by one.
        var colors: [[UInt8]] {
            stride(from: 0, to: stored.count, by: channelCount).map { Array(stored[$0..<$0 + channelCount]) }
        }

        /// The expected value per colour; only the first channel if the image is gray.
        var expected: [[UInt8]] {
            stride(from: 0, to: srgb.count, by: 3).map { Array(srgb[$0..<$0 + (channelCount == 1 ? 1 : 3)]) }
        }
    }

    private struct Golden: Decodable {
        var cases: [Case]
    }

    static let cases: [Case] = {
        guard let json = try? TestFiles.bytes(of: TestFiles.media("golden/colour.json")),
            let golden = try? JSONDecoder().decode(Golden.self, from: Data(json))
        else { return [] }
        return golden.cases
    }()

    private static func named(_ name: String) throws -> Case {
        try #require(cases.first { $0.name == name })
    }

    @Test func thereAreAllCases() {
        #expect(Self.cases.count == 7)
    }

    private func isWithin(_ distance: Int, _ bytes: [UInt8], _ expected: [UInt8]) -> Bool {
        bytes.count == expected.count && zip(bytes, expected).allSatisfy { abs(Int($0) - Int($1)) <= distance }
    }

    /// A PNG of one row.
    private func png(
        _ colorType: PNGBuilder.ColorType, _ samples: [Int], bitDepth: Int = 8,
        _ chunks: [(type: String, data: [UInt8])]
    ) -> [UInt8] {
        var builder = PNGBuilder(
            width: samples.count / colorType.channelCount, height: 1, bitDepth: bitDepth, colorType: colorType)
        builder.samples = samples
        builder.chunksBeforePixels = chunks
        return builder.bytes
    }

    @Test(arguments: cases.filter { $0.mode != "CMYK" }) func profileInPNG(_ item: Case) throws {
        let chunk = PNGBuilder.profileChunk(item.profileBytes)
        let isGray = item.mode == "L"
        let bytes = png(isGray ? .gray : .rgb, item.stored.map(Int.init), [chunk])
        #expect(try ImageReader(.bytes(bytes)).header.hasICCProfile)
        let (image, warnings) = try ImageReader.everything(of: bytes)
        #expect(isWithin(1, image.bytes, item.expected.flatMap(\.self)))
        #expect(warnings == [])
        // Alpha is not a colour.
        let alphas = item.colors.indices.map { $0 * 11 % 256 }
        let samples = zip(item.colors, alphas).flatMap { $0.map(Int.init) + [$1] }
        let withAlpha = try ImageReader.everything(of: png(isGray ? .grayAlpha : .rgba, samples, [chunk])).image
        let expected = zip(item.expected, alphas).flatMap { $0 + [UInt8($1)] }
        #expect(isWithin(1, withAlpha.bytes, expected))
        let channelCount = item.channelCount + 1
        #expect(alphas.indices.allSatisfy { Int(withAlpha.bytes[($0 + 1) * channelCount - 1]) == alphas[$0] })
    }

    @Test(arguments: cases.filter { $0.mode != "CMYK" }) func profileOfSixteenBits(_ item: Case) throws {
        let bytes = png(
            item.mode == "L" ? .gray : .rgb, item.stored.map { Int($0) * 257 }, bitDepth: 16,
            [PNGBuilder.profileChunk(item.profileBytes)])
        let image = try ImageReader.everything(of: bytes).image
        let values = image.bytes.withUnsafeBytes { raw in
            (0..<raw.count / 2).map { Int(raw.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)) }
        }
        let expected = item.expected.flatMap(\.self)
        #expect(values.count == expected.count)
        // Pillow's values are rounded to 8 bits, and computed in such.
        #expect(zip(values, expected).allSatisfy { abs($0 - Int($1) * 257) <= 257 + 128 })
    }

    /// The profile in APP2 markers of `partSize` bytes.
    private func parts(_ profile: [UInt8], partSize: Int) -> [(number: UInt8, count: UInt8, bytes: [UInt8])] {
        let starts = Array(stride(from: 0, to: profile.count, by: partSize))
        return starts.enumerated().map { index, start in
            (UInt8(index + 1), UInt8(starts.count), Array(profile[start..<min(start + partSize, profile.count)]))
        }
    }

    private func firstPixels(_ image: Image) -> [UInt8] {
        let pixelBytes = image.layout.bytesPerPixel
        return stride(from: 0, to: image.width, by: 8).flatMap { image.bytes[$0 * pixelBytes..<($0 + 1) * pixelBytes] }
    }

    @Test(arguments: cases) func profileInJPEG(_ item: Case) throws {
        let isInk = item.mode == "CMYK"
        // Without Adobe's marker four components are inks as they are; with it, they are stored inverted.
        for adobe in isInk ? [nil, 0] : [item.mode == "RGB" ? 0 : nil] as [UInt8?] {
            let isInverted = isInk && adobe != nil
            let colors = item.colors.map { $0.map { isInverted ? 255 - $0 : $0 } }
            var builder = JPEGBuilder.blocks(colors, adobeTransform: adobe)
            // Once in one part, once in several, and these in no order.
            for parts in [
                parts(item.profileBytes, partSize: 60000), parts(item.profileBytes, partSize: 301).reversed(),
            ] {
                builder.profileParts = parts
                let (image, warnings) = try ImageReader.everything(of: builder.bytes)
                #expect(isWithin(1, firstPixels(image), item.expected.flatMap(\.self)))
                #expect(warnings == [])
            }
        }
    }

    @Test func yCbCrIsConvertedBehindItsOwnTransform() throws {
        // Neutral chroma, so that luma is the gray of the three channels; gamma 1.8 of ProPhoto's grays.
        let item = try Self.named("proPhoto")
        var builder = JPEGBuilder.blocks([[96, 128, 128], [187, 128, 128]], adobeTransform: nil)
        builder.profileParts = parts(item.profileBytes, partSize: 60000)
        let pixels = firstPixels(try ImageReader.everything(of: builder.bytes).image)
        let expected = [96.0, 187].map { value -> UInt8 in
            let light = pow(value / 255, 1.8)
            return UInt8(255 * encoded(light) + 0.5)
        }
        #expect(isWithin(1, pixels, expected.flatMap { [$0, $0, $0] }))
    }

    /// IEC 61966-2-1.
    private func encoded(_ light: Double) -> Double {
        light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
    }

    private func decoded(_ value: Double) -> Double {
        value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }

    @Test func profileOfSRGBChangesNothing() throws {
        let item = try Self.named("sRGB")
        let bytes = png(.rgb, item.stored.map(Int.init), [PNGBuilder.profileChunk(item.profileBytes)])
        #expect(try ImageReader.everything(of: bytes).image.bytes == item.stored)
        var builder = JPEGBuilder.blocks(item.colors, adobeTransform: 0)
        builder.profileParts = parts(item.profileBytes, partSize: 60000)
        #expect(firstPixels(try ImageReader.everything(of: builder.bytes).image) == item.stored)
    }

    @Test func aProfileThatDoesNotServeIsAWarning() throws {
        let p3 = try Self.named("displayP3").profileBytes
        let press = try Self.named("press").profileBytes
        let colors: [[UInt8]] = [[10, 200, 30], [255, 0, 77]]
        var builder = JPEGBuilder.blocks(colors, adobeTransform: 0)
        let broken: [([UInt8], String)] = [
            (Array(p3.prefix(100)), "damaged"), (Array(repeating: 7, count: 3000), "damaged"),
            (press, "is for CMYK and does not fit RGB pixels"), ([], "damaged"),
            (Array(p3.prefix(700)), "colours are taken as sRGB"),
        ]
        for (profile, word) in broken {
            builder.profileParts = [(1, 1, profile)]
            let (image, warnings) = try ImageReader.everything(of: builder.bytes)
            #expect(firstPixels(image) == colors.flatMap(\.self))
            #expect(warnings.count == 1 && warnings[0].text.contains(word), "\(warnings)")
            #expect(warnings.first?.text.contains("colours are taken as sRGB") == true)
        }
        // For inks, the formula that is used without a profile.
        var inks = JPEGBuilder.fourComponents([40, 90, 200, 51], adobeTransform: nil)
        let plain = try ImageReader.everything(of: inks.bytes).image
        inks.profileParts = parts(p3, partSize: 60000)
        let (image, warnings) = try ImageReader.everything(of: inks.bytes)
        #expect(image == plain)
        #expect(warnings.count == 1)
    }

    @Test func partsOfAProfileThatDoNotFitTogether() throws {
        let profile = try Self.named("displayP3").profileBytes
        let parts = parts(profile, partSize: 500)
        var builder = JPEGBuilder.blocks([[10, 200, 30]], adobeTransform: 0)
        let wrong: [[(number: UInt8, count: UInt8, bytes: [UInt8])]] = [
            Array(parts.dropLast()), Array(parts.dropFirst()), parts + [parts[0]],
            parts.map { ($0.number - 1, $0.count, $0.bytes) }, parts.map { ($0.number, $0.number, $0.bytes) },
        ]
        for parts in wrong {
            builder.profileParts = parts
            let (image, warnings) = try ImageReader.everything(of: builder.bytes)
            #expect(firstPixels(image) == [10, 200, 30])
            #expect(warnings == ["parts of the colour profile are missing: colours are taken as sRGB"])
        }
    }

    @Test func aProfileBeyondTheLimitIsNotApplied() throws {
        let item = try Self.named("displayP3")
        var limits = ResourceLimits(colorProfileByteCount: item.profile.count)
        var builder = JPEGBuilder.blocks(item.colors, adobeTransform: 0)
        builder.profileParts = parts(item.profileBytes, partSize: 400)
        let applied = firstPixels(try ImageReader.everything(of: builder.bytes, limits: limits).image)
        #expect(isWithin(1, applied, item.srgb))
        limits.colorProfileByteCount -= 1
        let png = png(.rgb, item.stored.map(Int.init), [PNGBuilder.profileChunk(item.profileBytes)])
        for (bytes, isPNG) in [(builder.bytes, false), (png, true)] {
            let (image, warnings) = try ImageReader.everything(of: bytes, limits: limits)
            #expect((isPNG ? image.bytes : firstPixels(image)) == item.stored)
            #expect(
                warnings == [
                    Warning(
                        "the colour profile is larger than the limit of \(limits.colorProfileByteCount) bytes "
                            + "(colorProfileByteCount): colours are taken as sRGB; to have it applied, raise the limit",
                        parameter: .colorProfileByteCountLimit)
                ])
        }
    }

    /// It is refused by the length that the profile itself states, before it is unpacked.
    @Test func aProfileThatClaimsToBeHugeIsNotUnpacked() throws {
        let item = try Self.named("displayP3")
        let claimed = PNGBuilder.bigEndian(300 << 20) + item.profileBytes.dropFirst(4)
        let bytes = png(.rgb, item.stored.map(Int.init), [PNGBuilder.profileChunk(Array(claimed))])
        let (image, warnings) = try ImageReader.everything(of: bytes)
        #expect(image.bytes == item.stored)
        #expect(warnings.count == 1 && warnings[0].text.contains("(colorProfileByteCount)"), "\(warnings)")
    }

    // MARK: PNG's other ways to tell colours

    private static func chromaticities(_ values: [Double]) -> (type: String, data: [UInt8]) {
        ("cHRM", values.flatMap { PNGBuilder.bigEndian(Int(($0 * 100000).rounded())) })
    }

    private static func gamma(_ value: Int) -> (type: String, data: [UInt8]) {
        ("gAMA", PNGBuilder.bigEndian(value))
    }

    private static let srgbPrimaries = [0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06]
    private static let p3Primaries = [0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060]
    private static let p3CodePoints: (type: String, data: [UInt8]) = ("cICP", [12, 13, 0, 1])
    private static let srgbChunk: (type: String, data: [UInt8]) = ("sRGB", [0])

    private func read(
        _ samples: [Int], _ chunks: [(type: String, data: [UInt8])], _ colorType: PNGBuilder.ColorType = .rgb
    ) throws -> (bytes: [UInt8], warnings: [Warning]) {
        let (image, warnings) = try ImageReader.everything(of: png(colorType, samples, chunks))
        return (image.bytes, warnings)
    }

    @Test func gammaAloneIsAnExponent() throws {
        for gamma in [100_000, 55_556, 38_462] {
            let expected = (0...255).map { value in
                UInt8(255 * encoded(pow(Double(value) / 255, 100_000 / Double(gamma))) + 0.5)
            }
            let gray = try read(Array(0...255), [Self.gamma(gamma)], .gray)
            #expect(isWithin(1, gray.bytes, expected))
            let color = try read((0...255).flatMap { [$0, $0, $0] }, [Self.gamma(gamma)])
            #expect(isWithin(1, color.bytes, expected.flatMap { [$0, $0, $0] }))
            #expect(gray.warnings == [] && color.warnings == [])
        }
    }

    @Test func gammaOfSRGBIsSRGB() throws {
        let samples = (0..<300).map { $0 * 7 % 256 }
        for chunks in [
            [Self.gamma(45455)], [Self.gamma(45454), Self.chromaticities(Self.srgbPrimaries)],
            [Self.chromaticities(Self.srgbPrimaries)], [Self.srgbChunk], [("cICP", [1, 13, 0, 1])],
        ] {
            let (bytes, warnings) = try read(samples, chunks)
            #expect(bytes == samples.map(UInt8.init))
            #expect(warnings == [])
        }
    }

    @Test func primariesOfDisplayP3InEveryWay() throws {
        let item = try Self.named("displayP3")
        let samples = item.stored.map(Int.init)
        // cHRM alone keeps the transfer of sRGB, which Display P3 has too.
        for chunks in [[Self.p3CodePoints], [Self.chromaticities(Self.p3Primaries)]] {
            let (bytes, warnings) = try read(samples, chunks)
            #expect(isWithin(1, bytes, item.srgb))
            #expect(warnings == [])
        }
    }

    @Test func gammaWithPrimariesIsThatOfAdobeRGB() throws {
        let item = try Self.named("adobeRGB")
        let primaries = [0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06]
        let (bytes, _) = try read(item.stored.map(Int.init), [Self.gamma(45470), Self.chromaticities(primaries)])
        #expect(isWithin(1, bytes, item.srgb))
    }

    @Test func theFirstOfTheChunksCounts() throws {
        let p3 = try Self.named("displayP3")
        let proPhoto = try Self.named("proPhoto")
        let samples = p3.stored.map(Int.init)
        let profile = PNGBuilder.profileChunk(proPhoto.profileBytes)
        #expect(isWithin(1, try read(samples, [Self.p3CodePoints, profile]).bytes, p3.srgb))
        #expect(isWithin(1, try read(samples, [profile, Self.gamma(100_000)]).bytes, proPhoto.srgb))
        #expect(try read(samples, [Self.srgbChunk, Self.gamma(100_000)]).bytes == p3.stored)
        #expect(
            try read(samples, [Self.gamma(100_000), Self.chromaticities(Self.p3Primaries), Self.srgbChunk]).bytes
                == p3.stored)
    }

    @Test func transferOfBT709() throws {
        // ITU-R BT.709 §1.2, backwards.
        let expected = (0...255).map { value -> UInt8 in
            let v = Double(value) / 255
            return UInt8(255 * encoded(v < 0.081 ? v / 4.5 : pow((v + 0.099) / 1.099, 1 / 0.45)) + 0.5)
        }
        let (bytes, warnings) = try read((0...255).flatMap { [$0, $0, $0] }, [("cICP", [1, 1, 0, 1])])
        #expect(isWithin(1, bytes, expected.flatMap { [$0, $0, $0] }))
        #expect(warnings == [])
    }

    @Test func highDynamicRangeIsWarnedOf() throws {
        let samples = (0..<300).map { $0 * 7 % 256 }
        for (transfer, name) in [(16, "PQ"), (18, "HLG")] as [(UInt8, String)] {
            let (bytes, warnings) = try read(samples, [("cICP", [9, transfer, 0, 1])])
            #expect(bytes == samples.map(UInt8.init))
            #expect(
                warnings.count == 1 && warnings[0].text.contains(name) && warnings[0].text.contains("not tone-mapped"))
        }
        // Then the profile counts that was put beside it.
        let item = try Self.named("displayP3")
        let fallback = try read(
            item.stored.map(Int.init), [("cICP", [9, 16, 0, 1]), PNGBuilder.profileChunk(item.profileBytes)])
        #expect(isWithin(1, fallback.bytes, item.srgb))
        #expect(fallback.warnings.count == 1)
    }

    @Test func colorsThatMakeNoSenseAreWarnedOf() throws {
        let samples = (0..<300).map { $0 * 7 % 256 }
        for chunks in [
            [Self.gamma(0)], [Self.gamma(0xFFFF_FFFF)], [Self.chromaticities([0.3, 0, 0, 0, 0, 0, 0, 0])],
            [Self.chromaticities([0.3127, 0.3290, 0.5, 0.3, 0.5, 0.3, 0.5, 0.3])],
            [("cHRM", [UInt8](repeating: 255, count: 32))], [("cICP", [200, 13, 0, 1])], [("cICP", [9, 13, 1, 1])],
            [("cICP", [12, 13, 0, 0])],
        ] {
            let (bytes, warnings) = try read(samples, chunks)
            #expect(bytes == samples.map(UInt8.init), "\(chunks)")
            #expect(warnings.count == 1, "\(chunks) \(warnings)")
        }
    }

    @Test func significantBitsAreIgnored() throws {
        let samples = (0..<300).map { $0 * 7 % 256 }
        let (bytes, warnings) = try read(samples, [("sBIT", [5, 6, 5])])
        #expect(bytes == samples.map(UInt8.init))
        #expect(warnings == [])
    }

    /// Sixteen bits keep their worth: against the formulas in Double.
    @Test func sixteenBitsAreConvertedToSixteen() throws {
        let samples: [Int] = stride(from: 0, to: 65536, by: 331).flatMap { (value: Int) -> [Int] in
            [value, (value * 7 + 1000) % 65536, (value * 3 + 20000) % 65536]
        }
        let bytes = png(.rgb, samples, bitDepth: 16, [Self.p3CodePoints])
        let image = try ImageReader.everything(of: bytes).image
        // Display P3 to sRGB in light (both have the same white), from their primaries.
        let matrix = [
            [1.2249401762, -0.2249401762, 0], [-0.0420569547, 1.0420569547, 0],
            [-0.0196375546, -0.0786360456, 1.0982736001],
        ]
        var worst = 0.0
        for pixel in 0..<samples.count / 3 {
            let light: [Double] = (0..<3).map { decoded(Double(samples[3 * pixel + $0]) / 65535) }
            for channel in 0..<3 {
                let row: [Double] = matrix[channel]
                let mixed: Double = row[0] * light[0] + row[1] * light[1] + row[2] * light[2]
                let expected: Double = 65535 * encoded(min(max(mixed, 0), 1))
                let value: UInt16 = image.bytes.withUnsafeBytes {
                    $0.loadUnaligned(fromByteOffset: 2 * (3 * pixel + channel), as: UInt16.self)
                }
                worst = max(worst, abs(Double(value) - expected))
            }
        }
        #expect(worst < 32, "\(worst)")
    }
}
