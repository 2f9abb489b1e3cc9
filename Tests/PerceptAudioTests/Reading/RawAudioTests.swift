import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptAudio

/// Telephone codecs without a header.
@Suite struct RawAudioTests {
    private static func read(_ bytes: [UInt8], _ format: String) throws -> (Recording, [Warning]) {
        var warnings: [Warning] = []
        let options = ReadingOptions(rawFormat: try RawAudioFormat(parsing: format))
        let recording = try Recording(decoding: .bytes(bytes, name: "call"), options: options) { warnings.append($0) }
        return (recording, warnings)
    }

    private static let codes = (0...255).map { UInt8($0) }

    /// libsndfile's decoder of WAV files with the same codec is the oracle.
    @Test(arguments: [("mulaw", WAVBytes.Tag.muLaw), ("alaw", .aLaw)])
    func compandedSamplesEqualThoseOfAWAV(_ name: String, _ tag: WAVBytes.Tag) throws {
        let wav = WAVBytes.plain(Self.codes, tag: tag, bits: 8, sampleRate: 8000, channelCount: 1)
        let expected = try Recording(decoding: .bytes(wav))
        let (mono, warnings) = try Self.read(Self.codes, name)
        #expect(mono == expected && warnings.isEmpty)
        let (stereo, _) = try Self.read(Self.codes + [0], "\(name):16000:2")
        #expect(stereo.sampleRate == 16_000 && stereo.channelCount == 2 && stereo.frameCount == 128)
        #expect(stereo.planes[1] == stride(from: 1, to: 256, by: 2).map { expected.planes[0][$0] })
    }

