import CImageCodecs
import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// Orientations in places other than a plain EXIF block. That they are found there is what Pillow 13.0.0's
/// `ImageOps.exif_transpose` does too: it skips any number of EXIF headers, reads "Raw profile type exif", and, where
/// EXIF states no orientation, the first `tiff:Orientation` of XMP.
@Suite("Where an orientation is found")
struct OrientationSourceTests {
    private static let exif = EXIFBuilder.bytes(orientation: 6, isLittleEndian: true)
    private static let header = Array("Exif\0\0".utf8)
    private static let element = "<rdf:Description><tiff:Orientation>8</tiff:Orientation></rdf:Description>"

    private func found(_ bytes: [UInt8]) throws -> (orientation: Orientation, source: OrientationSource?) {
        let header = try ImageReader(.bytes(bytes)).header
        return (header.orientation, header.orientationSource)
    }

    private func png(_ chunks: [(type: String, data: [UInt8])], after: Bool = false) -> [UInt8] {
        var builder = PNGBuilder(width: 6, height: 4, bitDepth: 8, colorType: .gray)
        if after { builder.chunksAfterPixels = chunks } else { builder.chunksBeforePixels = chunks }
        return builder.bytes
    }

    /// ImageMagick's format: 36 bytes per line.
    private static func raw(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        let digits = bytes.map { String(format: "%02x", $0) }
        let lines = stride(from: 0, to: digits.count, by: 36).map { start in
            digits[start..<min(start + 36, digits.count)].joined()
        }
        return Array("\n\(name)\n\(String(format: "%8d", bytes.count))\n\(lines.joined(separator: "\n"))\n".utf8)
    }

    private static func texts(_ keyword: String, _ text: [UInt8]) -> [(type: String, data: [UInt8])] {
        let name = Array(keyword.utf8) + [0]
        return [
            ("tEXt", name + text), ("zTXt", name + [0] + PNGBuilder.stored(text)),
            ("iTXt", name + [0, 0, 0, 0] + text),
            ("iTXt", name + [1, 0] + Array("en\0nom\0".utf8) + PNGBuilder.stored(text)),
        ]
    }

    @Test("after one EXIF header, two or three") func doubledHeader() throws {
        for count in 0..<3 {
            var jpeg = JPEGBuilder.gray()
            jpeg.exif = (0..<count).flatMap { _ in Self.header } + Self.exif
            #expect(try found(jpeg.bytes) == (.rotateClockwise, .exif))
            let chunk = ("eXIf", (0..<count).flatMap { _ in Self.header } + Self.exif)
            #expect(try found(png([chunk])) == (.rotateClockwise, .exif))
        }
        #expect(Orientation(exif: Self.header + Self.header) == nil)
    }

    @Test("a text chunk of hexadecimal digits, of every kind, before or after the pixels")
    func rawProfiles() throws {
        for (keyword, name) in [
            ("Raw profile type exif", "exif"), ("Raw profile type APP1", "APP1"), ("raw profile type app1", "generic"),
        ] {
            for text in Self.texts(keyword, Self.raw(name, Self.header + Self.exif)) {
                #expect(try found(png([text])) == (.rotateClockwise, .rawProfile))
                #expect(try found(png([text], after: true)) == (.rotateClockwise, .rawProfile))
            }
        }
    }

    @Test("XMP in a JPEG, in a PNG, and as a raw profile") func xmp() throws {
        let packet = Array(Self.element.utf8)
        var jpeg = JPEGBuilder.gray()
        jpeg.otherSegments = [(0xE1, Array("http://ns.adobe.com/xap/1.0/\0".utf8) + packet)]
        #expect(try found(jpeg.bytes) == (.rotateCounterclockwise, .xmp))
        for text in Self.texts("XML:com.adobe.xmp", packet)
            + Self.texts("Raw profile type xmp", Self.raw("xmp", packet))
            + Self.texts(
                "Raw profile type APP1", Self.raw("APP1", Array("http://ns.adobe.com/xap/1.0/\0".utf8) + packet))
        {
            #expect(try found(png([text])) == (.rotateCounterclockwise, .xmp))
        }
        // Another name in APP1.
        jpeg.otherSegments = [(0xE1, Array("http://ns.adobe.com/xmp/extension/\0".utf8) + packet)]
        #expect(try found(jpeg.bytes) == (.upright, nil))
    }

