import Foundation
import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// Audio that is left out, scaled or rejected before it is sent.
@Suite struct UploadLimitsTests {
    /// One second of silence, one of a tone of `amplitude`, two of silence.
    private static func burst(rate: Int = 44_100, amplitude: Float = 0.25, channels: ChannelLayout = .stereo) throws
        -> Recording
    {
        let tone = (0..<rate).map { amplitude * Float(sin(2 * .pi * 440 * Double($0) / Double(rate))) }
        let plane = [Float](repeating: 0, count: rate) + tone + [Float](repeating: 0, count: 2 * rate)
        return try Recording(
            sampleRate: rate, channels: channels, planes: Array(repeating: plane, count: channels.count))
    }

    private static func wav(_ recording: Recording) -> [UInt8] {
        let frames = (0..<recording.frameCount).flatMap { frame in
            recording.planes.map { Int16(($0[frame] * 32_767).rounded()) }
        }
        return WAVBytes.plain(
            WAVBytes.samples(frames), bits: 16, sampleRate: recording.sampleRate, channelCount: recording.channelCount)
    }

    @Test func silenceAtTheEndsIsLeftOutAndTheTimesStay() throws {
        let source = try Self.burst()
        let trimmed = try AudioPreparation(trimming: SilenceTrimming(margin: 0.25)).prepare(source)
        let receipt = trimmed.receipt
        // The tone lies at frames 44100..<88200, which are whole windows of 441; a quarter second is 11025 frames.
        #expect(receipt.sourceStartFrame == 44_100 - 11_025)
        #expect(receipt.sourceEndFrame == 88_200 + 11_025)
        #expect(receipt.source.frameCount == 4 * 44_100)
        #expect(receipt.upload.frameCount == 24_000)
        #expect(receipt.sourceTime(forUploadTime: 0.25) == 1)
        #expect(receipt.uploadTime(forSourceTime: 2) == 1.25)
        #expect(receipt.sourceTime(forUploadTime: 9) == 2.25)
        // The upload itself: it sounds from a quarter second on.
        let upload = try Recording(decoding: .bytes(trimmed.bytes))
        let first = try #require(upload.planes[0].firstIndex { abs($0) > 0.01 })
        #expect((3990...4010).contains(first))
    }

    @Test func aTrimmedFileIsWhatItsPartWouldBe() throws {
        let source = try Self.burst(rate: 48_000)
        let preparation = AudioPreparation(trimming: SilenceTrimming(margin: 0.1))
        let fromFile = try preparation.prepare(.bytes(Self.wav(source)))
        let part = try Recording(
            sampleRate: 48_000, channels: .stereo,
            planes: Recording(decoding: .bytes(Self.wav(source))).planes.map { Array($0[43_200..<100_800]) })
        #expect(try fromFile.bytes == AudioPreparation().prepare(part).bytes)
        #expect(try fromFile.receipt == preparation.prepare(Recording(decoding: .bytes(Self.wav(source)))).receipt)
    }

    @Test func aVoiceOnOneOfTwoChannelsIsNoSilence() throws {
        let tone = try Self.burst()
        let silence = [Float](repeating: 0, count: tone.frameCount)
        let onlyRight = try Recording(
            sampleRate: 44_100, channels: .stereo, planes: [silence, tone.planes[0]])
        let receipt = try AudioPreparation(trimming: SilenceTrimming(margin: 0)).prepare(onlyRight).receipt
        #expect((receipt.sourceStartFrame, receipt.sourceEndFrame) == (44_100, 88_200))
    }

    @Test func silenceThroughoutIsSaidToBeThat() throws {
        let quiet = try Self.burst(amplitude: 0.001)
        let error = expectMediaError(.malformedInput) {
            _ = try AudioPreparation(trimming: SilenceTrimming()).prepare(quiet)
        }
        #expect(error?.problem == "is entirely silent: nothing reaches -50.0 dBFS")
        expectMediaError(.invalidArgument) {
            _ = try AudioPreparation(trimming: SilenceTrimming(margin: .nan)).prepare(quiet)
        }
    }

    /// Down as well as up, to within the rounding to 16 bits; what would clip is brought down by the same gain.
    @Test(arguments: [(44_100, Float(0.02)), (48_000, 0.9), (16_000, 1.7), (8000, 0.3)])
    func normalizingReachesThePeakAndNeverClips(rate: Int, amplitude: Float) throws {
        let peak = pow(10, -1.0 / 20)
        let source = try Self.burst(rate: rate, amplitude: amplitude)
        let prepared = try AudioPreparation(trimming: SilenceTrimming(), normalizedPeak: peak).prepare(source)
        let upload = try Recording(decoding: .bytes(prepared.bytes))
        let reached = try #require(upload.planes[0].map { abs($0) }.max())
        #expect(abs(Double(reached) - peak) <= 1.0 / 32_768)
        #expect(prepared.receipt.clampedSampleCount == 0)
        #expect(abs(prepared.receipt.gain - peak / Double(amplitude)) < 0.01 * peak / Double(amplitude))
    }

