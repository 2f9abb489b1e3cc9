import CImageCodecs
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// Messages for what the codec libraries report. The libraries' messages are those in the source of libpng 1.6.39 and
/// libjpeg-turbo 2.1.5.
@Suite("Remarks of codec libraries in our own words")
struct CodecWordsTests {
    private func pngWarning(_ message: String, hasPalette: Bool = false) -> String? {
        var words = [CChar](repeating: 0, count: 224)
        guard image_codec_png_warning(message, hasPalette, &words, words.count) else { return nil }
        return String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func pngError(_ message: String) -> String {
        var words = [CChar](repeating: 0, count: 224)
        image_codec_png_error(message, &words, words.count)
        return String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @Test(
        "what no pixel depends on is not said",
        arguments: [
            "tIME: duplicate", "tIME: invalid", "pHYs: invalid", "pHYs: CRC error", "oFFs: out of place",
            "iCCP: known incorrect sRGB profile", "iCCP: profile 'x': 0h: PCS illuminant is not D50", "bKGD: invalid",
            "sBIT: invalid", "tEXt: CRC error", "zTXt: bad compression method", "eXIf: duplicate", "hIST: duplicate",
            "sPLT: malformed sPLT chunk", "IEND: invalid", "IDAT: Extra compressed data", "IDAT: Too much image data",
            "tRNS: duplicate", "tRNS: invalid with alpha channel", "PLTE: ignored in grayscale PNG", "PLTE: CRC error",
            "chunk data is too large", "Ignoring invalid time value", "Extra compressed data", "abCd: CRC error",
        ])
    func harmless(message: String) {
        #expect(pngWarning(message) == nil)
    }

    @Test(
        "what may change pixels is said with its effect",
        arguments: [
            ("gAMA: CRC error", "what the file says about its colours (gAMA) is damaged and not applied"),
            ("cHRM: CRC error", "what the file says about its colours (cHRM) is damaged and not applied"),
            ("tRNS: CRC error", "its transparency is damaged and not applied: the image is taken as opaque"),
            ("PLTE: CRC error", "its palette is damaged: colours may be wrong"),
            ("IHDR: CRC error", "its header is damaged: pixels may be wrong"),
            ("brand new remark", "libpng reports “brand new remark”: pixels may be affected"),
            ("\u{1B}[31mred\n\u{7F}\u{9B}", "libpng reports “?[31mred ???”: pixels may be affected"),
        ])
    func effects(message: String, words: String) {
        #expect(pngWarning(message, hasPalette: true) == words)
    }

    @Test("checksums of pixels wait for the end")
    func checksums() {
        #expect(pngWarning("IDAT: CRC error") == "" && pngWarning("IDAT: incorrect data check") == "")
    }

    @Test(
        "errors say what is damaged",
        arguments: [
            ("IDAT: CRC error", "the checksum of the pixels is wrong"),
            ("IDAT: invalid distance too far back", "the compressed pixels are damaged"),
            ("IDAT: invalid stored block lengths", "the compressed pixels are damaged"),
            ("Not enough image data", "the compressed pixels end before the image does"),
            ("bad adaptive filter value", "a row states a filter that does not exist"),
            ("Missing PLTE before IDAT", "its palette is missing"), ("PLTE: invalid", "its palette is invalid"),
            ("IHDR: CRC error", "the checksum of its header is wrong"), ("Invalid IHDR data", "its header is invalid"),
            ("[00][00][00][00]: invalid chunk type", "other bytes stand where a chunk should begin"),
            ("XYZW: unhandled critical chunk", "it needs a chunk of an unknown kind"),
            ("something else\u{7}", "libpng reports “something else?”"),
        ])
    func errors(message: String, words: String) {
        #expect(pngError(message) == words)
    }

    @Test("a message of any length keeps its end mark") func longMessages() {
        let words = pngError(String(repeating: "x", count: 5000))
        #expect(words == "libpng reports “\(String(repeating: "x", count: 96))”")
    }

    // MARK: Files

    private func warnings(_ bytes: [UInt8]) throws -> [Warning] { try ImageReader.everything(of: bytes).warnings }

    /// Samsung's cameras write Ss = Se = Ah = Al = 0 into baseline scans. The pixels are those of the same file with 0,
    /// 63, 0.
    @Test("wrong scan parameters of a sequential JPEG are a warning, and no pixel changes", arguments: [false, true])
    func scanParameters(isLenient: Bool) throws {
        var builder = JPEGBuilder.yCbCr(width: 64, height: 48)
        let whole = try ImageReader.everything(of: builder.bytes)
        #expect(whole.warnings == [])
        for parameters: [UInt8] in [[0, 0, 0], [1, 5, 0x10], [63, 0, 0xFF]] {
            builder.scanParameters = parameters
            let (image, warnings) = try ImageReader.everything(of: builder.bytes, lenient: isLenient)
            #expect(image == whole.image)
            #expect(
                warnings == ["a scan states wrong parameters, which decoding does not need: no pixel is affected"])
        }
    }

    @Test("bytes between the pixels and the end of a JPEG are reported") func extraneousBytes() throws {
        var builder = JPEGBuilder.gray()
        builder.bytesBeforeEnd = Array(1...20)
        #expect(try warnings(builder.bytes) == ["bytes are left over after the pixels: no pixel is missing"])
        builder.bytesBeforeEnd = []
        builder.otherSegments = [(0xE5, [1, 2, 3])]
        var bytes = builder.bytes
        // Stray bytes after the segment.
        bytes.insert(contentsOf: [7, 7], at: 2 + 4 + 3)
        #expect(try warnings(bytes) == ["stray bytes in its header were skipped: no pixel is affected"])
    }

    @Test("an unknown colour transform of Adobe's marker is a warning about colours") func adobe() throws {
        var builder = JPEGBuilder.yCbCr()
        builder.adobeTransform = 9
        #expect(
            try warnings(builder.bytes)
                == ["Adobe's marker states an unknown colour transform (9): colours may be wrong"])
    }

