import Foundation
import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// Rates so far apart that one filter would be too long, so an integer decimator comes first; and the inverse
/// conversions.
///
/// The oracles are the same as for ordinary rates: closed forms of tones and of the windowed sinc.
@Suite struct DistantRatesTests {
    /// One of each kind: an integer ratio, a fractional one, and coprime rates.
    static let pairs = [
        ResamplerTests.Pair(input: 1000, output: 1), ResamplerTests.Pair(input: 3200, output: 3),
        ResamplerTests.Pair(input: 2003, output: 2),
    ]

    /// 260 outputs, without those whose taps reach beyond an end.
    private static func inner(_ pair: ResamplerTests.Pair, _ frequency: Double, _ quality: ResamplingQuality) throws
        -> (output: [Float], expected: [Double])
    {
        let count = 260 * pair.input / pair.output
        let output = try ResamplerTests.resample(
            ResamplerTests.sine(frequency, rate: pair.input, count: count), from: pair.input, to: pair.output,
            quality: quality)
        return (output, ResamplerTests.sine(frequency, rate: pair.output, count: output.count))
    }

    @Test(arguments: pairs, ResamplingQuality.allCases)
    func tonesInThePassbandArriveUnchanged(_ pair: ResamplerTests.Pair, _ quality: ResamplingQuality) throws {
        let frequency = Double(pair.output) / 2 * 0.9
        let (output, expected) = try Self.inner(pair, frequency, quality)
        let error = ResamplerTests.errorDecibels(output, expected, margin: 115)
        #expect(error < (quality == .standard ? -105 : -118), "\(pair.testDescription): \(error) dB")
    }

    @Test(arguments: pairs, [1.01, 3.7]) func tonesAboveTheNewNyquistAreRemoved(
        _ pair: ResamplerTests.Pair, _ fraction: Double
    ) throws {
        let (output, _) = try Self.inner(pair, Double(pair.output) / 2 * fraction, .standard)
        let silence = [Double](repeating: 0, count: output.count)
        #expect(ResamplerTests.errorDecibels(output, silence, margin: 115) < -110)
    }

    /// Near the decimator's own rate and its multiples, anything that passes would alias into the passband.
    @Test(arguments: ResamplingQuality.allCases) func theFirstStageDoesNotAlias(
        _ quality: ResamplingQuality
    ) throws {
        // 1000 Hz divided by 125 is 8 Hz.
        for multiple in [1.0, 7] {
            for offset in [-0.3, 0.45] {
                let frequency = multiple * 8 + offset
                let (output, _) = try Self.inner(ResamplerTests.Pair(input: 1000, output: 1), frequency, quality)
                let silence = [Double](repeating: 0, count: output.count)
                let level = ResamplerTests.errorDecibels(output, silence, margin: 115)
                #expect(level < (quality == .standard ? -110 : -130), "\(frequency) Hz leaves \(level) dB")
            }
        }
    }

    /// The impulse lies exactly on output 1, where the response is 2·fc = 0.95 of the input in a period. Its
    /// neighbours, one period away, are the sinc there, 0.95·sin(0.95π)/(0.95π), times the window, which is nearly
    /// 1.
    @Test(arguments: [768_000, 767_999]) func impulsesKeepTheirPosition(_ rate: Int) throws {
        var input = [Float](repeating: 0, count: 2 * rate + 1)
        input[rate] = Float(rate)
        var resampler = try Resampler(from: rate, to: 1)
        let output = resampler.process(input) + resampler.finish()
        #expect(output.count == 3)
        try #require(output.count == 3)
        #expect(abs(output[1] - 0.95) < 1e-3)
        #expect(abs(Double(output[0]) - sin(0.95 * .pi) / .pi) < 1e-3)
        #expect(abs(output[0] - output[2]) < 1e-6)
    }

    @Test(arguments: pairs) func aConstantKeepsItsLevelFromTheFirstFrameOn(_ pair: ResamplerTests.Pair) throws {
        let count = 260 * pair.input / pair.output
        let output = try ResamplerTests.resample(
            [Double](repeating: 0.25, count: count), from: pair.input, to: pair.output)
        #expect(output[115..<145].allSatisfy { abs($0 - 0.25) < 2e-6 })
        // A step response has half its height at the step: at frame 0, and symmetrically at the end.
        #expect(abs(output[0] - 0.125) < 0.06)
        #expect(output.count == 260)
    }

    @Test func blockSizeMakesNoDifference() throws {
        var generator = SplitMix64(seed: 3)
        let input = (0..<60_000).map { _ in Float.random(in: -1...1, using: &generator) }
        var whole = try Resampler(from: 70_001, to: 70)
        let expected = whole.process(input) + whole.finish()
        #expect(expected.count == 60)
        for largest in [1, 997, 30_000] {
            var parts = try Resampler(from: 70_001, to: 70)
            var output: [Float] = []
            for start in stride(from: 0, to: input.count, by: largest) {
                output += parts.process(Array(input[start..<min(input.count, start + largest)]))
            }
            #expect(output + parts.finish() == expected)
        }
    }

    /// The oracle is integer arithmetic; every pair gets enough frames for a handful of outputs.
    @Test func outputsHaveTheRightLengthForAnyPair() throws {
        var generator = SplitMix64(seed: 17)
        func rate() -> Int {
            // Log-uniform: as many slow rates as fast ones.
            min(768_000, Int(exp(Double.random(in: 0...log(768_001), using: &generator))))
        }
        var pairs = (0..<100).map { _ in (rate(), rate()) }
        pairs += [(768_000, 1), (767_999, 1), (768_000, 7), (1, 1000), (1, 997), (1, 1), (768_000, 768_000), (2, 1)]
        for (input, output) in pairs {
            // The tables of ratios in the thousands are large, so use fewer of them.
            let most = 40 * input / output + 3
            let frameCount = Int.random(in: 0...min(most, 20_000), using: &generator)
            guard frameCount * output / input < 500_000 else { continue }
            let samples = [Double](repeating: 0.1, count: frameCount)
            let count = try ResamplerTests.resample(samples, from: input, to: output).count
            #expect(count == (frameCount * output + input - 1) / input, "\(frameCount) from \(input) to \(output)")
        }
    }

    /// One frame per second becomes 768 000: a minute and a half of ringing, held piece by piece.
    @Test func theSlowestSourceBecomesTheFastestUpload() throws {
        let slow = try Recording(sampleRate: 1, channels: .mono, planes: [[Float](repeating: 0.25, count: 3)])
        let encoding = try AudioEncoding(container: .wav, sampleFormat: .s16)
        let prepared = try AudioPreparation(sampleRate: 768_000, encoding: encoding).prepare(slow)
        #expect(prepared.receipt.upload.frameCount == 3 * 768_000)
    }
}