    /// Noise at full scale overshoots when it is resampled: without a gain it is clamped, with one it is not.
    @Test func normalizingCountsWithTheOvershootOfResampling() throws {
        var random = SplitMix64(seed: 7)
        let noise = (0..<44_100).map { _ in Bool.random(using: &random) ? Float(1) : -1 }
        let source = try Recording(sampleRate: 44_100, channels: .mono, planes: [noise])
        #expect(try AudioPreparation().prepare(source).receipt.clampedSampleCount > 0)
        let normalized = try AudioPreparation(normalizedPeak: 1 - 1.0 / 32_768).prepare(source)
        #expect(normalized.receipt.clampedSampleCount == 0)
        #expect(normalized.receipt.gain < 1)
    }

    @Test func digitalSilenceHasNoGain() throws {
        let silence = try Recording(sampleRate: 16_000, channels: .mono, planes: [[Float](repeating: 0, count: 100)])
        #expect(try AudioPreparation(normalizedPeak: 0.9).prepare(silence).receipt.gain == 1)
        expectMediaError(.invalidArgument) { _ = try AudioPreparation(normalizedPeak: 2).prepare(silence) }
    }

    @Test func whatIsTooLargeIsRefusedWithItsSize() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.wav(Self.burst()), as: "in.wav")
        let wav = AudioPreparation(encoding: .wav16, maximumByteCount: 100_000)
        let error = expectMediaError(.limitExceeded) {
            _ = try wav.prepare(.file(path), toFile: folder.file("out.wav"))
        }
        // Four seconds of 16 kHz mono at 2 bytes, and the header of 44.
        #expect(error?.problem == "is 128044 bytes as WAV, more than the 100000 allowed")
        #expect(error?.limit == MediaError.Limit(.maximumByteCount, value: 100_000))
        #expect(error?.parameter == .chunking)
        #expect(error?.source == path)
        #expect(error?.remedy?.contains("FLAC") == true)
        #expect(try folder.contents() == ["in.wav"])
        let whole = try AudioPreparation().prepare(.file(path))
        let exact = AudioPreparation(maximumByteCount: whole.byteCount)
        #expect(try exact.prepare(.file(path)).bytes == whole.bytes)
        #expect(try exact.prepare(.file(path), toFile: folder.file("out.flac")).byteCount == whole.byteCount)
        let tooSmall = AudioPreparation(maximumByteCount: whole.byteCount - 1)
        for attempt in [
            { _ = try tooSmall.prepare(.file(path)) },
            { _ = try tooSmall.prepare(Recording(decoding: .file(path))) },
            { _ = try tooSmall.prepare(.file(path), toFile: folder.file("no.flac")) },
        ] {
            let error = expectMediaError(.limitExceeded, attempt)
            #expect(error?.problem.hasPrefix("is \(whole.byteCount) bytes as FLAC") == true)
        }
        #expect(try folder.contents() == ["in.wav", "out.flac"])
    }

    /// 100 s at 8 kHz are 1 600 044 bytes. A chunk is suggested that is a tenth shorter than what would fit, in whole
    /// seconds: 0.9 · 100 s · 800 000 / 1 600 044 = 44.999 s, and 45.004 s for 100 bytes more.
    @Test(arguments: [(800_000, 44), (800_100, 45)])
    func aChunkThatFitsIsSuggested(byteLimit: Int, seconds: Int) throws {
        let silence = [UInt8](repeating: 0, count: 1_600_000)
        let source = MediaSource.bytes(WAVBytes.plain(silence, bits: 16, sampleRate: 8000, channelCount: 1))
        let error = expectMediaError(.limitExceeded) {
            _ = try AudioPreparation(sampleRate: nil, encoding: .wav16, maximumByteCount: byteLimit).prepare(source)
        }
        #expect(error?.remedy?.contains("chunks of at most \(seconds) s") == true)
    }

    /// Silence is below the threshold: full scale reaches 0 dBFS, and the next smaller sample does not.
    @Test func aLevelEqualToTheThresholdIsSound() throws {
        func recording(_ sample: Float) throws -> Recording {
            let samples = [Float](repeating: 0, count: 160) + [Float](repeating: sample, count: 160)
            return try Recording(sampleRate: 16_000, channels: .mono, planes: [samples])
        }
        let preparation = AudioPreparation(trimming: SilenceTrimming(threshold: 0, margin: 0))
        #expect(try preparation.prepare(recording(1)).receipt.sourceStartFrame == 160)
        expectMediaError(.malformedInput) { _ = try preparation.prepare(recording(Float(1).nextDown)) }
    }

    @Test func whatIsTooLongIsRefused() throws {
        let folder = try TemporaryFolder()
        let source = try Self.burst()
        let path = try folder.write(Self.wav(source), as: "in.wav")
        for attempt in [
            { _ = try AudioPreparation(maximumDuration: 3.99).prepare(source) },
            { _ = try AudioPreparation(maximumDuration: 3.99).prepare(.file(path), toFile: folder.file("a.flac")) },
        ] {
            let error = expectMediaError(.limitExceeded, attempt)
            #expect(error?.problem == "lasts 4.0 s or more, longer than the 3.99 s allowed")
            #expect(error?.limit == MediaError.Limit(.maximumDuration, value: 3.99))
            #expect(error?.parameter == .chunking)
        }
        #expect(try folder.contents() == ["in.wav"])
        #expect(try AudioPreparation(maximumDuration: 4).prepare(source).receipt.upload.duration == 4)
        // Of what is left: a second and a quarter on either side of it.
        let trimmed = AudioPreparation(trimming: SilenceTrimming(), maximumDuration: 1.5)
        #expect(try trimmed.prepare(source).receipt.upload.duration == 1.5)
    }
}
