import PerceptCore
import Testing

/// Containers that ffmpeg decodes are recognized by what their specifications say files begin with.
@Suite struct ContainerSniffingTests {
    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    static let beginnings: [(MediaType, [UInt8])] = [
        (.flashVideo, Array("FLV".utf8) + [1, 5, 0, 0, 0, 9]), (.mpegProgramStream, [0, 0, 1, 0xBA, 0x44, 0, 4]),
        (.realMedia, Array(".RMF\0\0\0\u{12}".utf8)), (.realAudio, Array(".ra".utf8) + [0xFD, 0, 4, 0, 0]),
        (.sphere, Array("NIST_1A\n   1024\n".utf8)),
        (.creativeVoice, Array("Creative Voice File\u{1A}\u{1A}\0".utf8)),
        (.dts, [0x7F, 0xFE, 0x80, 0x01, 0xFC]), (.dts, [0xFE, 0x7F, 0x01, 0x80]), (.dts, [0x1F, 0xFF, 0xE8, 0]),
        (.dts, [0xFF, 0x1F, 0, 0xE8]), (.dtsHD, Array("DTSHDHDR\0\0".utf8)), (.tak, Array("tBaK\u{1}\0".utf8)),
        // Version 3.99.
        (.monkeysAudio, Array("MAC ".utf8) + [0x96, 0x0F, 0, 0]), (.musepack, Array("MP+".utf8) + [7, 0, 0]),
        (.musepack, Array("MPCKSH\u{E}".utf8)), (.trueAudio, Array("TTA1".utf8) + [1, 0, 2, 0]),
        (.dsf, Array("DSD ".utf8) + [28, 0, 0, 0, 0, 0]), (.dictation, [2] + Array("dss".utf8) + zeros(8)),
        (.materialExchange, [0x06, 0x0E, 0x2B, 0x34, 2, 5, 1, 1, 13, 1, 2, 1, 1, 2, 4, 0]),
        (.generalExchange, [0, 0, 0, 0, 1, 0xBC, 0, 0]), (.nut, Array("nut/multimedia container\0".utf8)),
        (.windowsTelevision, [0xB7, 0xD8, 0, 0x20, 0x37, 0x49, 0xDA, 0x11, 0xA6, 0x4E]),
        (.amigaVoice, Array("FORM\0\0\u{1}\08SVXVHDR".utf8)), (.pureVoice, Array("RIFF\u{24}\0\0\0QLCMfmt ".utf8)),
        (.sox, Array(".SoX\u{1C}\0\0\0".utf8)), (.ircam, [0x64, 0xA3, 3, 0, 0, 0]), (.ircam, [0, 2, 0xA3, 0x64, 0]),
        (.hcom, zeros(65) + Array("FSSD".utf8) + zeros(59) + Array("HCOM".utf8)),
        (.trueHD, [0xA0, 0x50, 0, 0, 0xF8, 0x72, 0x6F, 0xBA]),
    ]

    @Test(arguments: beginnings) func eachByItsSignature(_ type: MediaType, _ bytes: [UInt8]) {
        #expect(MediaType.sniff(bytes) == type)
        #expect([.audio, .video].contains(type.kind))
        #expect(type.name != type.rawValue && type.fileExtension != "bin")
    }

    /// A stream as it is on a disc, in a broadcast and in a receiver's memory.
    @Test(arguments: [(188, 0), (192, 4), (204, 0)]) func transportStreamsHavePackets(_ size: Int, _ offset: Int) {
        let packet: [UInt8] = [0x47, 0x40, 0x11, 0x10] + Self.zeros(size - 4)
        let whole = (0..<30).flatMap { _ in Self.zeros(offset) + packet.dropLast(offset) }
        #expect(MediaType.sniff(Array(whole.prefix(MediaType.sniffedByteCount))) == .mpegTransportStream)
        #expect(MediaType.sniff(Array(whole.prefix(2 * size))) == .mpegTransportStream)
        // Cut out of a longer stream, somewhere in a packet.
        #expect(MediaType.sniff(Array(whole.dropFirst(100).prefix(4096))) == .mpegTransportStream)
        #expect(MediaType.sniff(Array(whole.dropFirst(100).prefix(2 * size))) == nil)
        var damaged = whole
        damaged[offset + 10 * size] = 0
        #expect(MediaType.sniff(Array(damaged.prefix(MediaType.sniffedByteCount))) == nil)
    }

    @Test func textOfTheSameLettersIsText() {
        for text in [
            String(repeating: "G", count: 4096), "MAC addresses\n", "MP+7 \n", "MPCK", "TTA1 text", "The wide world",
            "To moove", "\n\n\n\nmoov",
        ] {
            #expect(MediaType.sniff(Array(text.utf8)) == .plainText)
        }
    }

    /// 48 kHz at 192 kbit/s: 1536 samples take 768 bytes (ETSI TS 102 366, table 4.13).
    @Test func aDolbyFrameIsFollowedByAnother() {
        let frame: [UInt8] = [0x0B, 0x77, 0x12, 0x34, 20, 0x40] + Self.zeros(762)
        #expect(MediaType.sniff(frame + frame) == .ac3)
        #expect(MediaType.sniff(Array(frame.prefix(500))) == .ac3)
        #expect(MediaType.sniff(frame + [0, 0]) == nil)
        // E-AC-3 states its size less one, in words of two bytes.
        let enhanced: [UInt8] = [0x0B, 0x77, 1, 0x7F, 0x3F, 0x80] + Self.zeros(762)
        #expect(MediaType.sniff(enhanced + enhanced) == .eac3)
        #expect(MediaType.sniff(enhanced + [0, 0]) == nil)
        #expect(MediaType.sniff([0x0B, 0x77, 0, 0, 0xFF, 0x40, 0, 0]) == nil)
    }

    @Test func quickTimeNeedsNoFileTypeAtom() {
        func atom(_ size: UInt8, _ type: String) -> [UInt8] { [0, 0, 0, size] + Array(type.utf8) }
        for start in [
            atom(8, "wide") + atom(100, "mdat") + Self.zeros(92), atom(16, "free") + Self.zeros(8) + atom(8, "mdat"),
            atom(20, "pnot") + Self.zeros(12) + atom(16, "moov") + Self.zeros(8), atom(0, "mdat") + Self.zeros(40),
            atom(1, "mdat") + Self.zeros(40), atom(108, "moov") + Self.zeros(100) + atom(8, "free"),
        ] {
            #expect(MediaType.sniff(start) == .quickTime)
        }
        #expect(MediaType.sniff(atom(9, "wide") + Self.zeros(40)) == nil)
        #expect(MediaType.sniff(atom(16, "free") + Self.zeros(40)) == nil)
        #expect(MediaType.sniff([0xFF, 0, 0, 8] + Array("moov".utf8) + Self.zeros(40)) == nil)
    }

    @Test func aCanonPhotoIsNotAVideo() {
        let photo = Array("\0\0\0\u{18}ftypcrx \0\0\0\u{1}crx isom".utf8)
        #expect(MediaType.sniff(photo) == .cameraRaw)
        #expect(MediaType.cameraRaw.kind == .image)
    }
}
