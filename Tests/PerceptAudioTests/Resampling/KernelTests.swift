import CKernels
import PerceptTestSupport
import Testing

@testable import PerceptAudio

/// Every implementation that this processor has agrees with sums in Double to within the rounding of Float.
@Suite struct KernelTests {
    static let kernels = [PerceptKernelScalar, PerceptKernelAVX2, PerceptKernelAVX512].filter {
        $0.rawValue <= percept_best_kernel().rawValue
    }

    @Test(arguments: [(441, 160), (3, 1), (1, 2), (12, 1), (320, 441), (7, 5)])
    func periodsAreTheSumsThatTheyStandFor(_ rates: (input: Int, output: Int)) {
        var generator = SplitMix64(seed: UInt64(rates.input))
        let tapCount = 48
        let rows = (0..<rates.output * tapCount).map { _ in Float.random(in: -1...1, using: &generator) }
        let periods = PolyphasePeriods(rows: rows, tapCount: tapCount, inputRate: rates.input, outputRate: rates.output)
        let (needed, consumed) = periods.inputsPerBatch
        let input = (0..<needed + consumed).map { _ in Float.random(in: -1...1, using: &generator) }
        for kernel in Self.kernels {
            let output = periods.process(input, batchCount: 2, kernel: kernel)
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

    @Test func interpolationMeetsItsRowsExactly() {
        var generator = SplitMix64(seed: 5)
        let (tapCount, density) = (32, 8)
        let rows = (0..<(density + 3) * tapCount).map { _ in Float.random(in: -1...1, using: &generator) }
        let input = (0..<200).map { _ in Float.random(in: -1...1, using: &generator) }
        for kernel in Self.kernels {
            // Phases in eighths of a sample fall on the rows: the cubic is its own node there.
            var state = PolyphaseState(position: 0, phase: 0, phaseCount: 8, step: 1, phaseStep: 3)
            var output = [Float](repeating: 0, count: 100)
            percept_polyphase_cubic(kernel, &state, input, rows, tapCount, density, &output, output.count)
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
