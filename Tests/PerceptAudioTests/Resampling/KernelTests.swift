import CKernels
import Foundation
import PerceptTestSupport
import Testing

@testable import PerceptAudio

/// Every implementation available on this processor agrees with sums in Double, within the rounding of Float.
@Suite struct KernelTests {
    @Test(arguments: [(441, 160), (3, 1), (1, 2), (12, 1), (320, 441), (7, 5)])
    func periodsEqualTheirDefinition(_ rates: (input: Int, output: Int)) {
        var generator = SplitMix64(seed: UInt64(rates.input))
        let tapCount = 48
        let rows = (0..<rates.output * tapCount).map { _ in Float.random(in: -1...1, using: &generator) }
        let periods = PolyphasePeriods(rows: rows, tapCount: tapCount, inputRate: rates.input, outputRate: rates.output)
        let (needed, consumed) = periods.inputsPerBatch
        let input = (0..<needed + consumed).map { _ in Float.random(in: -1...1, using: &generator) }
        for kernel in supportedKernels {
            var scratch = KernelScratch()
            let output = withKernel(kernel) { periods.process(input, batchCount: 2, scratch: &scratch) }
            #expect(output.count == 2 * periods.outputsPerBatch)
            for (n, value) in output.enumerated() {
                let start = n * rates.input / rates.output
                let row = n * rates.input % rates.output * tapCount
                let products = (0..<tapCount).map { tap in Double(input[start + tap]) * Double(rows[row + tap]) }
                let sum: Double = products.reduce(0, +)
                let scale: Double = products.reduce(0) { $0 + abs($1) }
                #expect(abs(Double(value) - sum) <= scale * 3e-6, "kernel \(kernel.rawValue), output \(n)")
            }
        }
    }

    /// The oracle is the polyphase sum over the same impulse response, in Double. The rates cover every radix, down and
    /// up.
    @Test(arguments: [(441, 160), (160, 441), (3, 1), (1, 2), (1, 1), (147, 160), (25, 12), (49, 5), (16, 3)])
    func blocksEqualTheirDefinition(_ rates: (input: Int, output: Int)) throws {
        var generator = SplitMix64(seed: UInt64(rates.input))
        let cutoff = 0.43 * min(1, Double(rates.output) / Double(rates.input))
        let tapCount = Int(120 / cutoff) / 16 * 16
        let halfWidth = Double(tapCount / 2)
        // A sinc with a Gaussian window that ends at −140 dB.
        func impulseResponse(_ x: Double) -> Double {
            guard abs(x) < halfWidth else { return 0 }
            let angle = 2 * Double.pi * cutoff * x
            return (angle == 0 ? 1 : sin(angle) / angle) * 2 * cutoff * exp(-16 * (x / halfWidth) * (x / halfWidth))
        }
        let blocks = try #require(
            OverlapSaveFilter(
                inputRate: rates.input, outputRate: rates.output, tapCount: tapCount,
                impulseResponse: impulseResponse))
        let (needed, consumed) = blocks.inputsPerBatch
        #expect(consumed * rates.output == blocks.outputsPerBatch * rates.input)
        let input = (0..<needed + consumed).map { _ in Float.random(in: -1...1, using: &generator) }
        for kernel in supportedKernels {
            var scratch = KernelScratch()
            let output = withKernel(kernel) { blocks.process(input, batchCount: 2, scratch: &scratch) }
            #expect(output.count == 2 * blocks.outputsPerBatch)
            // A prime stride reaches every position within a block.
            for n in stride(from: 0, to: output.count, by: 101) {
                let (start, phase) = (n * rates.input).quotientAndRemainder(dividingBy: rates.output)
                let centre = Double(phase) / Double(rates.output) + halfWidth - 1
                var sum = 0.0
                for tap in 0..<tapCount { sum += Double(input[start + tap]) * impulseResponse(centre - Double(tap)) }
                #expect(abs(Double(output[n]) - sum) < 1e-6, "kernel \(kernel.rawValue), output \(n)")
            }
        }
    }

    @Test func largePrimesAndLongTapsDoNotUseBlocks() {
        for (input, output, tapCount) in [(11, 8, 224), (8, 13, 160), (5507, 2000, 416), (48, 1, 7216)] {
            let blocks = OverlapSaveFilter(inputRate: input, outputRate: output, tapCount: tapCount) { _ in 0 }
            #expect(blocks == nil, "\(input):\(output)")
        }
    }

    @Test func interpolationReturnsItsRowsAtTheirPhases() {
        var generator = SplitMix64(seed: 5)
        let (tapCount, density) = (32, 8)
        let rows = (0..<(density + 3) * tapCount).map { _ in Float.random(in: -1...1, using: &generator) }
        let input = (0..<200).map { _ in Float.random(in: -1...1, using: &generator) }
        for kernel in supportedKernels {
            // Phases in eighths of a sample fall on the rows: the cubic is its own node there.
            var state = PolyphaseState(position: 0, phase: 0, phase_count: 8, step: 1, phase_step: 3)
            var output = [Float](repeating: 0, count: 100)
            withKernel(kernel) {
                percept_polyphase_cubic(&state, input, rows, tapCount, density, &output, output.count)
            }
            for (n, value) in output.enumerated() {
                let (start, phase) = (n * 11).quotientAndRemainder(dividingBy: 8)
                let row = (phase + 1) * tapCount
                let products = (0..<tapCount).map { tap in Double(input[start + tap]) * Double(rows[row + tap]) }
                let expected: Double = products.reduce(0, +)
                #expect(abs(Double(value) - expected) < 1e-5)
            }
            #expect(state.position == 137)
            #expect(state.phase == 4)
        }
    }
}
