import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// A filter is linear: its response to a·x + b·y is a times its response to x plus b times its response to y, within
/// the rounding of Float. Anything that treats loud samples differently from soft ones fails.
@Suite struct LinearityTests {
    @Test(arguments: [(44_100, 16_000), (8000, 16_000), (22_000, 16_000), (44_056, 16_000), (4800, 5)])
    func sumsAreKept(_ rates: (input: Int, output: Int)) throws {
        var generator = SplitMix64(seed: UInt64(rates.input))
        let count = 8000
        let (x, y) = (noise(count, &generator), noise(count, &generator))
        for _ in 0..<2 {
            let a = Float.random(in: -4...4, using: &generator)
            let b = Float.random(in: -0.01...0.01, using: &generator)
            let sum = try resample(zip(x, y).map { a * $0 + b * $1 }, rates)
            let (fromX, fromY) = (try resample(x, rates), try resample(y, rates))
            #expect(sum.count == fromX.count)
            for index in sum.indices {
                #expect(abs(sum[index] - (a * fromX[index] + b * fromY[index])) < 1e-5)
            }
        }
    }

    private func noise(_ count: Int, _ generator: inout SplitMix64) -> [Float] {
        (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
    }

    private func resample(_ input: [Float], _ rates: (input: Int, output: Int)) throws -> [Float] {
        var resampler = try Resampler(from: rates.input, to: rates.output)
        return resampler.process(input) + resampler.finish()
    }
}
