@testable import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

@Suite struct MPEGReadingTests {
    static let streams = GoldenStream.all.filter { $0.name.hasPrefix("mp3") || $0.name.hasPrefix("layer") }

    @Test func thereIsAStreamOfEachKind() {
        #expect(Self.streams.count == 7)
    }

    /// ffmpeg (libmad for free format) leaves out LAME's delay and padding too, so that lengths are equal; the decoders
    /// round differently, and the golden samples are rounded to 16 bits.
    @Test(arguments: streams) func samplesAreThoseOfAnotherDecoder(_ stream: GoldenStream) throws {
        for frameLimit in [4096, 1000, 7] {
            let read = try ReadRecording(stream.bytes, frameLimit: frameLimit)
            #expect(read.header.sampleRate == stream.sampleRate)
            #expect(read.header.channelCount == stream.channelCount)
            #expect(read.header.frameCount == stream.frameCount)
            #expect(read.frameCount == stream.frameCount)
            #expect(read.difference(from: stream) < 1e-4)
            #expect(read.warnings.isEmpty)
        }
    }

    /// LAME encodes 0.95 of its input, tones of 0.25: ffmpeg's decode of the MP3s has amplitudes of 0.2375 to 0.2376,
    /// too.
    private static let amplitude = 0.2375

    // MARK: Joined

    private static let mono22050 = "mp3 22050 mono"
    private static let stereo44100 = "mp3 44100 stereo"

    @Test func eachOfSeveralPartsLosesItsDelayAndPadding() throws {
        let stream = try GoldenStream.named(Self.mono22050)
        let read = try ReadRecording(stream.bytes + stream.bytes + stream.bytes)
        #expect(read.frameCount == 3 * stream.frameCount)
        #expect(read.header.frameCount == 3 * stream.frameCount)
        for part in 0..<3 { #expect(read.difference(from: stream, at: part * stream.frameCount) < 1e-4) }
        #expect(read.warnings.isEmpty)
    }

    @Test func partsOfAnotherFormatAreConvertedToTheFirst() throws {
        let names = ["mp3 8000 mono", "mp3 48000 stereo without information", Self.mono22050]
        let parts = try names.map(GoldenStream.named)
        let read = try ReadRecording(parts.flatMap(\.bytes))
        #expect(read.header.sampleRate == 8000 && read.header.channels == .mono)
        // 20 736 frames at 48 kHz are 3456 at 8 kHz; 13 230 at 22.05 kHz are 4800.
        #expect(read.frameCount == 4000 + 3456 + 4800)
        #expect(read.header.frameCount == read.frameCount)
        #expect(abs(read.amplitude(300, in: 0..<4000) - Self.amplitude) < 1e-3)
        #expect(abs(read.amplitude(300, in: 4000..<7456) - Self.amplitude / 2) < 1e-3)
        #expect(abs(read.amplitude(500, in: 4000..<7456) - Self.amplitude / 2) < 1e-3)
        #expect(abs(read.amplitude(300, in: 7456..<12_256) - Self.amplitude) < 1e-3)
        #expect(
            read.warnings == [
                Warning(
                    "the format changes to stereo at 48000 Hz at 0.500 s; this part was converted to mono at 8000 Hz, "
                        + "the format at the start"),
                Warning(
                    "the format changes to mono at 22050 Hz at 0.932 s; this part was converted to mono at 8000 Hz, "
                        + "the format at the start"),
            ])
    }

    @Test func aPartWithoutInformationIsTakenAsItIs() throws {
        let (stereo, mono) = (
            try GoldenStream.named("mp3 48000 stereo without information"),
            try GoldenStream.named("mp3 48000 mono without information")
        )
        let read = try ReadRecording(stereo.bytes + mono.bytes)
        #expect(read.header.channels == .stereo && read.frameCount == 2 * 20_736)
        for channel in 0..<2 {
            #expect(abs(read.amplitude(300, channel: channel, in: 20_736..<41_472) - Self.amplitude) < 1e-3)
        }
        #expect(read.warnings.count == 1)
        #expect(read.warnings[0].text.hasPrefix("the format changes to mono at 48000 Hz at 0.432 s"))
    }

    // MARK: What stands around the frames