    /// JFIF's version stands after its name (T.871 §10.1).
    @Test("a version number of JFIF is not worth a word") func version() throws {
        var builder = JPEGBuilder.gray()
        builder.otherSegments = [(0xE0, Array("JFIF\0".utf8) + [9, 9, 0, 0, 1, 0, 1, 0, 0])]
        #expect(try warnings(builder.bytes) == [])
    }

    @Test("chunks that no pixel depends on may be broken in any way") func brokenChunks() throws {
        var builder = PNGBuilder(width: 8, height: 8, bitDepth: 8, colorType: .rgb)
        let time: (type: String, data: [UInt8]) = ("tIME", [7, 230, 1, 1, 1, 1, 1])
        builder.chunksBeforePixels = [
            time, time, ("tIME", [1]), ("pHYs", [1, 2]), ("pHYs", [0, 0, 0, 1, 0, 0, 0, 1, 9]), ("bKGD", []),
            ("sBIT", [99, 99, 99, 99]), ("oFFs", [1]), ("hIST", [1]), ("sCAL", [0]), ("pCAL", [0]), ("tEXt", []),
            ("zTXt", [65]), ("iTXt", [0, 0]), ("abCd", [1, 2, 3]),
        ]
        builder.damagedChunks = ["sCAL", "tEXt", "abCd"]
        #expect(try warnings(builder.bytes) == [])
    }

