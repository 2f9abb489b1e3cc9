/// Which inputs make up each output along one axis of a separable resize, and how much each of them counts.
///
/// Output `i` is centred at `(i + ½) · scale` in the coordinates of the input, `scale` being input over output count;
/// it takes the inputs whose centres lie within the filter's support, widened by `scale` when that is above one. Their
/// weights are normalised to a sum of one, so that edges neither darken nor brighten.
struct ResizeAxis {
    /// First input of each output.
    let starts: [Int32]
    /// Inputs of each output.
    let counts: [Int32]
    /// `stride` per output, the unused ones zero.
    let weights: [Double]
    let stride: Int

    var outputCount: Int { starts.count }

    /// - Parameter window: the outputs that are wanted; those of all `outputCount` are numbered from its start on.
    init(from inputCount: Int, to outputCount: Int, window: Range<Int>, filter: ResizeFilter) {
        let scale = Double(inputCount) / Double(outputCount)
        let filterScale = max(scale, 1)
        let support = filter.support * filterScale
        let inverse = 1 / filterScale
        // Not from a formula: rounding at both ends can give one more than the ideal width.
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

    /// The inputs of an output.
    func range(_ output: Int) -> Range<Int> {
        Int(starts[output])..<Int(starts[output]) + Int(counts[output])
    }

    /// The weights as numbers of 22 fractional bits, rounded to nearest, halves away from zero: an 8-bit channel times a
    /// weight, summed, then fits into 32 bits with two to spare.
    var fixedPointWeights: [Int32] {
        weights.map { Int32($0 * Double(1 << 22) + ($0 < 0 ? -0.5 : 0.5)) }
    }
}

extension ResizeAxis {
    /// The input that each output takes with the filter `.nearest`.
    ///
    /// Positions are summed up rather than multiplied, as Pillow does it: where a centre falls on the border of two
    /// pixels the rounding of the sum decides.
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