    /// The zTXt chunk of `convert p.jpg p.png`, ImageMagick 6.9.11-60, where exiftool 12.57 wrote
    /// `-XMP-tiff:Orientation#=8` into p.jpg: the short form of RDF, with padding.
    @Test("what ImageMagick makes of XMP that exiftool wrote") func imageMagick() throws {
        let content = [UInt8](
            try #require(
                Data(
                    base64Encoded: """
                        UmF3IHByb2ZpbGUgdHlwZSB4bXAAAFiF1ZjdjuMgDIXveYp9BGIbmzwOaeBupLncx9/jpO1Mf+anzWiHFKlJAR+fD4NU\
                        Ef6+vIY/+JClHPjAzbJFHZR10mRCUUmTmo5aeSarbZqmRob+UcV7knGSmaPMFoUxN+sYJFsxBCa2IjWJ4glBZgSRceMa\
                        Cx8sc7GsCNTZk+lA0X/rQauxjwXPADeizX1wWQfO0xcnbzLomzxCRswY4BoRXCRBCHY1uUzTA0UemKgy7MHN6oWQRLkk\
                        EhG98rGOuZUcTNAiF+RutnyoGmZR1YaJRg3ioze8RaRpTPieVxE82bCWJkEHyzR7BowvLmKBs7MT2MDaYuVIxwVthPcK\
                        Z8dxABJSJjhya2QefmXcg/Rk/b3zJW19W1m8c8DrDKhjkINgjaIv8lH6JFfEUUcUu3oZTt48DWeyQMcCU7tc1nPvTeF9\
                        xFNctnDb9Vz730L3YHaL9jXMjtAehekZzVn6crRB6LYwv+1og9BXu2xXaI8dmc7Rtpz/3tBi6c3RBqHrwvy+ow1Cn++y\
                        naE9cmS6R3v+/HeItu3PTF9olyw9ONog9Flhdof2/V22A7Rnj0yXaD9z/vtAe8/Sh6MNQh8XZodo391lu0B77sh0iua3\
                        aXdubJPW9W7WbL1sDf8A2fRLcA==
                        """)))
        #expect(try found(png([("zTXt", content)])) == (.rotateCounterclockwise, .xmp))
    }

    /// WebP's own writers put the flag of XMP into VP8X (RFC 9649 §2.7); readers find the chunk without it.
    @Test("XMP in a WebP") func webP() throws {
        let item = try #require(DecodedFilesTests.cases.first { $0.name == "WebP lossy" })
        var bytes = [UInt8](item.file)
        let packet = Array("<x tiff:Orientation='3'/>".utf8) + [0x0A]
        func little(_ count: Int) -> [UInt8] { [0, 8, 16, 24].map { UInt8(count >> $0 & 0xFF) } }
        bytes += Array("XMP ".utf8) + little(packet.count) + packet
        bytes.replaceSubrange(4..<8, with: little(bytes.count - 8))
        #expect(try found(bytes) == (.rotate180, .xmp))
    }

    @Test("EXIF goes before a raw profile, and that before XMP; what states none is passed over") func precedence()
        throws
    {
        let xmp = Self.texts("XML:com.adobe.xmp", Array(Self.element.utf8))[0]
        let raw = Self.texts(
            "Raw profile type exif", Self.raw("exif", EXIFBuilder.bytes(orientation: 3, isLittleEndian: false)))[1]
        #expect(try found(png([xmp, raw, ("eXIf", Self.exif)])) == (.rotateClockwise, .exif))
        #expect(try found(png([xmp, raw])) == (.rotate180, .rawProfile))
        #expect(try found(png([xmp])) == (.rotateCounterclockwise, .xmp))
        // An orientation of 0, and of 1.
        let none = EXIFBuilder.bytes(orientation: 0, isLittleEndian: true)
        #expect(try found(png([("eXIf", none), xmp])) == (.rotateCounterclockwise, .xmp))
        let upright = EXIFBuilder.bytes(orientation: 1, isLittleEndian: true)
        #expect(try found(png([("eXIf", upright), xmp])) == (.upright, .exif))
        #expect(try found(png([])) == (.upright, nil))
    }

    @Test(
        "both forms of RDF, in any spacing; other values are none",
        arguments: [
            ("<a tiff:Orientation=\"6\"/>", 6), ("<a\n\ttiff:Orientation = '3' b='c'>", 3),
            ("<tiff:Orientation>8</tiff:Orientation>", 8), ("<tiff:Orientation>\n 2 \n</tiff:Orientation>", 2),
            ("<tiff:Orientation rdf:datatype=\"int\">5</tiff:Orientation>", 5),
            ("<tiff:Orientation>9</tiff:Orientation><b tiff:Orientation='7'/>", 7),
            ("<tiff:Orientation/><tiff:Orientation>4</tiff:Orientation>", 4),
            ("<a tiff:Orientation=\"0\"/>", nil), ("<a tiff:Orientation=\"16\"/>", nil),
            ("<a tiff:Orientation=\"\"/>", nil), ("<a tiff:Orientation=\"Rotate 90 CW\"/>", nil),
            ("<a xtiff:Orientation=\"6\"/>", nil), ("<a tiff:OrientationX=\"6\"/>", nil),
            ("<a tiff:Orientation=6/>", nil), ("<a tiff:Orientation=\"", nil), ("<tiff:Orientation>", nil),
            ("<tiff:Orientation", nil), ("tiff:Orientation", nil), ("", nil), ("<tiff:Orientatio", nil),
            ("<\u{1F431}\u{0} tiff:Orientation=\"6\"/>", 6),
        ] as [(String, Int?)])
    func packets(packet: String, value: Int?) {
        #expect(Orientation(xmp: Array(packet.utf8))?.rawValue == value)
    }

    @Test("odd packets do no harm: 16-bit text, bytes at random, names without end") func oddPackets() {
        #expect(Orientation(xmp: Self.element.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }) == nil)
        for seed in 0..<50 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            let noise = (0..<500).map { _ in UInt8.random(in: 0...255, using: &random) }
            let cut = Int.random(in: 0...Self.element.utf8.count, using: &random)
            _ = Orientation(xmp: noise + Array(Self.element.utf8.prefix(cut)))
            _ = RawProfile.bytes(noise)
            _ = Orientation(exif: Self.header + noise)
        }
        #expect(Orientation(xmp: (0..<5000).flatMap { _ in Array("<tiff:Orientation ".utf8) }) == nil)
    }

    @Test("raw profiles that are cut, too long, or of another form")
    func oddProfiles() {
        let text = Self.raw("exif", Self.exif)
        #expect(RawProfile.bytes(text) == Self.exif)
        #expect(RawProfile.bytes(Array(text.dropLast(3))) == Array(Self.exif.dropLast()))
        #expect(RawProfile.bytes(Array(text) + Array("00ff".utf8)) == Self.exif)
        for wrong in [
            "", "\n", "exif", "\nexif\n", "\nexif\n-5\n00", "\nexif\n99999999999999999999\n00", "\nexif\nx\n00",
        ] {
            #expect(RawProfile.bytes(Array(wrong.utf8)) == nil, "\(wrong)")
        }
        #expect(RawProfile.bytes(Array("\nexif\n9\n4d4Dzz00".utf8)) == [0x4D, 0x4D])
    }

    @Test("a text that unpacks to a hundred times its size is unpacked up to 1 MiB") func bomb() throws {
        let bomb = DeflateBomb.zeros(count: 16 << 20)
        #expect(bomb.count < 120_000)
        let raw = Array("Raw profile type exif\0\0".utf8) + bomb
        let packet = Array("XML:com.adobe.xmp\0".utf8) + [1, 0, 0, 0] + bomb
        let bytes = png([("zTXt", raw), ("iTXt", packet)])
        #expect(try found(bytes) == (.upright, nil))
        let limits = ImageDecoderLimits(
            pixel_count: 1000, byte_count: 1 << 20, scan_count: 1, profile_byte_count: 1 << 20)
        let decoder = try #require(image_decoder_create(.png, -1, bytes, bytes.count, limits, false))
        defer { image_decoder_close(decoder) }
        var header = ImageDecoderHeader()
        #expect(image_decoder_read_header(decoder, &header) == .ok)
        for kind in [ImageMetadata.rawExif, .xmp] {
            var count = 0
            #expect(image_decoder_metadata(decoder, kind, &count) != nil)
            #expect(count == 1 << 20)
        }
        // What follows is read all the same.
        #expect(try found(png([("zTXt", raw), ("eXIf", Self.exif)])) == (.rotateClockwise, .exif))
    }

    @Test("a checksum that is wrong: EXIF data are not trusted, which is a warning; texts are left alone")
    func checksums() throws {
        var builder = PNGBuilder(width: 6, height: 4, bitDepth: 8, colorType: .gray)
        builder.chunksBeforePixels = [("eXIf", Self.exif)]
        builder.damagedChunks = ["eXIf"]
        #expect(
            try ImageReader.everything(of: builder.bytes).warnings
                == ["its EXIF data is damaged or too large: an orientation in it is not applied"])
        builder.chunksBeforePixels = [Self.texts("Raw profile type exif", Self.raw("exif", Self.exif))[0]]
        builder.damagedChunks = ["tEXt"]
        #expect(try found(builder.bytes) == (.upright, nil))
        #expect(try ImageReader.everything(of: builder.bytes).warnings == [])
    }
}

