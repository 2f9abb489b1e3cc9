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

    @Test(arguments: [
        ("photo.jpg", [0, 0, 0, 24] + Array("ftypheic".utf8) + Array("\0\0\0\0mif1heic".utf8), "HEIC", "heif-convert"),
        ("p.png", Array("II*\0".utf8) + [8, 0, 0, 0], "TIFF", "vips"),
        ("p.png", Array("BM".utf8) + [UInt8](repeating: 0, count: 52), "BMP", "ffmpeg"),
        ("p.gif", Array("GIF89a".utf8) + [1, 0, 1, 0], "GIF", "ffmpeg"),
        ("p.png", Array("hello, I am no picture\n".utf8), "plain text", "PNG, JPEG or WebP"),
        ("p.png", Array("RIFF\u{10}\0\0\0WAVEfmt ".utf8), "recording (WAV)", "PNG, JPEG or WebP"),
        ("p.png", [0, 0, 0, 24] + Array("ftypisom".utf8) + [0, 0, 0, 0], "video", "ffmpeg"),
    ])
    func isNamedWithTheRemedy(name: String, bytes: [UInt8], format: String, remedy: String) {
        let error = failure(bytes, name: name)
        #expect(error?.kind == .unsupportedFeature)
        #expect(error?.source == name)
        #expect(error?.problem.contains(format) == true)
        #expect(error?.remedy?.contains(remedy) == true)
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
