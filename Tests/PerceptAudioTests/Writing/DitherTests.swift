import Foundation
import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// The expected moments follow from theory: the difference of two uniform numbers over one step has variance 2/12;
/// rounding adds 1/12 for any signal, since the noise spans two whole steps (Lipshitz, Wannamaker & Vanderkooy 1992).
/// The sum is 1/4.
@Suite struct DitherTests {
    private static let step16 = 1.0 / 32_768

    private static func written(
        _ planes: [[Float]], _ format: AudioEncoding.SampleFormat = .s16, seed: UInt64?, blockLength: Int = 4096
    ) throws -> RecordingWriter.Summary {
        let encoding = try AudioEncoding(
            container: .wav, sampleFormat: format, dither: seed.map { Dither(seed: $0) })
        var writer = try RecordingWriter(
            toMemory: 1 << 24, encoding: encoding, sampleRate: 16_000, channelCount: planes.count)
        for start in stride(from: 0, to: planes[0].count, by: blockLength) {
            try writer.write(planes.map { Array($0[start..<min($0.count, start + blockLength)]) })
        }
        return try writer.finish()
    }

    /// Decodes samples in quantization steps of the format.
    private static func decoded(_ summary: RecordingWriter.Summary, step: Double = step16) throws -> [[Double]] {
        try Recording(decoding: .bytes(summary.bytes)).planes.map { $0.map { Double($0) / step } }
    }

    @Test(arguments: [(AudioEncoding.SampleFormat.s16, 0x1p-15), (.s24, 0x1p-23)])
    func theErrorHasTheMomentsOfTheTheory(_ format: AudioEncoding.SampleFormat, _ step: Double) throws {
        let count = 400_000
        for level in [0.0, 0.3, 0.5, -7.25] {
            let plane = [Float](repeating: Float(level * step), count: count)
            let values = try Self.decoded(Self.written([plane], format, seed: 1), step: step)[0]
            let mean = values.reduce(0, +) / Double(count)
            let variance = values.reduce(0) { $0 + ($1 - level) * ($1 - level) } / Double(count)
            // Standard errors: √(1/4/n) = 0.0008 for the mean; the fourth moment is below 0.25, so √(0.25/n) =
            // 0.0008 bounds that of the variance.
            #expect(abs(mean - level) < 4 * 0.0008, "level \(level): \(mean)")
            #expect(abs(variance - 0.25) < 4 * 0.0008, "level \(level): \(variance)")
            // ±1 of noise and half a step of rounding.
            #expect(values.allSatisfy { abs($0 - level) <= 1.5 })
        }
    }

    /// −100 dBFS is a third of a 16-bit step: silence without dither, a tone in noise with it. Goertzel's sum over
    /// whole periods gives the exact amplitude; noise of variance 1/4 adds √(2·(1/4)·2/n) = 0.0025.
    @Test func aToneBelowOneStepSurvives() throws {
        let count = 160_000
        let amplitude: Double = 1e-5
        let tone = (0..<count).map { Float(amplitude * sin(Double.pi / 8 * Double($0))) }
        func level(_ values: [Double]) -> Double {
            var (s1, s2) = (0.0, 0.0)
            let coefficient = 2 * cos(Double.pi / 8)
            for value in values { (s1, s2) = (value + coefficient * s1 - s2, s1) }
            let power = s1 * s1 + s2 * s2 - coefficient * s1 * s2
            return power.squareRoot() * 2 / Double(count)
        }
        let plain = try Self.decoded(Self.written([tone], seed: nil))[0]
        #expect(plain.allSatisfy { $0 == 0 })
        let found = level(try Self.decoded(Self.written([tone], seed: 3))[0])
        #expect(abs(found - amplitude / Self.step16) < 4 * 0.0025)
    }

    @Test func equalSeedsGiveEqualBytesForAnyBlockSize() throws {
        let planes = (0..<2).map { channel in (0..<10_000).map { Float(sin(Double($0 * (channel + 3)))) * 0.9 } }
        let expected = try Self.written(planes, seed: 7).bytes
        for blockLength in [1, 13, 10_000] {
            #expect(try Self.written(planes, seed: 7, blockLength: blockLength).bytes == expected)
        }
        #expect(try Self.written(planes, seed: 8).bytes != expected)
        #expect(try Self.written(planes, seed: nil).bytes != expected)
    }

    /// The sequence is part of the promise of equal seeds; computed with Python's integers from the published
    /// SplitMix64.
    @Test func theSequenceIsFixed() throws {
        let silence = [[Float]](repeating: [Float](repeating: 0, count: 12), count: 2)
        let values = try Self.decoded(Self.written(silence, seed: 42))
        #expect(values[0] == Self.firstOfSeed42.left)
        #expect(values[1] == Self.firstOfSeed42.right)
    }

    private static let firstOfSeed42: (left: [Double], right: [Double]) = (
        [1, 0, 0, 0, 0, 0, -1, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0]
    )

    @Test func noTwoChannelsOrSeedsAreAlike() throws {
        let count = 100_000
        let silence = [[Float]](repeating: [Float](repeating: 0, count: count), count: 3)
        let channels = try Self.decoded(Self.written(silence, seed: 5)) + Self.decoded(Self.written(silence, seed: 6))
        #expect(channels.count == 6)
        for first in channels.indices {
            for second in channels.indices where second > first {
                // Also with a lag of a few frames, to find sequences that run through the same numbers.
                for lag in [0, 1, 2] {
                    let sum = (0..<count - lag).reduce(0.0) { $0 + channels[first][$1 + lag] * channels[second][$1] }
                    // The standard error of the correlation of independent noise is 1/√n = 0.0032.
                    #expect(abs(sum / Double(count) / 0.25) < 5 * 0.0032, "\(first), \(second), \(lag)")
                }
            }
        }
    }

    /// −1 and the highest sample are within the range; dither pushes half of them beyond it, which must not be
    /// counted.
    @Test func onlyTheRecordingsOwnOvershootIsCounted() throws {
        let plane: [Float] = (0..<1000).flatMap { _ in [-1, 32_767 / 32_768, 1.5, -1.5] }
        let summary = try Self.written([plane], seed: 1)
        #expect(summary.clampedSampleCount == 2000)
        let values = try Self.decoded(summary)[0]
        #expect(values.allSatisfy { (-32_768...32_767).contains($0) })
        #expect(values.contains(-32_767) && values.contains(32_766))
        // None wrapped around.
        #expect(zip(values, plane).allSatisfy { ($0 > 0) == ($1 > 0) })
    }

    @Test func ditherIsRejectedWithoutRounding() {
        expectMediaError(.invalidArgument) {
            _ = try AudioEncoding(container: .wav, sampleFormat: .f32, dither: Dither(seed: 1))
        }
    }
}
