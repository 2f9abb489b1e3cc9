import PerceptCore
import PerceptImage
import PerceptTestSupport
import Testing

@Suite struct UnreadableFormatTests {
    private func failure(_ bytes: [UInt8], name: String) -> MediaError? {
        do throws(MediaError) {
            _ = try Image(decoding: .bytes(bytes, name: name))
            return nil
        } catch {
            return error
        }
    }

    struct Case: Sendable {
        let name: String
        let bytes: [UInt8]
        let format: String
        let remedy: String

        init(_ name: String, _ bytes: [UInt8], _ format: String, _ remedy: String) {
            (self.name, self.bytes, self.format, self.remedy) = (name, bytes, format, remedy)
        }
    }

    private static func box(_ brand: String) -> [UInt8] {
        [0, 0, 0, 24] + Array("ftyp\(brand)".utf8) + Array("\0\0\0\0".utf8)
    }

    /// A TIFF directory with one entry of that tag and another one, as cameras write them.
    private static func directory(_ tags: [UInt8]...) -> [UInt8] {
        Array("II*\0".utf8) + [8, 0, 0, 0, UInt8(tags.count), 0]
            + tags.flatMap { $0 + [3, 0, 1, 0, 0, 0, 1, 0, 0, 0] } + [0, 0, 0, 0]
    }

    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 4]

    static let cases = [
        Case("p.png", Array("hello, I am no picture\n".utf8), "plain text", "PNG, JPEG"),
        Case("p.png", Array("RIFF\u{10}\0\0\0WAVEfmt ".utf8), "recording (WAV)", "PNG, JPEG"),
        Case("p.png", [0, 0, 0, 24] + Array("ftypisom".utf8) + [0, 0, 0, 0], "video", "ffmpeg"),
        Case("a b.cr3", box("crx "), "camera raw", "`dcraw_emu -w -T 'a b.cr3'` (Debian package libraw-bin)"),
        Case("p.cr2", Array("II*\0".utf8) + [16, 0, 0, 0] + Array("CR\u{2}\0".utf8), "camera raw", "libraw-bin"),
        Case("p.raf", Array("FUJIFILMCCD-RAW 0201".utf8), "camera raw", "libraw-bin"),
        Case("p.dng", directory([0x12, 0xC6]), "camera raw", "libraw-bin"),
        Case("p.nef", directory([0x0F, 0x01], [0x4A, 0x01]), "camera raw", "libraw-bin"),
        Case("p.jp2", [0, 0, 0, 12] + Array("jP  ".utf8), "JPEG 2000", "`opj_decompress -i p.jp2 -o image.png`"),
        Case("p.jxl", [0xFF, 0x0A, 0, 0], "JPEG XL", "`djxl p.jxl image.png`"),
        Case("it's.psd", Array("8BPS\0\u{1}".utf8), "Photoshop", "`convert 'it'\\''s.psd''[0]' image.png`"),
        Case("p.ico", [0, 0, 1, 0, 2, 0, 16, 16], "Windows icon", "`icotool -x -o . p.ico`"),
        Case("p.svg", Array("<?xml version=\"1.0\"?>\n<!-- x --><svg width=\"1\">".utf8), "SVG", "rsvg-convert"),
        Case("p.exr", [0x76, 0x2F, 0x31, 0x01, 2, 0, 0, 0], "OpenEXR", "ffmpeg"),
        Case("p.pdf", Array("%PDF-1.7\n".utf8), "PDF", "`pdftoppm -png -r 150 p.pdf page`"),
        Case("p.dcm", [UInt8](repeating: 0, count: 128) + Array("DICM".utf8), "DICOM", "dcmtk"),
        Case("p.png", png + Array("CgBI".utf8), "iOS-optimized PNG", "sips"),
    ]

    @Test(arguments: cases) func isNamedWithTheRemedy(_ unreadable: Case) {
        let error = failure(unreadable.bytes, name: unreadable.name)
        #expect(error?.kind == .unsupportedFeature)
        #expect(error?.source == unreadable.name)
        #expect(error?.problem.contains(unreadable.format) == true, "\(String(describing: error))")
        #expect(error?.remedy?.contains(unreadable.remedy) == true, "\(String(describing: error))")
    }

    @Test func emptyFilesAndFilesThatAreNotThere() throws {
        #expect(failure([], name: "empty.png")?.kind == .malformedInput)
        let error = #expect(throws: MediaError.self) { try Image(decoding: .file("/nowhere/photo.jpg")) }
        #expect(error?.kind == .inputMissing)
    }

    @Test func aFileIsReadAsItsBytesAre() throws {
        let folder = try TemporaryFolder()
        let builder = PNGBuilder(width: 300, height: 200, bitDepth: 16, colorType: .rgba)
        let path = try folder.write(builder.bytes, as: "picture.jpg")
        #expect(try Image(decoding: .file(path)) == Image(decoding: .bytes(builder.bytes)))
        let photo = try folder.write(JPEGBuilder.yCbCr(width: 640, height: 480).bytes, as: "photo")
        #expect(try Image(decoding: .file(photo)).size == PixelSize(width: 640, height: 480))
    }
}
