@testable import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

@Suite struct RecordingReaderTests {
    /// One WAV coding: the stored bytes and the samples that its definition gives for them.
    struct Coding: Sendable, CustomTestStringConvertible {
        let name: String
        let tag: WAVBytes.Tag
        let bits: Int
        let data: [UInt8]
        let expected: [Float]
        var testDescription: String { name }
    }

    static let codings = [
        Coding(
            name: "PCM 8 bit unsigned", tag: .pcm, bits: 8, data: [0, 128, 192, 255],
            expected: [-1, 0, 0.5, 127.0 / 128]),
        Coding(
            name: "PCM 16 bit", tag: .pcm, bits: 16, data: WAVBytes.samples([Int16.min, -1, 0, 16384, 32767]),
            expected: [-1, -1.0 / 32768, 0, 0.5, 32767.0 / 32768]),
        Coding(
            name: "PCM 24 bit", tag: .pcm, bits: 24,
            data: [0, 0, 0x80, 0xFF, 0xFF, 0xFF, 0, 0, 0x40, 0xFF, 0xFF, 0x7F],
            expected: [-1, -1.0 / 8_388_608, 0.5, 8_388_607.0 / 8_388_608]),
        Coding(
            name: "PCM 32 bit", tag: .pcm, bits: 32, data: [0, 0, 0, 0x80, 0, 0, 0, 0xC0, 0, 0, 0, 0x40],
            expected: [-1, -0.5, 0.5]),
        Coding(
            name: "float 32 bit", tag: .float, bits: 32, data: WAVBytes.samples([-1.5, 0.25, 1e-9] as [Float]),
            expected: [-1.5, 0.25, 1e-9]),
        // ITU-T G.711 table 2a: code 0x80 is the largest positive value, 8031·4; 0xFF and 0x7F are zero; 0xF0 is 15·8.
        Coding(
            name: "mu-law", tag: .muLaw, bits: 8, data: [0x80, 0x00, 0xFF, 0xF0],
            expected: [32124, -32124, 0, 120].map { $0 / 32768 }),
        // ITU-T G.711 table 1a: 0xAA is the largest positive value, 4032·8; 0xD5 and 0x55 are ±1 of 2¹², times 8.
        Coding(
            name: "A-law", tag: .aLaw, bits: 8, data: [0xAA, 0x2A, 0xD5, 0x55],
            expected: [32256, -32256, 8, -8].map { $0 / 32768 }),
    ]

    @Test(arguments: codings) func samplesFollowTheirCoding(_ coding: Coding) throws {
        let wav = WAVBytes.plain(coding.data, tag: coding.tag, bits: coding.bits, sampleRate: 8000, channelCount: 1)
        var reader = try RecordingReader(.bytes(wav))
        #expect(reader.header.codec == coding.name)
        #expect(reader.header.frameCount == coding.expected.count)
        let block = try #require(try reader.readBlock())
        #expect(block.planes == [coding.expected])
        #expect(try reader.readBlock() == nil)
    }

    @Test func channelsAreSeparated() throws {
        let wav = WAVBytes.plain(
            WAVBytes.samples([1, -1, 2, -2, 3, -3] as [Int16]), bits: 16, sampleRate: 48_000, channelCount: 2)
        let recording = try Recording(decoding: .bytes(wav))
        let left: [Float] = [1.0 / 32_768, 2.0 / 32_768, 3.0 / 32_768]
        #expect(recording.planes == [left, left.map { -$0 }])
        #expect(recording.sampleRate == 48_000)
        #expect(recording.channels == .stereo)
    }

