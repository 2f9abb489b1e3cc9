import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// TIFF, BMP, GIF and animated WebP against other readers: TestMedia/golden/make_formats_golden.py wrote the files with
/// Pillow and tifffile, or byte by byte, and recorded what they contain.
@Suite struct FormatReadingTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var width: Int
        var height: Int
        var model: String
        var bits: Int
        var warnings: Int
        var orientation: Int
        var tolerance: Int
        var file: Data
        var fnv1a: String?
        /// Present where conversions may round differently.
        var pixels: Data?

        var testDescription: String { name }
        var bytes: [UInt8] { [UInt8](file) }
    }

    private struct Golden: Decodable {
        var cases: [Case]
    }

    static let cases: [Case] = {
        guard let json = try? TestFiles.bytes(of: TestFiles.media("golden/formats.json")),
            let golden = try? JSONDecoder().decode(Golden.self, from: Data(json))
        else { return [] }
        return golden.cases
    }()

    private func file(_ name: String) throws -> [UInt8] { try #require(Self.cases.first { $0.name == name }).bytes }

    @Test func allCasesArePresent() {
        #expect(Self.cases.count == 58)
    }

    @Test(arguments: cases) func pixelsAreEqual(_ item: Case) throws {
        var reader = try ImageReader(.bytes(item.bytes))
        #expect(reader.header.orientation.rawValue == item.orientation)
        #expect(reader.header.storedSize == PixelSize(width: item.width, height: item.height))
        #expect(reader.header.layout.colorModel.rawValue == item.model)
        #expect(reader.header.layout.bitDepth == (item.bits == 8 ? .eight : .sixteen))
        var rows = [UInt8](repeating: 0, count: reader.bytesPerRow * item.height)
        try rows.withUnsafeMutableBytes { try reader.readRows(item.height, into: $0) }
        if let pixels = item.pixels {
            #expect(rows.count == pixels.count)
            #expect(zip(rows, pixels).allSatisfy { abs(Int($0) - Int($1)) <= item.tolerance })
        } else {
            #expect(PerceptImageTests.fnv1a(rows) == item.fnv1a)
        }
        #expect(reader.warnings.count == item.warnings, "\(reader.warnings)")
    }

    @Test func aFileIsReadLikeItsBytes() throws {
        let folder = try TemporaryFolder()
        for item in Self.cases {
            let path = try folder.write(item.bytes, as: "image")
            #expect(try Image(decoding: .file(path)) == Image(decoding: .bytes(item.bytes)), "\(item.name)")
        }
    }

    @Test func rowsOneByOneEqualAllRowsAtOnce() throws {
        for item in Self.cases {
            var reader = try ImageReader(.bytes(item.bytes))
            let bytesPerRow = reader.bytesPerRow
            var rows = [UInt8](repeating: 0, count: bytesPerRow * item.height)
            try rows.withUnsafeMutableBytes { buffer in
                for y in 0..<item.height {
                    let row = UnsafeMutableRawBufferPointer(rebasing: buffer[y * bytesPerRow..<(y + 1) * bytesPerRow])
                    try reader.readRows(1, into: row)
                }
            }
            if let fnv1a = item.fnv1a { #expect(PerceptImageTests.fnv1a(rows) == fnv1a, "\(item.name)") }
        }
    }

    @Test(arguments: [
        ("TIFF of two pages", "the file has 2 pages: the first is used"),
        ("GIF animation", "the file is an animation of 3 images: the first is used"),
        ("WebP animation", "the file is an animation of 2 images: the first is used"),
        ("TIFF signed", "its samples are signed: negative ones become black"),
        ("TIFF further channels", "its additional channels are not used"),
        ("BMP with a wrong position", "the stated position of its pixels is wrong: they are read after the palette"),
        (
            "TIFF double to 255",
            "the range of its floating-point samples is not stated: 0 is black and 255 white"
        ),
    ]) func theWarningSaysWhatIsNotUsed(_ name: String, _ text: String) throws {
        let (_, warnings) = try ImageReader.everything(of: file(name))
        #expect(warnings.map(\.text) == [text])
    }

    /// Every prefix is an error, or complete: a few formats end with bytes that no pixel depends on.
    @Test(arguments: [
        "TIFF raw", "TIFF tiff_lzw", "TIFF tiles", "GIF", "GIF interlaced", "WebP animation", "BMP 24", "BMP RLE8",
        "BMP clipboard",
    ]) func everyTruncationIsNoticed(_ name: String) throws {
        let whole = try file(name)
        let (complete, _) = try ImageReader.everything(of: whole)
        for count in stride(from: 26, to: whole.count, by: 7) {
            do throws(MediaError) {
                let (image, _) = try ImageReader.everything(of: Array(whole.prefix(count)))
                #expect(image == complete, "\(count)")
            } catch {
                #expect([.malformedInput, .unsupportedFeature].contains(error.kind), "\(count): \(error)")
            }
        }
    }

    @Test func lenientReadingKeepsWhatCame() throws {
        for name in ["TIFF tiff_lzw", "GIF", "BMP 24", "GIF interlaced"] {
            let whole = try file(name)
            let (complete, _) = try ImageReader.everything(of: whole)
            let cut = Array(whole.prefix(whole.count * 2 / 3))
            guard let (image, warnings) = try? ImageReader.everything(of: cut, lenient: true) else { continue }
            #expect(image.size == complete.size && image != complete, "\(name)")
            #expect(warnings.contains { $0.text.contains("cut short") || $0.text.contains("damaged") }, "\(name)")
        }
        // A bitmap begins with its last row: what is missing is at the top.
        let bitmap = try file("BMP 24")
        let (image, _) = try ImageReader.everything(of: Array(bitmap.prefix(bitmap.count - 500)), lenient: true)
        #expect(image.bytes.prefix(3) == [128, 128, 128])
        #expect(image.bytes.suffix(3) == (try ImageReader.everything(of: bitmap)).0.bytes.suffix(3))
    }

    /// Sizes are checked before anything is allocated for them.
    @Test func hugeSizesAreRejectedByTheirLimit() throws {
        var bitmap = try file("BMP RLE8")
        bitmap.replaceSubrange(18..<26, with: [0, 0, 1, 0, 0, 0, 1, 0])
        let pixels = expectMediaError(.limitExceeded) { _ = try ImageReader(.bytes(bitmap)) }
        #expect(pixels?.parameter == .pixelCountLimit)
        var animation = try file("GIF")
        animation.replaceSubrange(6..<10, with: [255, 255, 255, 255])
        let canvas = expectMediaError(.limitExceeded) { _ = try ImageReader(.bytes(animation)) }
        #expect(canvas?.parameter == .pixelCountLimit)
        // An image that is held whole counts as bytes.
        let count = 37 * 29
        let runs = try file("BMP RLE4")
        #expect(throws: Never.self) {
            try ImageReader.everything(of: runs, limits: .init(imageByteCount: count * 3))
        }
        let memory = expectMediaError(.limitExceeded) {
            _ = try ImageReader.everything(of: runs, limits: .init(imageByteCount: count * 3 - 1))
        }
        #expect(memory?.parameter == .imageByteCountLimit)
    }

    @Test func aTIFFIsTurnedByItsTagOnce() throws {
        let image = try Image(decoding: .bytes(file("TIFF turned")))
        #expect(image.size == PixelSize(width: 29, height: 37))
        let header = try ImageReader(.bytes(file("TIFF turned"))).header
        #expect(header.orientationSource == .exif && header.orientation.rawValue == 6)
    }
}