    @Test("of a profile that is refused nothing but its effect is said, in PNG as in JPEG") func profiles() throws {
        let rgb = try #require(ColorProfileTests.cases.first { $0.name == "displayP3" }).profileBytes
        let gray = try #require(ColorProfileTests.cases.first { $0.mode == "L" }).profileBytes
        func png(_ type: PNGBuilder.ColorType, _ chunk: (type: String, data: [UInt8])) -> [UInt8] {
            var builder = PNGBuilder(width: 4, height: 4, bitDepth: 8, colorType: type)
            builder.chunksBeforePixels = [chunk]
            return builder.bytes
        }
        let plain = try ImageReader.everything(
            of: PNGBuilder(width: 4, height: 4, bitDepth: 8, colorType: .gray).bytes
        ).image
        let misfit: Warning = "the colour profile is for RGB and does not fit gray pixels: colours are taken as sRGB"
        let read = try ImageReader.everything(of: png(.gray, PNGBuilder.profileChunk(rgb)))
        #expect(read.image == plain && read.warnings == [misfit])
        var jpeg = JPEGBuilder.gray()
        let pixels = try ImageReader.everything(of: jpeg.bytes).image
        jpeg.profileParts = [(1, 1, rgb)]
        let readJPEG = try ImageReader.everything(of: jpeg.bytes)
        #expect(readJPEG.image == pixels && readJPEG.warnings == [misfit])
        #expect(
            try warnings(png(.rgb, PNGBuilder.profileChunk(gray)))
                == ["the colour profile is for gray and does not fit RGB pixels: colours are taken as sRGB"])
        let damaged: [Warning] = ["the colour profile is damaged: colours are taken as sRGB"]
        let stored = PNGBuilder.profileChunk(rgb)
        for chunk in [
            // Not zlib's, cut short, without a method, without an end of the name, empty.
            ("iCCP", Array("test\0\0".utf8) + [1, 2, 3, 4]), ("iCCP", Array(stored.data.dropLast(200))),
            ("iCCP", Array("test\0".utf8)), ("iCCP", Array("test".utf8)), ("iCCP", []),
        ] as [(type: String, data: [UInt8])] {
            #expect(try warnings(png(.rgb, chunk)) == damaged)
        }
        var wrongChecksum = PNGBuilder(width: 4, height: 4, bitDepth: 8, colorType: .rgb)
        wrongChecksum.chunksBeforePixels = [stored]
        wrongChecksum.damagedChunks = ["iCCP"]
        #expect(try warnings(wrongChecksum.bytes) == damaged)
    }

    // MARK: Lenience

    @Test("an error about damage mentions lenience where a lenient reader goes on, and only there") func lenience()
        throws
    {
        func error(_ bytes: [UInt8], lenient: Bool = false) -> MediaError? {
            expectMediaError(.malformedInput) { _ = try ImageReader.everything(of: bytes, lenient: lenient) }
        }
        var progressive = JPEGBuilder.yCbCr(width: 64, height: 160)
        progressive.isProgressive = true
        var interlaced = PNGBuilder(width: 64, height: 64, bitDepth: 8, colorType: .rgb)
        interlaced.isInterlaced = true
        let png = PNGBuilder(width: 64, height: 64, bitDepth: 8, colorType: .rgb)
        var wrongChecksum = png
        wrongChecksum.damagedChunks = ["IDAT"]
        let webP = try #require(DecodedFilesTests.cases.first { $0.name == "WebP lossy" }).file
        for whole in [
            JPEGBuilder.yCbCr(width: 64, height: 160).bytes, progressive.bytes, interlaced.bytes, png.bytes,
            [UInt8](webP),
        ] {
            let cut = Array(whole.prefix(whole.count * 3 / 4))
            let error = try #require(error(cut))
            #expect(error.remedy?.hasSuffix("or use what is left of it") == true, "\(error)")
            #expect(error.parameter == .isLenient)
            #expect(throws: Never.self) { try ImageReader.everything(of: cut, lenient: true) }
        }
        #expect(error(wrongChecksum.bytes)?.parameter == .isLenient)
        // Nothing came before the end: lenience would not help, nor does it when it was asked for.
        let header = Array(png.bytes.prefix(40))
        for isLenient in [false, true] {
            let error = error(header, lenient: isLenient)
            #expect(error?.remedy == "copy or download it again" && error?.parameter == nil)
        }
    }

    @Test("damage after the pixels affects none of them") func damageAfterThePixels() throws {
        let png = PNGBuilder(width: 40, height: 30, bitDepth: 8, colorType: .rgb)
        let whole = try ImageReader.everything(of: png.bytes).image
        // The type of IEND.
        var bytes = png.bytes
        bytes[bytes.count - 8] = 0
        for isLenient in [false, true] {
            let (image, warnings) = try ImageReader.everything(of: bytes, lenient: isLenient)
            #expect(image == whole)
            #expect(warnings == ["what follows the pixels in the file is damaged; no pixel is affected"])
        }
        // A marker that a JPEG cannot have there.
        let jpeg = JPEGBuilder.gray()
        let pixels = try ImageReader.everything(of: jpeg.bytes).image
        let broken = Array(jpeg.bytes.dropLast(2)) + [0xFF, 0xC4, 0, 4, 0xFF, 0xFF, 0xFF, 0xD9]
        for isLenient in [false, true] {
            let (image, warnings) = try ImageReader.everything(of: broken, lenient: isLenient)
            #expect(image == pixels)
            #expect(warnings == ["what follows the pixels in the file is damaged; no pixel is affected"])
        }
    }
}