    @Test func theChannelMaskGivesTheLayout() throws {
        // WAVEFORMATEXTENSIBLE: front left, right, centre, low frequency (bits 0…3), side left and right (bits 9 and
        // 10).
        let wav = WAVBytes.extensible(
            WAVBytes.samples(Array(1...6)), bits: 16, sampleRate: 44_100, channelCount: 6, channelMask: 0x60F)
        let header = try RecordingReader(.bytes(wav)).header
        #expect(
            header.channels.positions == [.frontLeft, .frontRight, .frontCenter, .lowFrequency, .sideLeft, .sideRight])
        #expect(header.channels.name == "5.1")
    }

    @Test func aFileAndItsBytesReadAlike() throws {
        let folder = try TemporaryFolder()
        let wav = WAVBytes.plain(WAVBytes.samples(Array(0..<1000)), bits: 16, sampleRate: 22_050, channelCount: 1)
        let path = try folder.write(wav, as: "ramp.misnamed")
        #expect(try Recording(decoding: .file(path)) == Recording(decoding: .bytes(wav)))
    }

    @Test(arguments: [1, 7, 999, 1000, 5000]) func blocksAddUp(_ frameLimit: Int) throws {
        let values = (0..<1000).map { Int16($0 * 31 % 2000 - 1000) }
        var reader = try RecordingReader(
            .bytes(WAVBytes.plain(WAVBytes.samples(values), bits: 16, sampleRate: 8000, channelCount: 1)))
        var samples: [Float] = []
        while let block = try reader.readBlock(frameLimit: frameLimit) { samples += try #require(block.planes.first) }
        #expect(samples == values.map { Float($0) / 32768 })
    }

    @Test func aSampleThatIsNoNumberIsRefusedWithItsTime() {
        var values = [Float](repeating: 0.1, count: 600)
        values[500] = .nan
        let wav = WAVBytes.plain(WAVBytes.samples(values), tag: .float, bits: 32, sampleRate: 1000, channelCount: 1)
        let error = expectMediaError(.malformedInput) { _ = try Recording(decoding: .bytes(wav, name: "n.wav")) }
        #expect(error?.description.contains("n.wav: the sample at frame 500 (0.500 s)") == true)
    }

    @Test func samplesThatAreNoNumbersAreReplacedOnRequest() throws {
        var values = (0..<600).map { Float($0) / 1000 }
        values[0] = .infinity
        values[501] = .nan
        let wav = WAVBytes.plain(WAVBytes.samples(values), tag: .float, bits: 32, sampleRate: 1000, channelCount: 2)
        var reader = try RecordingReader(.bytes(wav), options: ReadingOptions(replacesNonFinite: true))
        var right: [Float] = []
        while let block = try reader.readBlock(frameLimit: 7) { right += block.planes[1] }
        let expected: [Float] = (0..<300).map { $0 == 250 ? 0 : Float(2 * $0 + 1) / 1000 }
        #expect(right == expected)
        #expect(reader.replacedSampleCount == 2)
        #expect(reader.warnings == ["2 samples were NaN or infinite and were replaced with silence"])
    }

    /// −½ and ¼ in each format, from its definition.
    static let rawFormats: [(PCMSampleFormat, [UInt8])] = [
        (.u8, [0x40, 0xA0]), (.s8, [0xC0, 0x20]), (.s16le, [0, 0xC0, 0, 0x20]), (.s16be, [0xC0, 0, 0x20, 0]),
        (.s24le, [0, 0, 0xC0, 0, 0, 0x20]), (.s24be, [0xC0, 0, 0, 0x20, 0, 0]),
        (.s32le, [0, 0, 0, 0xC0, 0, 0, 0, 0x20]),
        (.s32be, [0xC0, 0, 0, 0, 0x20, 0, 0, 0]), (.f32le, [0, 0, 0, 0xBF, 0, 0, 0x80, 0x3E]),
        (.f32be, [0xBF, 0, 0, 0, 0x3E, 0x80, 0, 0]),
        (.f64le, [0, 0, 0, 0, 0, 0, 0xE0, 0xBF, 0, 0, 0, 0, 0, 0, 0xD0, 0x3F]),
        (.f64be, [0xBF, 0xE0, 0, 0, 0, 0, 0, 0, 0x3F, 0xD0, 0, 0, 0, 0, 0, 0]),
    ]

    @Test func samplesWithoutAHeaderAreReadAsStated() throws {
        #expect(Set(Self.rawFormats.map(\.0)) == Set(PCMSampleFormat.allCases.filter { !$0.isCompanded }))
        for (sampleFormat, bytes) in Self.rawFormats {
            let format = try #require(RawAudioFormat("\(sampleFormat.rawValue):16000:2"))
            var reader = try RecordingReader(.bytes(bytes + bytes + [1]), options: ReadingOptions(rawFormat: format))
            let block = try #require(try reader.readBlock())
            #expect(block.planes == [[-0.5, -0.5], [0.25, 0.25]])
            #expect(block.sampleRate == 16_000)
            #expect(try reader.readBlock() == nil)
            #expect(reader.warnings == ["the last 1 bytes do not form a whole frame of \(format) and were ignored"])
        }
        for description in [
            "", "s16le", "s16le:16000", "s16le:0:1", "s16le:16000:0", "s17le:16000:1", "s16le:16000:1:2",
        ] {
            #expect(RawAudioFormat(description) == nil)
        }
        let format = RawAudioFormat(sampleFormat: .s16le, sampleRate: 16_000, channelCount: 65)
        expectMediaError(.limitExceeded) {
            _ = try RecordingReader(.bytes([0, 0]), options: ReadingOptions(rawFormat: format))
        }
        let mono = RawAudioFormat(sampleFormat: .s16le, sampleRate: 16_000, channelCount: 1)
        expectMediaError(.malformedInput) {
            _ = try RecordingReader(.bytes([0]), options: ReadingOptions(rawFormat: mono))
        }
    }

    @Test func aTruncatedFLACIsReadToItsLastWholeFrame() throws {
        let noise = (0..<20_000).map { Float(($0 &* 7919) % 20_011) / 40_000 }
        var writer = try RecordingWriter(toMemory: 1 << 20, encoding: .flac16, sampleRate: 16_000, channelCount: 1)
        try writer.write([noise])
        let whole = try writer.finish().bytes
        #expect(try Recording(decoding: .bytes(whole)).frameCount == 20_000)
        for part in [0.5, 0.9, 0.99] {
            let cut = Array(whole.prefix(Int(Double(whole.count) * part)))
            var reader = try RecordingReader(.bytes(cut))
            while try reader.readBlock() != nil {}
            #expect(reader.framesRead > 0 && reader.framesRead < 20_000)
            #expect(reader.warnings.count == 1 && reader.warnings[0].text.contains("cut short"))
        }
    }

    @Test func whatIsNoRecordingIsNamed() throws {
        let folder = try TemporaryFolder()
        let text = try folder.write(Array("hello\n".utf8), as: "talk.wav")
        let textError = expectMediaError(.malformedInput) { _ = try RecordingReader(.file(text)) }
        #expect(textError?.problem.contains("plain text") == true)
        let empty = try folder.write([], as: "empty.wav")
        let emptyError = expectMediaError(.malformedInput) { _ = try RecordingReader(.file(empty)) }
        #expect(emptyError?.problem.contains("empty") == true)
        expectMediaError(.inputMissing) { _ = try RecordingReader(.file(folder.file("none.wav"))) }
        expectMediaError(.inputNotAFile) { _ = try RecordingReader(.file(folder.path)) }
        let voiceMemo = [UInt8](repeating: 0, count: 4) + Array("ftypM4A ".utf8) + [UInt8](repeating: 0, count: 64)
        let memoError = expectMediaError(.unsupportedFeature) {
            _ = try RecordingReader(.bytes(voiceMemo, name: "memo.m4a"), ffmpeg: nil)
        }
        #expect(memoError?.remedy?.contains("ffmpeg") == true)
        let header = WAVBytes.plain([], bits: 16, sampleRate: 8000, channelCount: 1).prefix(20)
        expectMediaError(.malformedInput) { _ = try RecordingReader(.bytes(Array(header))) }
    }

    @Test func headersBeyondTheLimitsAreRefused() {
        let wav = WAVBytes.plain(
            WAVBytes.samples([Int16](repeating: 0, count: 8)), bits: 16, sampleRate: 96_000, channelCount: 4)
        expectMediaError(.limitExceeded) {
            _ = try RecordingReader(.bytes(wav), limits: ResourceLimits(channelCount: 2))
        }
        expectMediaError(.limitExceeded) {
            _ = try RecordingReader(.bytes(wav), limits: ResourceLimits(sampleRate: 48_000))
        }
        expectMediaError(.limitExceeded) { _ = try Recording(decoding: .bytes(wav), byteLimit: 16) }
    }
}
