import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

@Suite struct ReadingOptionsTests {
    private static let samples = (0..<4410).map { Int16(truncatingIfNeeded: $0 &* 7919) }

    /// The same samples after a header are the oracle.
    @Test func rawSamplesArePreparedAsThoseOfAFileAre() throws {
        let data = WAVBytes.samples(Self.samples)
        let wav = MediaSource.bytes(WAVBytes.plain(data, bits: 16, sampleRate: 44_100, channelCount: 2))
        let format = try #require(RawAudioFormat("s16le:44100:2"))
        let raw = AudioPreparation(reading: ReadingOptions(rawFormat: format))
        let expected = try AudioPreparation().prepare(wav)
        let prepared = try raw.prepare(.bytes(data))
        #expect(prepared.bytes == expected.bytes)
        #expect(prepared.receipt == expected.receipt)
        let chunked = try ChunkedRecording(.bytes(data), preparation: raw, chunking: AudioChunking())
        #expect(try chunked.next()?.bytes == expected.bytes)
    }

    /// Two numbers that are none on one side, one on the other.
    private static let broken = WAVBytes.plain(
        WAVBytes.samples([0.5, .nan, .infinity, 0.25, -.infinity, 0.125] as [Float]), tag: .float, bits: 32,
        sampleRate: 16_000, channelCount: 2)

    @Test func whatIsNoNumberIsReplacedAndCountedWhereAskedFor() throws {
        let error = expectMediaError(.malformedInput) { _ = try AudioPreparation().prepare(.bytes(Self.broken)) }
        #expect(error?.problem == "the sample at frame 0 (0.000 s) is NaN or infinite")
        let preparation = AudioPreparation(channels: .keep, reading: ReadingOptions(replacesNonFinite: true))
        let prepared = try preparation.prepare(.bytes(Self.broken))
        #expect(try Recording(decoding: .bytes(prepared.bytes)).planes == [[0.5, 0, 0], [0, 0.25, 0.125]])
        #expect(prepared.receipt.replacedSampleCount == 3)
        #expect(prepared.receipt.clampedSampleCount == 0)
        #expect(prepared.warnings == ["3 samples were NaN or infinite and were replaced with silence"])
        let chunked = try ChunkedRecording(
            .bytes(Self.broken), preparation: preparation, chunking: AudioChunking())
        #expect(chunked.warnings == prepared.warnings)
        #expect(try chunked.next()?.receipt == prepared.receipt)
    }
}
