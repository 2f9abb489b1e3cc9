@testable import PerceptCore
import Testing

@Suite struct MPEGFrameHeaderTests {
    struct Header: Sendable {
        let word: UInt32
        let layer: Int
        let sampleRate: Int
        let channelCount: Int
        let samples: Int
        let byteCount: Int?
    }

    /// From the tables of ISO 11172-3 §2.4.2.3 and ISO 13818-3 §2.4.2.3, worked out by hand.
    static let headers = [
        // 128 kbit/s: 144 · 128000 / 44100 = 417, and one more with padding.
        Header(word: 0xFFFB_9064, layer: 3, sampleRate: 44_100, channelCount: 2, samples: 1152, byteCount: 417),
        Header(word: 0xFFFB_9264, layer: 3, sampleRate: 44_100, channelCount: 2, samples: 1152, byteCount: 418),
        // MPEG 2, 64 kbit/s, 22.05 kHz, one channel: 72 · 64000 / 22050 = 208.
        Header(word: 0xFFF3_80C4, layer: 3, sampleRate: 22_050, channelCount: 1, samples: 576, byteCount: 208),
        // MPEG 2.5, 16 kbit/s, 8 kHz: 72 · 16000 / 8000 = 144.
        Header(word: 0xFFE3_28C4, layer: 3, sampleRate: 8000, channelCount: 1, samples: 576, byteCount: 144),
        // Layer II, 192 kbit/s, 48 kHz: 144 · 192000 / 48000 = 576.
        Header(word: 0xFFFD_A404, layer: 2, sampleRate: 48_000, channelCount: 2, samples: 1152, byteCount: 576),
        // Layer I, 32 kbit/s, 32 kHz: 12 slots of 4 bytes, and one with padding.
        Header(word: 0xFFFF_1A04, layer: 1, sampleRate: 32_000, channelCount: 2, samples: 384, byteCount: 52),
        // Free format.
        Header(word: 0xFFFB_0064, layer: 3, sampleRate: 44_100, channelCount: 2, samples: 1152, byteCount: nil),
    ]

    @Test(arguments: headers) func fieldsAreThoseOfTheStandard(_ expected: Header) throws {
        let header = try #require(MPEGFrameHeader(expected.word))
        #expect(header.layer == expected.layer)
        #expect(header.sampleRate == expected.sampleRate)
        #expect(header.channelCount == expected.channelCount)
        #expect(header.samplesPerFrame == expected.samples)
        #expect(header.frameByteCount == expected.byteCount)
    }

    @Test func reservedCodesAreNoHeader() {
        // No sync, the reserved version, layer, rate and bit rate.
        for word: UInt32 in [0xFFDB_9064, 0xFFEB_9064, 0xFFF9_9064, 0xFFFB_9C64, 0xFFFB_F064] {
            #expect(MPEGFrameHeader(word) == nil)
        }
        #expect(MPEGFrameHeader([0xFF, 0xFB, 0x90], at: 0) == nil)
    }

    /// Four frames of 417 bytes after some junk and zeros are an MP3, three are too little to tell.
    @Test func framesBehindJunkAreAnMP3() throws {
        let frame = [0xFF, 0xFB, 0x90, 0x64] + [UInt8](repeating: 0, count: 413)
        let junk = [0x01, 0xFF, 0xFB, 0x90, 0x64, 0x02] + [UInt8](repeating: 0, count: 5000)
        let four = junk + frame + frame + frame + frame
        #expect(try MediaSource.bytes(four).mediaType() == .mp3)
        #expect(MPEGFrameHeader.firstRun(of: 4, in: four) == junk.count)
        #expect(MPEGFrameHeader.firstRun(of: 4, in: junk + frame + frame + frame) == nil)
    }

    /// Text in UTF-16 begins with FF FE, as free format of Layer I may.
    @Test func freeFormatNeedsMoreThanItsFirstBytes() {
        func frames(_ count: Int) -> [UInt8] {
            (0..<count).flatMap { _ in [0xFF, 0xFB, 0x00, 0xC4] + [UInt8](repeating: 0, count: 96) }
        }
        #expect(MediaType.sniff(frames(3)) == .mp3)
        #expect(MediaType.sniff(frames(2)) == nil)
        #expect(MediaType.sniff([0xFF, 0xFE, 0x09, 0x00] + frames(1).dropFirst(4)) == nil)
    }
}
