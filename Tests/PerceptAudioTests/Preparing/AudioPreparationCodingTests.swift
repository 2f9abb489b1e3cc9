import Foundation
import PerceptAudio
import PerceptTestSupport
import Testing

@Suite struct AudioPreparationCodingTests {
    private static func coded<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
    }

    @Test func preparationsComeBackEqual() throws {
        let everything = try AudioPreparation(
            sampleRate: nil, channels: .single(.position(.frontLeft)),
            encoding: AudioEncoding(container: .wav, sampleFormat: .s24, dither: Dither(seed: .max)),
            resampling: .best, trimming: SilenceTrimming(threshold: -40, margin: 0.5), normalizedPeak: 0.9,
            maximumByteCount: 1 << 40, maximumDuration: 29.5,
            reading: ReadingOptions(
                rawFormat: RawAudioFormat(sampleFormat: .f32be, sampleRate: 8000, channelCount: 2),
                replacesNonFinite: true, isLenient: true, verifiesChecksum: true))
        #expect(try Self.coded(everything) == everything)
        #expect(try Self.coded(AudioPreparation()) == AudioPreparation())
        let second = AudioPreparation(channels: .single(.index(1)))
        #expect(try Self.coded(second) == second)
        let chunking = AudioChunking(maximumChunkDuration: 30, overlap: 1, silenceThreshold: -45)
        #expect(try Self.coded(chunking) == chunking)
    }

    /// The names are part of the format that other tools save.
    @Test func namesOfAnEncoding() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let encoding = try AudioEncoding(container: .flac, sampleFormat: .s16, dither: Dither(seed: 7))
        #expect(
            try String(decoding: encoder.encode(encoding), as: UTF8.self)
                == #"{"container":"flac","dither":{"seed":7},"sampleFormat":"s16"}"#)
    }

    @Test func anEncodingThatDoesNotExistIsRefused() {
        let json = Data(#"{"container":"flac","sampleFormat":"f32"}"#.utf8)
        expectMediaError(.invalidArgument) { _ = try JSONDecoder().decode(AudioEncoding.self, from: json) }
    }
}
