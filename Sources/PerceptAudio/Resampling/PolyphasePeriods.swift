import CKernels

/// The coefficients of a polyphase filter, laid out for the kernel that computes sixteen periods in parallel.
///
/// The coefficients repeat after `inputCount` inputs and `outputCount` outputs. Eight neighbouring outputs share one
/// pass over the inputs that any of them needs; the coefficients of unneeded inputs are zero.
struct PolyphasePeriods: Sendable {
    let inputCount: Int
    let outputCount: Int
    /// The number of inputs spanned by the outputs of a period.
    private let reach: Int
    private let groupLength: Int
    private let groupStarts: [Int32]
    private let coefficients: [Float]

    /// The number of periods per batch.
    static let laneCount = PerceptPolyphaseLanes
    private static let groupSize = PerceptPolyphaseGroup
    /// The minimum number of outputs per period. Shorter periods are repeated, to amortize the rearranging of the
    /// inputs.
    private static let fewestOutputs = 32

    /// Lays out the coefficients.
    ///
    /// - Parameter rows: `outputRate` rows of `tapCount` coefficients, for phases 0, 1, …; the rates have no common
    ///   divisor.
    init(rows: [Float], tapCount: Int, inputRate: Int, outputRate: Int) {
        let repeats = (Self.fewestOutputs + outputRate - 1) / outputRate
        let outputCount = outputRate * repeats
        let starts = (0..<outputCount).map { $0 * inputRate / outputRate }
        let groups = stride(from: 0, to: outputCount, by: Self.groupSize).map {
            $0..<min($0 + Self.groupSize, outputCount)
        }
        let span = groups.map { starts[$0.upperBound - 1] - starts[$0.lowerBound] }.max() ?? 0
        let groupLength = span + tapCount
        var coefficients = [Float](repeating: 0, count: groups.count * groupLength * Self.groupSize)
        for (index, group) in groups.enumerated() {
            for output in group {
                let row = output * inputRate % outputRate * tapCount
                let offset = starts[output] - starts[group.lowerBound]
                for tap in 0..<tapCount {
                    let position = (index * groupLength + offset + tap) * Self.groupSize + output - group.lowerBound
                    coefficients[position] = rows[row + tap]
                }
            }
        }
        inputCount = inputRate * repeats
        self.outputCount = outputCount
        self.groupLength = groupLength
        self.coefficients = coefficients
        groupStarts = groups.map { Int32(starts[$0.lowerBound]) }
        reach = groups.map { starts[$0.lowerBound] + groupLength }.max() ?? 0
    }

    /// The inputs that a batch of ``laneCount`` periods needs, and the inputs that it consumes.
    var inputsPerBatch: (needed: Int, consumed: Int) {
        ((Self.laneCount - 1) * inputCount + reach, Self.laneCount * inputCount)
    }

    var outputsPerBatch: Int { Self.laneCount * outputCount }

    /// Computes `batchCount` batches, for which `input` must have enough samples.
    func process(_ input: [Float], batchCount: Int, scratch: inout KernelScratch) -> [Float] {
        coefficients.withUnsafeBufferPointer { coefficients in
            groupStarts.withUnsafeBufferPointer { groupStarts in
                var period = PolyphasePeriod(
                    coefficients: coefficients.baseAddress, group_starts: groupStarts.baseAddress,
                    group_count: groupStarts.count, group_length: groupLength, reach: reach, input_count: inputCount,
                    output_count: outputCount)
                return [Float](unsafeUninitializedCapacity: batchCount * outputsPerBatch) { output, initialized in
                    scratch.withFloats(count: percept_polyphase_scratch_count(&period)) { scratch in
                        input.withUnsafeBufferPointer { input in
                            guard let source = input.baseAddress, let destination = output.baseAddress else { return }
                            for batch in 0..<batchCount {
                                percept_polyphase_periods(
                                    &period, source + batch * inputsPerBatch.consumed, scratch,
                                    destination + batch * outputsPerBatch)
                            }
                        }
                    }
                    initialized = batchCount * outputsPerBatch
                }
            }
        }
    }
}
