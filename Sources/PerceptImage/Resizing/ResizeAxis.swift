/// The inputs and weights of each output along one axis of a separable resize.
///
/// Output `i` is centred at `(i + ½) · scale` in input coordinates, where `scale` is the input count divided by the
/// output count. It uses the inputs with centres within the filter's support, which is widened by `scale` if that is
/// above 1. Weights are normalized to a sum of 1, so that edges neither darken nor brighten.
struct ResizeAxis {
    /// The first input of each output.
    let starts: [Int32]
    /// The number of inputs of each output.
    let counts: [Int32]
    /// The weights, `stride` per output; unused ones are zero.
    let weights: [Double]
    let stride: Int

    var outputCount: Int { starts.count }

    /// Computes the axis.
    ///
    /// - Parameter window: The range of outputs to compute, within `0..<outputCount`.
    init(from inputCount: Int, to outputCount: Int, window: Range<Int>, filter: ResizeFilter) {
        let scale = Double(inputCount) / Double(outputCount)
        let filterScale = max(scale, 1)
        let support = filter.support * filterScale
        let inverse = 1 / filterScale
        // Not computed by formula: rounding at both ends can give one more than the ideal width.
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(window.count)
        for output in window {
            let center = (Double(output) + 0.5) * scale
            let start = max(0, Int(center - support + 0.5))
            ranges.append(start..<max(start, min(inputCount, Int(center + support + 0.5))))
        }
        let stride = ranges.map(\.count).max() ?? 0
        var weights = [Double](repeating: 0, count: stride * window.count)
        for (output, range) in ranges.enumerated() {
            let center = (Double(window.lowerBound + output) + 0.5) * scale
            var sum = 0.0
            for (offset, input) in range.enumerated() {
                let weight = filter.weight(at: (Double(input) - center + 0.5) * inverse)
                weights[output * stride + offset] = weight
                sum += weight
            }
            guard sum != 0 else { continue }
            for offset in 0..<range.count { weights[output * stride + offset] /= sum }
        }
        self.starts = ranges.map { Int32($0.lowerBound) }
        self.counts = ranges.map { Int32($0.count) }
        self.weights = weights
        self.stride = stride
    }

    /// Returns the inputs of an output.
    func range(_ output: Int) -> Range<Int> {
        Int(starts[output])..<Int(starts[output]) + Int(counts[output])
    }

    /// The weights with 22 fractional bits, rounded to nearest, halves away from zero. The weighted sum of 8-bit
    /// channels then fits in 32 bits with two bits to spare.
    var fixedPointWeights: [Int32] {
        weights.map { Int32($0 * Double(1 << 22) + ($0 < 0 ? -0.5 : 0.5)) }
    }
}

extension ResizeAxis {
    /// Returns the input of each output for the filter `.nearest`.
    ///
    /// Positions are added up rather than multiplied, as in Pillow: if a centre falls on the border of two pixels, the
    /// rounding of the sum decides.
    static func nearestInputs(from inputCount: Int, to outputCount: Int, window: Range<Int>) -> [Int] {
        let scale = Double(inputCount) / Double(outputCount)
        var position = scale * 0.5
        var inputs: [Int] = []
        inputs.reserveCapacity(window.count)
        for output in 0..<window.upperBound {
            if output >= window.lowerBound { inputs.append(min(Int(position), inputCount - 1)) }
            position += scale
        }
        return inputs
    }
}
