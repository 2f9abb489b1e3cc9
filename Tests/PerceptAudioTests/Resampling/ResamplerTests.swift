import Foundation
import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// The oracle is the closed form: a sine of frequency f, sampled at the new rate, with the delay compensated.
@Suite struct ResamplerTests {
    static func sine(_ frequency: Double, rate: Int, count: Int, amplitude: Double = 0.5) -> [Double] {
        (0..<count).map { amplitude * sin(2 * .pi * frequency * Double($0) / Double(rate)) }
    }

    static func resample(
        _ input: [Double], from inputRate: Int, to outputRate: Int, quality: ResamplingQuality = .standard
    ) throws -> [Float] {
        var resampler = try Resampler(from: inputRate, to: outputRate, quality: quality)
        return resampler.process(input.map { Float($0) }) + resampler.finish()
    }

    /// The RMS of the difference in decibels below the RMS of a sine of amplitude 0.5, without `margin` samples at the
    /// ends.
    static func errorDecibels(_ output: [Float], _ expected: [Double], margin: Int) -> Double {
        let inner = margin..<(output.count - margin)
        let energy = inner.reduce(0.0) { $0 + pow(Double(output[$1]) - expected[$1], 2) }
        return 10 * log10(energy / Double(inner.count) / 0.125)
    }

    struct Pair: Sendable, CustomTestStringConvertible {
        let input: Int
        let output: Int
        var testDescription: String { "\(input)→\(output)" }
    }

    /// Down, up, small ratios, one with an unsupported prime, some that need interpolated phases, and very high rates.
    static let pairs = [
        Pair(input: 44_100, output: 16_000), Pair(input: 48_000, output: 16_000), Pair(input: 8000, output: 16_000),
        Pair(input: 11_025, output: 16_000), Pair(input: 192_000, output: 16_000), Pair(input: 44_056, output: 16_000),
        Pair(input: 16_001, output: 16_000), Pair(input: 16_000, output: 44_100), Pair(input: 22_000, output: 16_000),
        Pair(input: 767_999, output: 16_000),
    ]

    @Test(arguments: pairs, ResamplingQuality.allCases)
    func tonesInThePassbandArriveUnchanged(_ pair: Pair, _ quality: ResamplingQuality) throws {
        let lowerNyquist = Double(min(pair.input, pair.output)) / 2
        let passband = quality == .standard ? 0.90 : 0.913
        for fraction in [0.02, 0.3, 0.7, passband] {
            let frequency = lowerNyquist * fraction
            let count = pair.input / 4
            let output = try Self.resample(
                Self.sine(frequency, rate: pair.input, count: count), from: pair.input, to: pair.output,
                quality: quality)
            let expected = Self.sine(frequency, rate: pair.output, count: output.count)
            // ±0.02 dB alone would allow −53 dB here; the measured value shows how flat the passband is.
            let error = Self.errorDecibels(output, expected, margin: output.count / 4)
            #expect(
                error < (quality == .standard ? -105 : -118), "\(pair.testDescription) \(frequency) Hz: \(error) dB")
        }
    }

    @Test(arguments: [1.0001, 1.05, 1.3, 2.0, 2.7], ResamplingQuality.allCases)
    func tonesAboveTheNewNyquistAreGone(_ fraction: Double, _ quality: ResamplingQuality) throws {
        let output = try Self.resample(
            Self.sine(8000 * fraction, rate: 44_100, count: 22_050), from: 44_100, to: 16_000, quality: quality)
        let silence = [Double](repeating: 0, count: output.count)
        let level = Self.errorDecibels(output, silence, margin: output.count / 4)
        #expect(level < (quality == .standard ? -110 : -130), "\(8000 * fraction) Hz leaves \(level) dB")
    }

    @Test func upsamplingRemovesImages() throws {
        // 3.5 kHz at 8 kHz has its first image at 4.5 kHz, so any difference from the tone would be an image.
        let output = try Self.resample(Self.sine(3500, rate: 8000, count: 8000), from: 8000, to: 16_000)
        let expected = Self.sine(3500, rate: 16_000, count: output.count)
        #expect(Self.errorDecibels(output, expected, margin: 2000) < -110)
    }

    /// The oracle is 128-bit arithmetic.
    @Test func theLengthIsTheCeilingForAnyPair() {
        var generator = SplitMix64(seed: 7)
        for _ in 0..<5000 {
            let input = Int.random(in: Resampler.sampleRates, using: &generator)
            let output = Int.random(in: Resampler.sampleRates, using: &generator)
            let frameCount = Int.random(in: 0...1_000_000_000_000, using: &generator)
            let exact = (Int128(frameCount) * Int128(output) + Int128(input) - 1) / Int128(input)
            #expect(Int128(Resampler.outputCount(for: frameCount, from: input, to: output)) == exact)
        }
    }

    @Test(arguments: [0, 1, 2, 159, 160, 441, 442, 10_007]) func outputsHaveTheStatedLength(_ frameCount: Int) throws {
        for pair in [(44_100, 16_000), (8000, 16_000), (16_001, 16_000), (16_000, 16_000)] {
            let output = try Self.resample([Double](repeating: 0.1, count: frameCount), from: pair.0, to: pair.1)
            #expect(output.count == (frameCount * pair.1 + pair.0 - 1) / pair.0)
        }
    }

    @Test(arguments: [
        Pair(input: 44_100, output: 16_000), Pair(input: 44_056, output: 16_000), Pair(input: 8000, output: 48_000),
        Pair(input: 22_000, output: 16_000),
    ])
    func blockSizesLeaveNoTrace(_ pair: Pair) throws {
        var generator = SplitMix64(seed: 11)
        // Two batches of blocks and a remainder.
        let input = (0..<130_000).map { _ in Float.random(in: -1...1, using: &generator) }
        var whole = try Resampler(from: pair.input, to: pair.output)
        let expected = whole.process(input) + whole.finish()
        for largest in [1, 13, 500, 4096] {
            var parts = try Resampler(from: pair.input, to: pair.output)
            var output: [Float] = []
            var start = 0
            while start < input.count {
                let end = min(
                    input.count, start + Int.random(in: 0...largest, using: &generator) + (largest == 1 ? 1 : 0))
                output += parts.process(Array(input[start..<end]))
                start = end
            }
            output += parts.finish()
            #expect(output == expected, "blocks of up to \(largest)")
        }
    }

    @Test func impulsesKeepTheirPosition() throws {
        var input = [Double](repeating: 0, count: 4410)
        input[2205] = 1
        let output = try Self.resample(input, from: 44_100, to: 16_000)
        // 2205 · 160/441 = 800 exactly: the peak lies there, and the response is symmetric about it.
        #expect(output.indices.max { output[$0] < output[$1] } == 800)
        for distance in 1...300 {
            #expect(abs(output[800 + distance] - output[800 - distance]) < 1e-7)
        }
    }

    @Test func aConstantKeepsItsLevel() throws {
        for pair in Self.pairs {
            let output = try Self.resample(
                [Double](repeating: 0.25, count: pair.input / 8), from: pair.input, to: pair.output)
            let inner = output[(output.count / 3)..<(output.count * 2 / 3)]
            #expect(inner.allSatisfy { abs($0 - 0.25) < 2e-6 }, "\(pair.testDescription)")
        }
    }

    @Test func invalidRatesAreRejected() {
        for (input, output) in [(0, 16_000), (16_000, -1), (768_001, 16_000), (1, 768_001)] {
            expectMediaError(.invalidArgument) { _ = try Resampler(from: input, to: output) }
        }
    }
}
