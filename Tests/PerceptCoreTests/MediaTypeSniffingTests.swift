import PerceptCore
import PerceptTestSupport
import Testing

@Suite("Telling the type from the bytes")
struct MediaTypeSniffingTests {
    private static func ascii(_ text: String, then rest: [UInt8] = []) -> [UInt8] { Array(text.utf8) + rest }

    /// First bytes as the specifications of the formats give them.
    static let signatures: [(MediaType, [UInt8])] = [
        (.wav, ascii("RIFF\u{24}\u{1}\0\0WAVEfmt ")), (.wav, ascii("RIFX\0\0\u{1}\u{24}WAVEfmt ")),
        (.wav, ascii("RF64", then: [255, 255, 255, 255]) + ascii("WAVEds64")),
        (.wav, ascii("BW64", then: [255, 255, 255, 255]) + ascii("WAVEds64")),
        (.w64, [0x72, 0x69, 0x66, 0x66, 0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0, 0]),
        (.flac, ascii("fLaC\0\0\0\u{22}")), (.ogg, ascii("OggS\0\u{2}")),
        (.mp3, [0xFF, 0xFB, 0x90, 0x64]), (.mp3, [0xFF, 0xF3, 0x48, 0xC4]), (.mp3, [0xFF, 0xE3, 0x18, 0xC4]),
        (.mp3, ascii("ID3\u{4}\0\0\0\0\0\0")), (.aac, [0xFF, 0xF1, 0x50, 0x80]), (.aac, [0xFF, 0xF9, 0x50, 0x80]),
        (.aiff, ascii("FORM\0\0\u{1}\0AIFFCOMM")), (.aiff, ascii("FORM\0\0\u{1}\0AIFCFVER")),
        (.caf, ascii("caff\0\u{1}\0\0desc")), (.au, ascii(".snd\0\0\0\u{18}")), (.au, ascii("dns.\u{18}\0\0\0")),
        (.m4a, ascii("\0\0\0\u{20}ftypM4A \0\0\0\0")), (.amr, ascii("#!AMR\n")), (.amr, ascii("#!AMR-WB\n")),
        (.webm, [0x1A, 0x45, 0xDF, 0xA3, 0x9F]),
        (.wma, [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, 0xA6, 0xD9]), (.wavPack, ascii("wvpk\0\0\0\0")),
        (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]),
        (.jpeg, [0xFF, 0xD8, 0xFF, 0xE0]), (.jpeg, [0xFF, 0xD8, 0xFF, 0xDB]),
        (.gif, ascii("GIF87a\u{1}\0")), (.gif, ascii("GIF89a\u{1}\0")),
        (.bmp, ascii("BM", then: [0x36, 0, 3, 0, 0, 0, 0, 0, 0x36, 0, 0, 0, 40, 0, 0, 0, 1, 0])),
        (.bmp, [40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0, 0, 0, 0, 0]), (.tiff, ascii("II*\0\u{8}\0\0\0")),
        (.tiff, ascii("MM\0+\0\u{8}\0\0")), (.cameraRaw, ascii("FUJIFILMCCD-RAW ")), (.photoshop, ascii("8BPS\0\u{1}")),
        (.icon, [0, 0, 1, 0, 1, 0]), (.svg, ascii("<svg>")), (.openEXR, [0x76, 0x2F, 0x31, 0x01]),
        (.dicom, [UInt8](repeating: 0, count: 128) + ascii("DICM")),
        (.iOSPNG, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 4] + ascii("CgBI")),
        (.tiff, ascii("MM\0*\0\0\0\u{8}")), (.webp, ascii("RIFF\u{24}\0\0\0WEBPVP8 ")),
        (.heic, ascii("\0\0\0\u{18}ftypheic\0\0\0\0")), (.heic, ascii("\0\0\0\u{18}ftypmif1\0\0\0\0")),
        (.avif, ascii("\0\0\0\u{20}ftypavif\0\0\0\0")), (.avif, ascii("\0\0\0\u{18}ftypmif1\0\0\0\0mif1avif")),
        (.jpegXL, [0xFF, 0x0A, 0xFA]),
        (.jpegXL, [0, 0, 0, 12] + ascii("JXL ", then: [0x0D, 0x0A, 0x87, 0x0A])),
        (.jpeg2000, [0, 0, 0, 12] + ascii("jP  ", then: [0x0D, 0x0A, 0x87, 0x0A])),
        (.mp4, ascii("\0\0\0\u{20}ftypisom\0\0\u{2}\0")), (.quickTime, ascii("\0\0\0\u{14}ftypqt  \0\0\0\0")),
        (.avi, ascii("RIFF\u{24}\0\0\0AVI LIST")), (.pdf, ascii("%PDF-1.7\n")),
        (.plainText, ascii("{\"error\": \"Model is loading\"}")), (.plainText, ascii("<html>")),
        (.plainText, ascii("žluťoučký kůň")),
    ]

    @Test("each format by its signature", arguments: signatures)
    func signature(type: MediaType, bytes: [UInt8]) {
        #expect(MediaType.sniff(bytes) == type)
    }

    @Test("the signatures cover every type but JSON, which is text to its bytes")
    func coverage() {
        #expect(Set(Self.signatures.map(\.0)).count == 37 - 1)
    }

    @Test(
        "no signature, no guess",
        arguments: [
            [], [0xFF], [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0x00, 0x12, 0x34], [0xFF, 0xE0, 0x00, 0x00],
            [0xFF, 0xEB, 0x90, 0x64], [0xFF, 0xFB, 0x9C, 0x64], [0xFF, 0xFB, 0x00, 0x64], [0, 0, 0, 0],
            Array("RIFF\u{24}\0\0\0".utf8), Array("FORM\0\0\u{1}\0ILBM".utf8), [0x89, 0x50, 0x4E, 0x47],
        ] as [[UInt8]])
    func unknown(bytes: [UInt8]) {
        #expect(MediaType.sniff(bytes) == nil)
    }

    @Test("random bytes are nothing", arguments: 0..<100)
    func randomBytes(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        let bytes = (0..<256).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        #expect(MediaType.sniff(bytes) == nil)
    }

    @Test("a multi-byte character cut at the end of the prefix is still text", arguments: 1...3)
    func cutCharacter(dropped: Int) {
        #expect(MediaType.sniff(Array("a 🐈".utf8.dropLast(dropped))) == .plainText)
    }

    @Test("the size of an ID3 tag is synchsafe, and a footer counts")
    func tagSize() {
        // ID3v2.4 §3.1: 0x00 0x00 0x02 0x01 is 257.
        #expect(MediaType.offsetBehindID3(Self.ascii("ID3", then: [4, 0, 0, 0, 0, 2, 1])) == 267)
        #expect(MediaType.offsetBehindID3(Self.ascii("ID3", then: [4, 0, 0x10, 0, 0, 2, 1])) == 277)
        #expect(MediaType.offsetBehindID3(Self.ascii("ID3", then: [4, 0])) == nil)
        #expect(MediaType.offsetBehindID3(Self.ascii("fLaC\0\0\0\0\0\0")) == nil)
    }

    @Test("names, kinds and extensions")
    func names() {
        #expect(MediaType.m4a.rawValue == "audio/m4a" && MediaType.m4a.kind == .audio)
        #expect(MediaType.jpeg.fileExtension == "jpg" && MediaType.jpeg.kind == .image)
        #expect(MediaType.quickTime.kind == .video && MediaType.pdf.kind == .other)
        #expect(MediaType(rawValue: "image/x-unheard-of").name == "image/x-unheard-of")
    }
}
