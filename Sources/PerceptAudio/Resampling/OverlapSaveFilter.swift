import CKernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Low-pass filters and resamples in the frequency domain, for rates that factor into small primes.
///
/// Blocks of `inputRate·k` inputs, spaced one hop apart, are transformed, multiplied by the filter's frequency
/// response up to the lower Nyquist frequency, and transformed back as `outputRate·k` outputs. The outputs whose taps
/// lie within the block are kept (overlap-save: Oppenheim & Schafer, Discrete-Time Signal Processing, 8.7.3).
struct OverlapSaveFilter: Sendable {
    private let forward: TransformTables
    private let backward: TransformTables
    private let inputHop: Int
    private let outputHop: Int
    /// Radices of both transforms, then the source index of each point of the inverse transform.
    private let integers: [Int32]
    /// Twiddle factors of both transforms, then the response.
    private let factors: [Float]

    /// The number of blocks per batch.
    private static let blockCount = PerceptOverlapSaveBlocks
    /// The maximum number of complex points in both transforms. Eight SIMD lanes of them take 400 KB of a core's own
    /// cache.
    private static let mostPoints = 6400

    /// Creates a filter.
    ///
    /// - Parameter impulseResponse: Returns the response at a distance from the centre, in input samples. It is
    ///   symmetric, and zero from `tapCount / 2` on.
    /// - Returns: `nil` if the rates have prime factors above 7, or the taps are too long for a block.
    init?(inputRate: Int, outputRate: Int, tapCount: Int, impulseResponse: (Double) -> Double) {
        guard let size = Self.bestSize(inputRate: inputRate, outputRate: outputRate, tapCount: tapCount) else {
            return nil
        }
        forward = size.forward
        backward = size.backward
        inputHop = size.hop
        outputHop = size.hop / inputRate * outputRate

        let gains = Self.gains(
            count: (min(forward.length, backward.length) + 1) / 2, length: forward.length, tapCount: tapCount,
            impulseResponse: impulseResponse)
        var sources = [Int32](repeating: -1, count: backward.length)
        var response = [Float](repeating: 0, count: 2 * backward.length)
        for (frequency, gain) in gains.enumerated() {
            // Output 0 comes after the first half of its taps, so the spectrum is rotated by that many samples.
            let delay = frequency * (tapCount / 2 - 1) % forward.length
            let angle = 2 * Double.pi * Double(delay) / Double(forward.length)
            let scale = gain / Double(forward.length)
            for sign in frequency == 0 ? [1] : [1, -1] {
                let index = backward.index(of: sign * frequency)
                sources[index] = Int32(forward.index(of: sign * frequency))
                response[2 * index] = Float(scale * cos(angle))
                response[2 * index + 1] = Float(Double(sign) * scale * sin(angle))
            }
        }
        integers = (forward.radices + backward.radices).map { Int32($0) } + sources
        factors = (forward.twiddles() + backward.twiddles()).map { Float($0) } + response
    }

    /// The inputs that a batch needs, and the inputs that it consumes.
    var inputsPerBatch: (needed: Int, consumed: Int) {
        ((Self.blockCount - 1) * inputHop + forward.length, Self.blockCount * inputHop)
    }

    var outputsPerBatch: Int { Self.blockCount * outputHop }

    /// Computes `batchCount` batches, for which `input` must have enough samples.
    func process(_ input: [Float], batchCount: Int, scratch: inout KernelScratch) -> [Float] {
        withPlan { plan in
            var plan = plan
            return [Float](unsafeUninitializedCapacity: batchCount * outputsPerBatch) { output, initialized in
                scratch.withFloats(count: percept_overlap_save_scratch_count(&plan)) { scratch in
                    input.withUnsafeBufferPointer { input in
                        guard let source = input.baseAddress, let destination = output.baseAddress else { return }
                        for batch in 0..<batchCount {
                            percept_overlap_save(
                                &plan, source + batch * inputsPerBatch.consumed, scratch,
                                destination + batch * outputsPerBatch)
                        }
                    }
                }
                initialized = batchCount * outputsPerBatch
            }
        }
    }

    private func withPlan(_ body: (OverlapSave) -> [Float]) -> [Float] {
        integers.withUnsafeBufferPointer { integers in
            factors.withUnsafeBufferPointer { factors in
                guard let radices = integers.baseAddress, let twiddles = factors.baseAddress else { return [] }
                return body(
                    OverlapSave(
                        forward: FourierTransform(radices: radices, length: forward.length, twiddles: twiddles),
                        backward: FourierTransform(
                            radices: radices + forward.radices.count, length: backward.length,
                            twiddles: twiddles + forward.twiddleCount),
                        sources: radices + forward.radices.count + backward.radices.count,
                        response: twiddles + forward.twiddleCount + backward.twiddleCount, input_hop: inputHop,
                        output_hop: outputHop))
            }
        }
    }

    /// Returns the transform lengths that need the fewest passes per input sample.
    private static func bestSize(
        inputRate: Int, outputRate: Int, tapCount: Int
    ) -> (forward: TransformTables, backward: TransformTables, hop: Int)? {
        var best: (forward: TransformTables, backward: TransformTables, hop: Int)?
        var leastCost = Double.infinity
        for multiple in 1...max(1, mostPoints / (inputRate + outputRate)) {
            guard let forward = TransformTables(length: inputRate * multiple),
                let backward = TransformTables(length: outputRate * multiple),
                forward.length + backward.length <= mostPoints
            else { continue }
            let hop = (forward.length - tapCount + 1) / inputRate * inputRate
            // With an overlap above three quarters, adding up the taps directly is faster.
            guard hop >= forward.length / 4, hop > 0 else { continue }
            // Loading, filtering and storing cost one more pass each.
            let passes = forward.length * (forward.radices.count + 1) + backward.length * (backward.radices.count + 2)
            let cost = Double(passes) / Double(hop)
            if cost < leastCost { (best, leastCost) = ((forward, backward, hop), cost) }
        }
        return best
    }

    /// Returns the response at the first `count` frequencies of a transform of `length` points.
    ///
    /// Two samples of the impulse response per input sample are enough: their images lie deep in the stopband.
    private static func gains(
        count: Int, length: Int, tapCount: Int, impulseResponse: (Double) -> Double
    ) -> [Double] {
        let samples = (0..<tapCount).map { impulseResponse(Double($0) / 2) }
        let cosines = (0..<2 * length).map { cos(Double.pi * Double($0) / Double(length)) }
        return (0..<count).map { frequency in
            var sum = samples[0] / 2
            var angle = 0
            for sample in samples.dropFirst() {
                angle += frequency
                if angle >= cosines.count { angle -= cosines.count }
                sum += sample * cosines[angle]
            }
            return sum
        }
    }
}
