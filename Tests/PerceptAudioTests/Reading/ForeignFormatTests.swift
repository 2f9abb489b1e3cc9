import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptAudio

/// Images, archives and documents are never passed to ffmpeg; here it is a program that does not exist.
@Suite struct ForeignFormatTests {
    private static let noProgram = "/nonexistent/ffmpeg"
    private static let rest = [UInt8](repeating: 0, count: 600)

    static let files: [(String, [UInt8])] = [
        ("a GIMP image", Array("gimp xcf v011".utf8)), ("a ZIP archive", Array("PK\u{3}\u{4}".utf8)),
        ("a gzip archive", [0x1F, 0x8B, 8]),
        ("a tar archive", [UInt8](repeating: 0x61, count: 100) + rest[..<157] + Array("ustar".utf8)),
        ("a program", [0x7F] + Array("ELF".utf8)),
        ("a Microsoft Office document", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
        ("an SQLite database", Array("SQLite format 3\0".utf8)), ("a 7-Zip archive", [0x37, 0x7A, 0xBC, 0xAF, 0x27]),
    ]

    @Test(arguments: files) func itIsNamed(_ name: String, _ bytes: [UInt8]) {
        let error = expectMediaError(.unsupportedFeature) {
            _ = try RecordingReader(.bytes(bytes + Self.rest, name: "x"), ffmpeg: Self.noProgram)
        }
        #expect(error?.description.hasPrefix("x: is \(name)") == true, "\(error?.description ?? "")")
    }

    /// A photo with the boxes of a video, a document and text.
    @Test func knownFormatsAreNotPassedOnEither() {
        let files: [(MediaError.Kind, [UInt8])] = [
            (.unsupportedFeature, Array("\0\0\0\u{18}ftypcrx \0\0\0\u{1}crx isom".utf8) + Self.rest),
            (.unsupportedFeature, Array("\0\0\0\u{18}ftypheic\0\0\0\0mif1heic".utf8) + Self.rest),
            (.unsupportedFeature, Array("\0\0\0\u{1C}ftypavif\0\0\0\0mif1avif".utf8) + Self.rest),
            (.unsupportedFeature, Array("II*\0\u{8}\0\0\0".utf8) + Self.rest),
            (.unsupportedFeature, Array("FUJIFILMCCD-RAW 0201".utf8) + Self.rest),
            (.unsupportedFeature, Array("IIRO\u{8}\0\0\0".utf8) + Self.rest),
            (.unsupportedFeature, Array("II\u{1A}\0\0\0HEAPCCDR".utf8) + Self.rest),
            (.unsupportedFeature, Array("8BPS\0\u{1}".utf8) + Self.rest),
            (.unsupportedFeature, [0, 0, 1, 0, 1, 0] + Self.rest),
            (.unsupportedFeature, [0x76, 0x2F, 0x31, 1, 2] + Self.rest),
            (.malformedInput, Self.rest[..<128] + Array("DICM".utf8) + Self.rest),
            (.malformedInput, Array("%PDF-1.7\n".utf8) + Self.rest), (.malformedInput, Array("ffconcat\n".utf8)),
        ]
        for (kind, bytes) in files {
            expectMediaError(kind) { _ = try RecordingReader(.bytes(bytes), ffmpeg: Self.noProgram) }
        }
    }

    /// Bytes of an unknown format would be passed on: starting the program fails.
    @Test func unknownBytesArePassedOn() {
        let bytes: [UInt8] = [0xF1, 0, 1, 2, 3]
        expectMediaError(.inputOutput) { _ = try RecordingReader(.bytes(bytes), ffmpeg: Self.noProgram) }
        let error = expectMediaError(.unsupportedFeature) { _ = try RecordingReader(.bytes(bytes), ffmpeg: nil) }
        #expect(error?.problem.hasSuffix("and ffmpeg, which may know it, is not installed") == true)
    }
}
