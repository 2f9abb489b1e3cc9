import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// Files of other encoders against another decoder: TestMedia/golden/make_decoding_golden.py wrote down what Pillow
/// 13.0.0 makes of them.
@Suite struct DecodedFilesTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var width: Int
        var height: Int
        var mode: String
        var fnv1a: String
        var file: Data

        var testDescription: String { name }
    }

    private struct Golden: Decodable {
        var cases: [Case]
    }

    static let cases: [Case] = {
        guard let json = try? TestFiles.bytes(of: TestFiles.media("golden/decoding.json")),
            let golden = try? JSONDecoder().decode(Golden.self, from: Data(json))
        else { return [] }
        return golden.cases
    }()

    @Test func thereAreAllCases() {
        #expect(Self.cases.count == 16)
    }

    @Test(arguments: cases.filter { $0.name != "WebP animated" }) func pixelsAreEqual(_ item: Case) throws {
        let (image, warnings) = try ImageReader.everything(of: [UInt8](item.file))
        #expect(image.size == PixelSize(width: item.width, height: item.height))
        #expect(image.layout.colorModel == ["L": .gray, "RGB": .rgb, "RGBA": .rgba][item.mode])
        #expect(PerceptImageTests.fnv1a(image.bytes) == item.fnv1a)
        #expect(warnings == [])
    }

    private func file(_ name: String) throws -> [UInt8] {
        [UInt8](try #require(Self.cases.first { $0.name == name }).file)
    }

    @Test func headersOfWebP() throws {
        let metadata = try ImageReader(.bytes(try file("WebP metadata"))).header
        #expect(metadata.mediaType == .webp)
        #expect(metadata.orientation == .rotateClockwise)
        #expect(metadata.hasICCProfile)
        #expect(metadata.storedSize == PixelSize(width: 53, height: 37))
        #expect(metadata.size == PixelSize(width: 37, height: 53))
        #expect(metadata.storedColorModel == .yCbCr)
        let plain = try ImageReader(.bytes(try file("WebP lossless alpha"))).header
        #expect(!plain.hasICCProfile && plain.orientation == .upright && plain.storedColorModel == .rgba)
    }

    @Test func anAnimationIsReadAsItsFirstImage() throws {
        let (_, warnings) = try ImageReader.everything(of: file("WebP animated"))
        #expect(warnings.count == 1 && warnings[0].text.contains("an animation"), "\(warnings)")
    }

    @Test(arguments: ["WebP lossy", "WebP lossless", "WebP lossy alpha"])
    func everyTruncationOfWebPIsNoticed(name: String) throws {
        let whole = try file(name)
        for count in 12..<whole.count - 1 {
            let error = expectMediaError(.malformedInput) {
                _ = try ImageReader.everything(of: Array(whole.prefix(count)))
            }
            #expect(error?.problem.contains("cut short") == true, "\(count): \(error?.problem ?? "")")
        }
    }

    @Test func webPIsReadFromAFileInTheSameWay() throws {
        let folder = try TemporaryFolder()
        let bytes = try file("WebP metadata")
        let path = try folder.write(bytes, as: "photo.jpg")
        #expect(try Image(decoding: .file(path)) == Image(decoding: .bytes(bytes)))
    }

    @Test func webPIsHeldWholeWithinTheLimit() throws {
        let bytes = try file("WebP lossless alpha")
        // Four bytes of the image and four of the library's own per pixel.
        let needed = 53 * 37 * 8
        #expect(throws: Never.self) { try ImageReader.everything(of: bytes, limits: .init(imageByteCount: needed)) }
        let error = expectMediaError(.limitExceeded) {
            _ = try ImageReader.everything(of: bytes, limits: .init(imageByteCount: needed - 1))
        }
        #expect(error?.problem.contains("imageByteCount") == true)
    }
}
