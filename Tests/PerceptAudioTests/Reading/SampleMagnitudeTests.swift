import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// Samples that are finite, but beyond any scale: after a filter they would be infinite or NaN and written as the
/// lowest sample.
@Suite struct SampleMagnitudeTests {
    private static func file(_ samples: [Float]) -> MediaSource {
        .bytes(
            WAVBytes.plain(WAVBytes.samples(samples), tag: .float, bits: 32, sampleRate: 44_100, channelCount: 1))
    }

    @Test(arguments: [1e35, -3.4e38, 2e12] as [Float]) func noSoundIsAnErrorThatNamesTheTime(_ huge: Float) throws {
        var samples = [Float](repeating: 0.25, count: 9000)
        samples[4410] = huge
        let recording = try Recording(sampleRate: 44_100, channels: .mono, planes: [samples])
        for preparation in [
            AudioPreparation(), AudioPreparation(reading: ReadingOptions(replacesNonFinite: true)),
        ] {
            let error = expectMediaError(.malformedInput) { _ = try preparation.prepare(Self.file(samples)) }
            #expect(error?.problem.hasPrefix("the sample at frame 4410 (0.100 s) is \(huge) times full scale") == true)
            expectMediaError(.malformedInput) { _ = try preparation.prepare(recording) }
            expectMediaError(.malformedInput) {
                _ = try ChunkedRecording(recording, preparation: preparation, chunking: AudioChunking())
            }
        }
    }

    @Test func aDecodedRecordingIsNoBetterThanAFile() throws {
        let recording = try Recording(sampleRate: 44_100, channels: .mono, planes: [[0, .nan, .infinity]])
        let error = expectMediaError(.malformedInput) { _ = try AudioPreparation().prepare(recording) }
        #expect(error?.problem == "the sample at frame 1 is NaN or infinite")
    }

    /// 2³¹ is the largest scale that is met; whatever is accepted comes through every step as a number.
    @Test(arguments: [0x1p31, 0x1p39] as [Float]) func whatIsLoudComesThroughFinite(_ scale: Float) throws {
        let samples = (0..<20_000).map { Float($0 % 100 < 50 ? scale : -scale) }
        let encoding = try AudioEncoding(container: .wav, sampleFormat: .f32)
        let plain = try AudioPreparation(encoding: encoding).prepare(Self.file(samples))
        let peak = try #require(try Recording(decoding: .bytes(plain.bytes)).planes[0].map(\.magnitude).max())
        // Steps overshoot by 9 % (Gibbs), and ring on.
        #expect(peak > scale && peak < 1.5 * scale)
        let normalized = try AudioPreparation(encoding: encoding, trimming: SilenceTrimming(), normalizedPeak: 0.5)
            .prepare(Self.file(samples))
        let planes = try Recording(decoding: .bytes(normalized.bytes)).planes
        #expect(abs(try #require(planes[0].map(\.magnitude).max()) - 0.5) < 1e-5)
        // All of what is written as integers is beyond their range, and counted.
        let clamped = try AudioPreparation(sampleRate: nil).prepare(Self.file(samples))
        #expect(clamped.receipt.clampedSampleCount == samples.count)
        var meter = LevelMeter(sampleRate: 44_100, channels: .mono)
        meter.add([samples])
        let levels = meter.finish()
        #expect(levels.rms.isFinite && levels.integratedLoudness?.isFinite != false)
    }
}
