@testable import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// A codec that cannot be decoded is named, with a remedy.
@Suite struct UnreadableCodecTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        var testDescription: String { name }

        init(_ name: String, _ bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    private static func wav(_ tag: UInt16, bits: UInt16 = 0, extra: [UInt8] = []) -> [UInt8] {
        RIFFBytes.file([
            RIFFBytes.chunk("fmt ", RIFFBytes.format(tag: tag, bits: bits, blockAlign: 64, extra: extra)),
            RIFFBytes.chunk("data", [UInt8](repeating: 0x55, count: 256)),
        ])
    }

    /// One Ogg page with one packet (RFC 3533).
    private static func ogg(_ packet: [UInt8]) -> [UInt8] {
        Array("OggS".utf8) + [0, 2] + [UInt8](repeating: 0, count: 20) + [1, UInt8(packet.count)] + packet
    }

    private static func caf(_ codec: String) -> [UInt8] {
        Array("caff".utf8) + [0, 1, 0, 0] + Array("desc".utf8) + [0, 0, 0, 0, 0, 0, 0, 32]
            + [0x40, 0xBF, 0x40, 0, 0, 0, 0, 0] + Array(codec.utf8) + [UInt8](repeating: 0, count: 20)
    }

    private static func aifc(_ codec: String) -> [UInt8] {
        let common: [UInt8] =
            [0, 1, 0, 0, 0, 9, 0, 16, 0x40, 0x0B, 0xFA, 0, 0, 0, 0, 0, 0, 0] + Array(codec.utf8) + [0, 0]
        let body = Array("AIFC".utf8) + Array("COMM".utf8) + [0, 0, 0, UInt8(common.count)] + common
        return Array("FORM".utf8) + [0, 0, 0, UInt8(body.count)] + body
    }

    static let cases = [
        Case("WAV with Windows Media Audio 2 (format tag 0x0161)", wav(0x161)),
        Case("WAV with format tag 0x1234", wav(0x1234)),
        Case("WAV with PCM samples of 64 bit", wav(1, bits: 64)),
        Case("WAV with floating-point samples of 16 bit", wav(3, bits: 16)),
        Case(
            "WAV with sub-format 01000000000010008000112233445566",
            wav(
                0xFFFE, bits: 16,
                extra: RIFFBytes.extensible(
                    validBits: 16, channelMask: 0, suffix: [0, 0, 0x10, 0, 0x80, 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66])
            )),
        Case("Ogg with Speex", ogg(Array("Speex   1.2".utf8) + [UInt8](repeating: 0, count: 69))),
        Case("Ogg with Theora video", ogg([0x80] + Array("theora".utf8) + [UInt8](repeating: 0, count: 30))),
        Case("CAF with AAC", caf("aac ")), Case("CAF with iLBC", caf("ilbc")), Case("AIFF with MACE 6:1", aifc("MAC6")),
        Case("AIFF with codec \"zzzz\"", aifc("zzzz")),
        Case("WebM or Matroska", [0x1A, 0x45, 0xDF, 0xA3] + [UInt8](repeating: 0, count: 60)),
        Case("AMR", Array("#!AMR\n".utf8) + [0x3C, 0, 0]),
    ]

    @Test(arguments: cases) func theCodecIsNamed(_ unreadable: Case) {
        let error = expectMediaError(.unsupportedFeature) {
            _ = try RecordingReader(.bytes(unreadable.bytes, name: "x"), ffmpeg: nil)
        }
        #expect(error?.description.hasPrefix("x: \(unreadable.name) is not readable here") == true)
        #expect(error?.remedy?.contains("ffmpeg") == true)
    }
}
