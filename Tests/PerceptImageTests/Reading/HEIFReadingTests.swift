import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// HEIC and AVIF against libheif's own converter:
/// TestMedia/golden/make_heif_golden.py wrote down what heif-convert 1.15.1 makes of them.
@Suite struct HEIFReadingTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var width: Int
        var height: Int
        var mode: String
        var bits: Int
        var fnv1a: String
        var file: Data
        /// Where the last bit is not the same in every version.
        var pixels: Data?

        var testDescription: String { name }
    }

    private struct Golden: Decodable {
        var cases: [Case]
    }

    static let cases: [Case] = {
        guard let json = try? TestFiles.bytes(of: TestFiles.media("golden/heif.json")),
            let golden = try? JSONDecoder().decode(Golden.self, from: Data(json))
        else { return [] }
        return golden.cases
    }()

    private func file(_ name: String) throws -> [UInt8] {
        [UInt8](try #require(Self.cases.first { $0.name == name }).file)
    }

    @Test func thereAreAllCases() {
        #expect(Self.cases.count == 13)
    }

    @Test(arguments: cases) func pixelsAreEqual(_ item: Case) throws {
        let (image, warnings) = try ImageReader.everything(of: [UInt8](item.file))
        #expect(image.size == PixelSize(width: item.width, height: item.height))
        #expect(image.layout.colorModel == (item.mode == "RGBA" ? .rgba : .rgb))
        #expect(image.layout.bitDepth == (item.bits == 8 ? .eight : .sixteen))
        if let pixels = item.pixels {
            #expect(image.bytes.count == pixels.count)
            #expect(zip(image.bytes, pixels).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
        } else {
            #expect(PerceptImageTests.fnv1a(image.bytes) == item.fnv1a)
        }
        #expect(warnings == [])
    }

    /// An image that libheif has turned is not turned again, whatever its EXIF data says.
    @Test func everyPictureIsUprightAsItIsRead() throws {
        for item in Self.cases {
            let header = try ImageReader(.bytes([UInt8](item.file))).header
            #expect(header.orientation == .upright, "\(item.name)")
            #expect(header.mediaType == (item.name.hasPrefix("AVIF") ? .avif : .heic))
            #expect(header.storedBitDepth == item.bits)
            #expect(header.hasICCProfile == (item.name == "HEIC profile"))
        }
    }

    @Test(arguments: ["HEIC", "HEIC alpha", "AVIF"]) func everyTruncationIsNoticed(_ name: String) throws {
        let whole = try file(name)
        for count in 12..<whole.count {
            for lenient in [false, true] {
                let error = expectMediaError(.malformedInput) {
                    _ = try ImageReader.everything(of: Array(whole.prefix(count)), lenient: lenient)
                }
                #expect(error?.problem.contains("cut short") == true, "\(count): \(error?.problem ?? "")")
            }
        }
    }

    @Test func theErrorSaysHowMuchCame() throws {
        let whole = try file("HEIC")
        let error = expectMediaError(.malformedInput) {
            _ = try ImageReader(.bytes(Array(whole.prefix(whole.count * 9 / 10))))
        }
        #expect(error?.problem == "the HEIC file is cut short after 89 % of its bytes")
    }

    /// The size stands in the boxes `ispe`; no pixel is decoded for a larger one.
    @Test(arguments: [30_000, 65_536, 0x7FFF_FFFF]) func aHugeSizeIsRefusedByItsLimit(_ side: Int) throws {
        var bytes = try file("AVIF")
        let place = try #require(
            bytes.indices.first { bytes[$0...].starts(with: Array("ispe".utf8)) })
        bytes.replaceSubrange(place + 8..<place + 16, with: PNGBuilder.bigEndian(side) + PNGBuilder.bigEndian(side))
        let error = expectMediaError(.limitExceeded) { _ = try ImageReader(.bytes(bytes)) }
        #expect(error?.parameter == .pixelCountLimit)
        #expect(error?.problem.contains("\(side)×\(side)") == true)
    }

    @Test func aSizeThatIsNotThePicturesIsMalformed() throws {
        var bytes = try file("AVIF")
        let place = try #require(
            bytes.indices.first { bytes[$0...].starts(with: Array("ispe".utf8)) })
        bytes.replaceSubrange(place + 8..<place + 16, with: PNGBuilder.bigEndian(8) + PNGBuilder.bigEndian(8))
        let error = expectMediaError(.malformedInput) { _ = try ImageReader.everything(of: bytes) }
        #expect(error?.problem.contains("differ") == true)
    }

    @Test func limits() throws {
        let bytes = try file("HEIC profile")
        let pixels = expectMediaError(.limitExceeded) {
            _ = try ImageReader(.bytes(bytes), limits: .init(pixelCount: 53 * 37 - 1))
        }
        #expect(pixels?.parameter == .pixelCountLimit)
        // Three bytes a pixel, and as many for the planes that they are made of.
        let needed = 53 * 37 * 6
        #expect(throws: Never.self) { try ImageReader.everything(of: bytes, limits: .init(imageByteCount: needed)) }
        let memory = expectMediaError(.limitExceeded) {
            _ = try ImageReader.everything(of: bytes, limits: .init(imageByteCount: needed - 1))
        }
        #expect(memory?.parameter == .imageByteCountLimit)
        let (_, warnings) = try ImageReader.everything(of: bytes, limits: .init(colorProfileByteCount: 100))
        #expect(warnings.count == 1 && warnings[0].text.contains("colorProfileByteCount"))
    }

    @Test func aPreparationTakesThemLikeAnyPhoto() throws {
        let folder = try TemporaryFolder()
        for name in ["HEIC turned", "AVIF alpha", "HEIC 10 bits"] {
            let path = try folder.write(try file(name), as: "photo.jpg")
            let prepared = try ImagePreparation(longestSide: 20, format: .keep).prepare(.file(path))
            #expect(prepared.mediaType == .jpeg)
            let size = try ImageReader(.bytes(prepared.bytes)).header.size
            #expect(
                size
                    == (name == "HEIC turned" ? PixelSize(width: 14, height: 20) : PixelSize(width: 20, height: 14))
            )
        }
    }
}