    /// ITU-T G.711, tables 1a to 2b: the largest values and those next to zero.
    @Test func companding() {
        let mulaw: [(code: Int, value: Float)] = [
            (0x80, 32_124), (0x00, -32_124), (0xFF, 0), (0x7F, 0), (0xFE, 8),
        ]
        for (code, value) in mulaw { #expect(G711.mulaw[code] == value / 32_768) }
        let alaw: [(code: Int, value: Float)] = [(0xAA, 32_256), (0x2A, -32_256), (0xD5, 8), (0x55, -8)]
        for (code, value) in alaw { #expect(G711.alaw[code] == value / 32_768) }
    }

    @Test func descriptionsHaveTheirUsualRate() throws {
        for (text, full) in [
            ("mulaw", "mulaw:8000:1"), ("alaw:16000", "alaw:16000:1"), ("mulaw:8000:2", "mulaw:8000:2"),
            ("gsm", "gsm:8000:1"), ("gsm:8000:1", "gsm:8000:1"), ("g722", "g722:16000:1"),
            ("g722:16000", "g722:16000:1"), ("s16le:44100:2", "s16le:44100:2"),
        ] {
            #expect(try RawAudioFormat(parsing: text).description == full)
        }
        for (text, reason) in [
            ("gsm:8000:2", "expected one channel for gsm, not 2"),
            ("g722:8000", "expected 16000 Hz for g722, not 8000 (8000 is only its clock rate in RTP, RFC 3551)"),
            ("g722:48000", "expected 16000 Hz for g722, not 48000"),
        ] {
            let invalid = try #require(throws: RawAudioFormat.Invalid.self) { try RawAudioFormat(parsing: text) }
            #expect(invalid.description == reason)
        }
        for text in ["", "gsm:", "mulaw:0", "mulaw:8000:", "mulaw:8000:1:1", "ulaw", "MULAW", "alaw:+8000", "gsm:1e3"] {
            #expect(throws: RawAudioFormat.Invalid.form) { try RawAudioFormat(parsing: text) }
        }
    }

    /// Five frames of a 440 Hz tone, made with `sox -n -r 8000 -c 1 a.gsm synth 0.1 sine 440 vol 0.5` (SoX 14.4.2).
    private static let gsm = """
        0jjUKaJQVvyBmzSdUA345Y05I65oOA35ky3UBvYEupbb0jbsbaLwAYkRe7BnbOGgrqgrq2yhEPeEPeGUoSvyBvyB0jbsLaLawW9IV9QVkyDoQr\
        6g729AoG7MmbO3IJM3hL2h0jfsKaKTQLuiTlkSlUBqk7oy5N0AJtuSNtXdADZV1QW+0jXsbeKRoTbliU2ZbaGr6irq0m0h3VBS1lSTYkacsacv
        """
    private static let gsmBytes = [UInt8](Data(base64Encoded: gsm, options: .ignoreUnknownCharacters) ?? Data())

    /// A WAV around the frames would need another packing, so the oracle is `sox a.gsm -t s16 -`.
    @Test func gsmIsDecoded() throws {
        let (recording, warnings) = try Self.read(Self.gsmBytes, "gsm")
        #expect(recording.sampleRate == 8000 && recording.channels == .mono && recording.frameCount == 800)
        #expect(warnings.isEmpty)
        for (frame, value) in Self.gsmSamples { #expect(recording.planes[0][frame] == Float(value) / 32_768) }
        let header = try RecordingReader(
            .bytes(Self.gsmBytes), options: ReadingOptions(rawFormat: RawAudioFormat("gsm"))
        ).header
        #expect(header.codec == "GSM 6.10" && header.frameCount == 800 && header.bitDepth == nil)
    }

    private static let gsmSamples: [(frame: Int, value: Int)] = [
        (0, 0), (1, 0), (50, -10080), (159, -10184), (160, -11480), (333, 11576), (500, -1408), (799, -5272),
    ]

    @Test func gsmInBlocksOfAnySizeIsTheSame() throws {
        let whole = try Self.read(Self.gsmBytes, "gsm").0.planes[0]
        for frameLimit in [1, 159, 161, 799] {
            var reader = try RecordingReader(
                .bytes(Self.gsmBytes), options: ReadingOptions(rawFormat: RawAudioFormat("gsm")))
            var samples: [Float] = []
            while let block = try reader.readBlock(frameLimit: frameLimit) { samples += block.planes[0] }
            #expect(samples == whole)
        }
    }

    @Test func badGSMIsAnErrorOrAWarning() throws {
        let (partial, warnings) = try Self.read(Self.gsmBytes + [0xD2, 1, 2], "gsm")
        #expect(partial.frameCount == 800)
        #expect(warnings == ["the last 3 bytes do not form a whole frame of gsm:8000:1 and were ignored"])
        var damaged = Self.gsmBytes
        damaged[3 * 33] = 0x12
        let late = expectMediaError(.malformedInput) { _ = try Self.read(damaged, "gsm") }
        #expect(late?.problem == "the data are damaged at frame 480 (0.060 s): not a GSM frame")
        let wrong = expectMediaError(.malformedInput) { _ = try Self.read(Self.codes, "gsm") }
        #expect(wrong?.problem == "is not GSM full rate: the first frame begins with 0, not d")
        let short: [([UInt8], String)] = [
            ([], "mulaw"), ([], "g722"), ([UInt8](repeating: 0xD0, count: 32), "gsm"), ([1], "alaw:8000:2"),
        ]
        for (bytes, format) in short {
            let empty = expectMediaError(.malformedInput) { _ = try Self.read(bytes, format) }
            #expect(empty?.problem.hasPrefix("the file has \(bytes.count) bytes, less than one frame of ") == true)
        }
        let limited = ReadingOptions(rawFormat: RawAudioFormat("mulaw:99999999"))
        expectMediaError(.limitExceeded) { _ = try RecordingReader(.bytes([0]), options: limited) }
    }

    @Test func g722NeedsFFmpeg() throws {
        let options = ReadingOptions(rawFormat: RawAudioFormat("g722"))
        let error = expectMediaError(.unsupportedFeature) {
            _ = try RecordingReader(.bytes([1, 2, 3]), options: options, ffmpeg: nil)
        }
        #expect(error?.remedy?.contains("install ffmpeg") == true)
        guard FFmpegSource.program() != nil else { return }
        let reader = try RecordingReader(.bytes([UInt8](repeating: 0x9A, count: 801)), options: options)
        #expect(reader.header.sampleRate == 16_000 && reader.header.frameCount == 1602)
        #expect(reader.header.codec == "G.722" && reader.header.container == "raw")
        #expect(try Self.read([UInt8](repeating: 0x9A, count: 801), "g722").0.frameCount == 1602)
    }
}
