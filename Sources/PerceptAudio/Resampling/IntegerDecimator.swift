/// A first stage for distant rates: keeps every `factor`-th sample and leaves the rest to another filter.
///
/// Frequencies that the next filter keeps pass unchanged, and everything that would alias onto them is removed. Between
/// the two, anything may remain, so few coefficients are enough. Output `m` lies at input position `m·factor`. Outputs
/// start at `-leadCount`, because the filter responds before the first input and the next stage needs that part.
struct IntegerDecimator: Sendable {
    let factor: Int
    /// The number of outputs before input position 0.
    let leadCount: Int
    /// Coefficients in Double, like the sums: with a hundred thousand products in Float, rounding would be audible.
    private let coefficients: [Double]
    /// Input that is still needed; the next output's first tap falls on its first sample.
    private var pending: [Float]

    /// The maximum number of taps that a single filter handles alone (a table of 5 MB).
    private static let mostTaps = 1 << 17
    /// The rate ratio left to the next filter: small, since that filter adds its products in Float.
    private static let remainingRatio = 8

    /// Creates a decimator, or returns `nil` if the rates are close enough for a single filter.
    init?(from inputRate: Int, to outputRate: Int, quality: ResamplingQuality) {
        let nyquist = 0.5 * Double(outputRate) / Double(inputRate)
        let tapCount = WindowedSinc.tapCount(
            transition: nyquist * (1 - quality.passband), attenuation: quality.attenuation)
        guard tapCount > Self.mostTaps, inputRate / outputRate > 2 * Self.remainingRatio else { return nil }
        factor = inputRate / (outputRate * Self.remainingRatio)
        // 6 dB more, since the residues of both filters may add up.
        let spacing = 1 / Double(factor)
        let kernel = WindowedSinc(
            stopband: spacing - nyquist, transition: spacing - 2 * nyquist, attenuation: quality.attenuation + 6)
        let half = kernel.tapCount / 2
        coefficients = (0..<kernel.tapCount).map { kernel.value(at: Double(half - 1 - $0)) }
        leadCount = (half + factor - 1) / factor
        pending = Array(repeating: 0, count: leadCount * factor + half - 1)
    }

    mutating func process(_ block: [Float]) -> [Float] {
        pending.append(contentsOf: block)
        guard pending.count >= coefficients.count else { return [] }
        let count = (pending.count - coefficients.count) / factor + 1
        let output = pending.withUnsafeBufferPointer { samples in
            (0..<count).map { Float(sum(samples, from: $0 * factor)) }
        }
        pending.removeFirst(count * factor)
        return output
    }

    /// Returns the outputs that still depend on input; all later ones are 0.
    mutating func finish() -> [Float] {
        process([Float](repeating: 0, count: coefficients.count))
    }

    /// Adds in four independent sums, which the processor computes in parallel.
    private func sum(_ samples: UnsafeBufferPointer<Float>, from start: Int) -> Double {
        coefficients.withUnsafeBufferPointer { coefficients in
            var (first, second, third, fourth) = (0.0, 0.0, 0.0, 0.0)
            var tap = 0
            // The number of taps is a multiple of 16.
            while tap < coefficients.count {
                first += Double(samples[start &+ tap]) * coefficients[tap]
                second += Double(samples[start &+ tap &+ 1]) * coefficients[tap &+ 1]
                third += Double(samples[start &+ tap &+ 2]) * coefficients[tap &+ 2]
                fourth += Double(samples[start &+ tap &+ 3]) * coefficients[tap &+ 3]
                tap &+= 4
            }
            return first + second + third + fourth
        }
    }
}
