/// A first stage for rates that lie very far apart: keeps one of so many samples, and leaves the rest of the way to another filter.
///
/// What that filter keeps is passed unchanged, and all that would fold onto it is gone; between the two frequencies anything may be left,
/// which is why few coefficients are enough. Output `m` lies at input position `m·factor`, from `-leadCount` on: before the first
/// input the response has begun already, and the next filter is to see it.
struct IntegerDecimator: Sendable {
    let factor: Int
    /// Outputs before that at input position 0.
    let leadCount: Int
    /// Double, like the sums: of a hundred thousand products in Float the rounding would be heard.
    private let coefficients: [Double]
    /// Input that is still needed; the next output's first tap falls on the first of them.
    private var pending: [Float]

    /// One filter does all the way up to so many coefficients, 5 MB of them in its table.
    private static let mostTaps = 1 << 17
    /// What is left of the ratio of the rates for the next filter: little, since that adds up its products in Float.
    private static let remainingRatio = 8

    /// - Returns: `nil` where the rates are near enough to do without.
    init?(from inputRate: Int, to outputRate: Int, quality: ResamplingQuality) {
        let nyquist = 0.5 * Double(outputRate) / Double(inputRate)
        let tapCount = WindowedSinc.tapCount(
            transition: nyquist * (1 - quality.passband), attenuation: quality.attenuation)
        guard tapCount > Self.mostTaps, inputRate / outputRate > 2 * Self.remainingRatio else { return nil }
        factor = inputRate / (outputRate * Self.remainingRatio)
        // 6 dB more, since what either filter leaves may add up.
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

    /// The outputs to which any input contributes still; those behind them are 0.
    mutating func finish() -> [Float] {
        process([Float](repeating: 0, count: coefficients.count))
    }

    /// Four sums side by side, which a processor adds to at a time.
    private func sum(_ samples: UnsafeBufferPointer<Float>, from start: Int) -> Double {
        coefficients.withUnsafeBufferPointer { coefficients in
            var (first, second, third, fourth) = (0.0, 0.0, 0.0, 0.0)
            var tap = 0
            // The taps are a multiple of 16.
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
