import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@Suite("Where media bytes come from")
struct MediaSourceTests {
    private static func tagged(tagByteCount: Int, _ audio: [UInt8]) -> [UInt8] {
        let size = (0..<4).reversed().map { UInt8(tagByteCount >> (7 * $0) & 0x7F) }
        return Array("ID3\u{4}\0\0".utf8) + size + [UInt8](repeating: 0, count: tagByteCount) + audio
    }

    @Test("the type is detected after an ID3 tag of any length", arguments: [0, 200, 5000, 200_000])
    func tag(byteCount: Int) throws {
        let folder = try TemporaryFolder()
        let flac = Self.tagged(tagByteCount: byteCount, Array("fLaC\0\0\0\u{22}".utf8))
        #expect(try MediaSource.bytes(flac).mediaType() == .flac)
        #expect(try MediaSource.file(folder.write(flac, as: "a.mp3")).mediaType() == .flac)
        let mp3 = Self.tagged(tagByteCount: byteCount, [0xFF, 0xFB, 0x90, 0x64])
        #expect(try MediaSource.bytes(mp3).mediaType() == .mp3)
        #expect(try folder.contents() == ["a.mp3"])
    }

    @Test("what follows several tags decides, whatever it is")
    func tags() throws {
        let wav = Array("RIFF\0\0\0\0WAVE".utf8)
        let twice = Self.tagged(tagByteCount: 30, Self.tagged(tagByteCount: 5000, wav))
        #expect(try MediaSource.bytes(twice).mediaType() == .wav)
        let movie = Self.tagged(tagByteCount: 30, [0, 0, 0, 16] + Array("ftypisom\0\0\0\0".utf8))
        #expect(try MediaSource.bytes(movie).mediaType() == .mp4)
    }

    @Test(
        "a tag followed by nothing or no audio counts as MP3",
        arguments: [[], [1, 2, 3], Array("text".utf8)])
    func tagOnly(rest: [UInt8]) throws {
        #expect(try MediaSource.bytes(Self.tagged(tagByteCount: 64, rest)).mediaType() == .mp3)
    }

    @Test("the name of a file says nothing: text named .wav is text")
    func misnamed() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Array("just some notes\n".utf8), as: "talk.wav")
        #expect(try MediaSource.file(path).mediaType() == .plainText)
        #expect(try folder.contents() == ["talk.wav"])
    }

    @Test("empty, unknown and missing inputs are three different errors, by the caller's name")
    func errors() throws {
        let folder = try TemporaryFolder()
        let empty = MediaSource.file(try folder.write([], as: "a.png"), name: "standard input")
        let emptyError = try #require(throws: MediaError.self) { try empty.mediaType() }
        #expect(emptyError.kind == .malformedInput && emptyError.source == "standard input")
        let unknown = try #require(throws: MediaError.self) { try MediaSource.bytes([0, 1, 2, 3]).mediaType() }
        #expect(unknown.kind == .unsupportedFeature && unknown.source == "bytes in memory")
        #expect(unknown.problem == "unknown format: the file begins with 00 01 02 03 (“....”)")
        #expect(unknown.parameter == .rawFormat)
        let missing = try #require(throws: MediaError.self) { try MediaSource.file(folder.file("no")).mediaType() }
        #expect(missing.kind == .inputMissing && missing.source == folder.file("no"))
    }

    @Test("only a file has a path")
    func path() {
        #expect(MediaSource.file("a/b.png").path == "a/b.png")
        #expect(MediaSource.file("a/b.png").name == "a/b.png")
        #expect(MediaSource.bytes([1]).path == nil)
    }

    @Test func urlsAndBytesAreSources() throws {
        let folder = try TemporaryFolder()
        let flac = Array("fLaC\0\0\0\u{22}".utf8)
        let path = try folder.write(flac, as: "ä b%20.flac")
        #expect(MediaSource(URL(fileURLWithPath: path)) == .file(path))
        #expect(try MediaSource(URL(fileURLWithPath: path)).mediaType() == .flac)
        #expect(MediaSource(Data(flac)) == .bytes(flac) && MediaSource(flac) == .bytes(flac))
    }
}