    static let zeros = [UInt8](repeating: 0, count: 2000)
    static let junk = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
    static let id3v1 = Array("TAG".utf8) + [UInt8](repeating: 0x20, count: 125)
    /// ID3v2.4 of 20 000 bytes (synchsafe 1, 28, 32), which hold what looks like frames.
    static let id3v2 =
        Array("ID3".utf8) + [4, 0, 0, 0, 1, 28, 32]
        + (0..<5000).flatMap { _ in [0xFF, 0xF3, 0x40, 0xC0] as [UInt8] }
    static let ape: [UInt8] = {
        func end(_ flags: UInt32) -> [UInt8] {
            Array("APETAGEX".utf8) + WAVBytes.littleEndian(UInt32(2000)) + WAVBytes.littleEndian(UInt32(60))
                + WAVBytes.littleEndian(UInt32(1)) + WAVBytes.littleEndian(flags) + [UInt8](repeating: 0, count: 8)
        }
        return end(0xA000_0000) + [UInt8](repeating: 0x41, count: 28) + end(0x8000_0000)
    }()
    static let lyrics: [UInt8] = {
        let content = Array("LYRICSBEGININD0000200".utf8)
        return content + Array("000021LYRICS200".utf8)
    }()

    @Test func tagsAndZerosAreNoJunk() throws {
        let stream = try GoldenStream.named(Self.mono22050)
        let sound = stream.bytes
        for bytes in [
            Self.zeros + sound, sound + Self.zeros, Self.id3v2 + sound, sound + Self.id3v1, sound + Self.ape,
            sound + Self.ape + Self.lyrics + Self.id3v1, Self.id3v2 + Self.zeros + sound + Self.zeros + Self.id3v1,
        ] {
            let read = try ReadRecording(bytes)
            #expect(read.frameCount == stream.frameCount)
            #expect(read.difference(from: stream) < 1e-4)
            #expect(read.warnings.isEmpty)
        }
        for between in [Self.zeros, Self.id3v1, Self.id3v2, Self.id3v1 + Self.id3v2, Self.ape] {
            let read = try ReadRecording(sound + between + sound)
            #expect(read.frameCount == 2 * stream.frameCount)
            #expect(read.difference(from: stream, at: stream.frameCount) < 1e-4)
            #expect(read.warnings.isEmpty)
        }
    }

    @Test func junkIsSkippedAndCounted() throws {
        let stream = try GoldenStream.named(Self.mono22050)
        let sound = stream.bytes
        for (bytes, place, copies) in [
            (Self.junk + sound, 0, 1), (sound + Self.junk + sound, sound.count, 2), (sound + Self.junk, sound.count, 1),
        ] {
            let read = try ReadRecording(bytes)
            #expect(read.frameCount == copies * stream.frameCount)
            #expect(read.warnings.count == 1)
            let warning = try #require(read.warnings.first).text
            #expect(warning.hasSuffix("bytes that are no MP3 frames were skipped, the first at byte \(place)"))
            // Runs of zeros among them are padding.
            let count = try #require(Int(warning.prefix { $0.isNumber }))
            #expect((2900...3000).contains(count))
        }
    }

    @Test func junkInsideLosesNoFrame() throws {
        let stream = try GoldenStream.named("mp3 48000 mono without information")
        // 48 kbit/s at 48 kHz: frames of 144 bytes.
        let bytes = stream.bytes.prefix(1440) + Self.junk + stream.bytes.dropFirst(1440)
        let read = try ReadRecording(Array(bytes))
        #expect(read.frameCount == stream.frameCount)
        #expect(read.difference(from: stream) < 1e-4)
        #expect(read.warnings.count == 1)
    }

    // MARK: Cut and wrong