/// Writes a zlib stream (RFC 1950, RFC 1951) of zeros in fixed codes: one literal, then copies of 258 bytes.
enum DeflateBomb {
    static func zeros(count: Int) -> [UInt8] {
        var bytes: [UInt8] = [0x78, 0xDA]
        var (pending, bitCount) = (0, 0)
        func put(_ value: Int, _ count: Int, _ bytes: inout [UInt8]) {
            pending |= value << bitCount
            bitCount += count
            while bitCount >= 8 {
                bytes.append(UInt8(pending & 0xFF))
                pending >>= 8
                bitCount -= 8
            }
        }
        /// Codes stand with their highest bit first.
        func put(code: Int, _ count: Int, _ bytes: inout [UInt8]) {
            for bit in (0..<count).reversed() { put(code >> bit & 1, 1, &bytes) }
        }
        // The last block, of fixed codes.
        put(1, 1, &bytes)
        put(1, 2, &bytes)
        put(code: 0x30, 8, &bytes)
        for _ in 0..<(count - 1) / 258 {
            // Length 258 is code 285, in 8 bits; distance 1 is code 0, in 5.
            put(code: 0xC5, 8, &bytes)
            put(code: 0, 5, &bytes)
        }
        put(code: 0, 7, &bytes)
        put(0, 7, &bytes)
        // Of zeros, the first sum is 1 and the second their number.
        let written = 1 + (count - 1) / 258 * 258
        return bytes + PNGBuilder.bigEndian(written % 65521 << 16 | 1)
    }
}
