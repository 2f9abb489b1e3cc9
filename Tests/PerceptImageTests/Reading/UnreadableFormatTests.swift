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

    private static let heic = [0, 0, 0, 24] + Array("ftypheic".utf8) + Array("\0\0\0\0mif1heic".utf8)
    private static let avif = [0, 0, 0, 24] + Array("ftypavif".utf8) + Array("\0\0\0\0mif1avif".utf8)

    static let cases: [Case] = {
        var cases = [
            Case("p.png", Array("II*\0".utf8) + [8, 0, 0, 0], "TIFF", "vips"),
            Case("p.png", Array("BM".utf8) + [UInt8](repeating: 0, count: 52), "BMP", "ffmpeg"),
            Case("p.gif", Array("GIF89a".utf8) + [1, 0, 1, 0], "GIF", "ffmpeg"),
            Case("p.png", Array("hello, I am no picture\n".utf8), "plain text", "PNG, JPEG"),
            Case("p.png", Array("RIFF\u{10}\0\0\0WAVEfmt ".utf8), "recording (WAV)", "PNG, JPEG"),
            Case("p.png", [0, 0, 0, 24] + Array("ftypisom".utf8) + [0, 0, 0, 0], "video", "ffmpeg"),
        ]
        #if !HEIC
            cases += [
                Case("photo.jpg", heic, "HEIC is not readable here, only PNG, JPEG and WebP are", "heif-convert"),
                Case("photo.jpg", heic, "HEIC", "package trait HEIC"),
                Case("photo.jpg", avif, "AVIF", "avifdec"),
                Case("photo.jpg", avif, "AVIF", "package trait HEIC"),
            ]
        #endif
        return cases
    }()

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