    @Test func theRealFramesAreReadWhateverTheHeaderStates() throws {
        let stream = try GoldenStream.named(Self.mono22050)
        let frameCount = 25
        for stated in [8, 24, 1000] {
            var bytes = stream.bytes
            let place = try #require(
                bytes.firstRange(of: Array("Xing".utf8)) ?? bytes.firstRange(of: Array("Info".utf8)))
            #expect(bytes[place.upperBound + 7] == UInt8(frameCount))
            bytes[place.upperBound + 6] = UInt8(stated >> 8)
            bytes[place.upperBound + 7] = UInt8(stated & 0xFF)
            let read = try ReadRecording(bytes)
            let missing = Double((stated - frameCount) * 576) / 22_050
            let end = stated < frameCount ? ", all were read" : ": \((missing * 1000).rounded() / 1000) s are missing"
            #expect(read.warnings == ["the header states \(stated) MP3 frames, \(frameCount) are there\(end)"])
            #expect(read.difference(from: stream) < 1e-4)
            // The padding that it states is at the end of what its bytes hold; of a stream that is longer than that it
            // is not there.
            #expect(read.frameCount == (stated < frameCount ? 13_230 : 25 * 576 - 576 - 529))
        }
    }

    @Test func aCutFileIsReadToItsLastWholeFrame() throws {
        let stream = try GoldenStream.named("mp3 48000 mono without information")
        // Every number of bytes that a header may be cut to is among them.
        for frame in 2..<18 {
            for partial in [0, 1, 2, 3, 4, 5, 37, 143] {
                let cut = Array(stream.bytes.prefix(frame * 144 + partial))
                for bytes in [cut, cut + Self.id3v1] {
                    let read = try ReadRecording(bytes)
                    #expect(read.frameCount == frame * 1152)
                    #expect(read.difference(from: stream) < 1e-4)
                    #expect(
                        read.warnings
                            == (partial == 0 ? [] : ["the file ends inside an MP3 frame, which was left out"]))
                }
            }
        }
    }

    /// The frames of this stream begin with 0xFF 0xFB and, for 48 kHz, a third byte in which bits 3 and 2 are 01.
    @Test(arguments: [[0x41], [0xFE], [0xFF, 0x00], [0xFF, 0xF3], [0xFF, 0xFD], [0xFF, 0xFB, 0x30]] as [[UInt8]])
    func aFewBytesThatBeginNoFrameOfTheStreamAreJunk(_ rest: [UInt8]) throws {
        let stream = try GoldenStream.named("mp3 48000 mono without information")
        let read = try ReadRecording(stream.bytes + rest)
        #expect(read.frameCount == stream.frameCount)
        #expect(
            read.warnings == [
                "\(rest.count) bytes that are no MP3 frames were skipped, the first at byte \(stream.bytes.count)"
            ])
    }

    @Test func aCutFileBeforeAnotherLosesNothingOfThat() throws {
        let stream = try GoldenStream.named(Self.mono22050)
        let cut = stream.bytes.prefix(1500)
        let read = try ReadRecording(cut + stream.bytes)
        #expect(read.difference(from: stream, at: read.frameCount - stream.frameCount) < 1e-4)
        #expect(read.warnings.contains { $0.text.contains("s are missing") })
    }

    @Test func aDamagedHeaderBecomesSilenceOfItsLength() throws {
        let stream = try GoldenStream.named("mp3 48000 stereo without information")
        // 64 kbit/s at 48 kHz: frames of 192 bytes. The tenth states one channel.
        var bytes = stream.bytes
        bytes[9 * 192 + 3] |= 0xC0
        let read = try ReadRecording(bytes)
        #expect(read.frameCount == stream.frameCount && read.header.channels == .stereo)
        #expect(read.planes.allSatisfy { plane in plane[9 * 1152..<10 * 1152].allSatisfy { $0 == 0 } })
        #expect(read.warnings == ["1 MP3 frames with damaged headers became silence"])
    }

    @Test func whatHoldsNoFrameIsRefused() {
        for bytes in [[0xFF, 0xFB, 0x90, 0x64], [0xFF, 0xFB, 0x90, 0x64] + Self.junk] as [[UInt8]] {
            expectMediaError(.malformedInput) { _ = try RecordingReader(.bytes(bytes), ffmpeg: nil) }
        }
    }

    @Test func anMP3InWAVIsReadToo() throws {
        let stream = try GoldenStream.named("mp3 48000 mono without information")
        let format = RIFFBytes.format(tag: 0x55, bits: 0)
        let read = try ReadRecording(
            RIFFBytes.file([RIFFBytes.chunk("fmt ", format), RIFFBytes.chunk("data", stream.bytes)]))
        #expect(read.header.container == "WAV" && read.header.codec == "MPEG layer III")
        #expect(read.frameCount == stream.frameCount && read.header.frameCount == stream.frameCount)
        #expect(read.difference(from: stream) < 1e-4)
    }
}
