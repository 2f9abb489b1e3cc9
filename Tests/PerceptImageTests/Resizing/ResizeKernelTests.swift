import CKernels
import PerceptTestSupport
import Testing

private func split(_ weights: [Int32]) -> [Int16] {
    var split = [Int16](repeating: 0, count: 2 * weights.count)
    percept_split_weights(weights, weights.count, &split)
    return split
}

/// The kernels of this machine compared with plain C.
@Suite struct ResizeKernelTests {
    private struct Axis {
        var starts: [Int32] = []
        var counts: [Int32] = []
        var weights: [Int32] = []
        var splitWeights: [Int16] { split(weights) }
        let stride: Int

        /// Windows of any width anywhere in the row, including both ends.
        init(inputCount: Int, outputCount: Int, largestCount: Int, _ generator: inout SplitMix64) {
            stride = (largestCount + 4 + 7) / 8 * 8
            for output in 0..<outputCount {
                let count = Int.random(in: 1...min(largestCount, inputCount), using: &generator)
                let start =
                    output % 5 == 0 ? inputCount - count : Int.random(in: 0...inputCount - count, using: &generator)
                starts.append(Int32(start))
                counts.append(Int32(count))
                // Values of both signs, so large that sums exceed 0…255 at both ends.
                let row = (0..<stride).map { index in
                    index < count
                        ? Int32.random(in: -2_000_000...3_000_000, using: &generator) / Int32(max(1, count / 4)) : 0
                }
                weights += row
            }
        }
    }

    @Test(arguments: 1...4) func rowsEqualPlainC(channelCount: Int) {
        var generator = SplitMix64(seed: UInt64(channelCount))
        for _ in 0..<200 {
            let inputCount = Int.random(in: 1...90, using: &generator)
            let outputCount = Int.random(in: 1...40, using: &generator)
            let axis = Axis(inputCount: inputCount, outputCount: outputCount, largestCount: 37, &generator)
            // Exactly as long as needed, so that a sanitizer detects reads past the end.
            let input = (0..<inputCount * channelCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
            var fast = [UInt8](repeating: 0, count: outputCount * channelCount)
            var plain = fast
            let splitWeights = axis.splitWeights
            axis.starts.withUnsafeBufferPointer { starts in
                axis.counts.withUnsafeBufferPointer { counts in
                    axis.weights.withUnsafeBufferPointer { weights in
                        splitWeights.withUnsafeBufferPointer { split in
                            var raw = ImageResizeAxis(
                                starts: starts.baseAddress, counts: counts.baseAddress, weights: weights.baseAddress,
                                split_weights: split.baseAddress, stride: axis.stride, output_count: outputCount)
                            percept_resize_row(input, inputCount, &fast, &raw, Int32(channelCount))
                            withKernel(PerceptKernelScalar) {
                                percept_resize_row(input, inputCount, &plain, &raw, Int32(channelCount))
                            }
                        }
                    }
                }
            }
            #expect(fast == plain)
        }
    }

    /// By hand: 4,095 = 0 · 4,096 + 4,095; 4,096 = 1 · 4,096 + 0; -1 = -1 · 4,096 + 4,095; the largest is 2²⁷ - 1.
    @Test func weightsAreSplitInGroupsOfFour() {
        #expect(
            split([4095, 4096, -1, -4097, 0, 1, (1 << 27) - 1, -(1 << 27)]) == [
                0, 1, -1, -2, 4095, 0, 4095, 4095, 0, 0, 32767, -32768, 0, 1, 4095, 0,
            ])
    }

    @Test func columnsEqualPlainC() {
        var generator = SplitMix64(seed: 99)
        for count in [1, 7, 31, 32, 33, 64, 100, 257] {
            for rowCount in [1, 2, 5, 24, 61] {
                let storage = (0..<rowCount * count).map { _ in UInt8.random(in: 0...255, using: &generator) }
                let weights = (0..<rowCount).map { _ in
                    Int32.random(in: -2_000_000...3_000_000, using: &generator) / Int32(max(1, rowCount / 4))
                }
                var fast = [UInt8](repeating: 0, count: count)
                var plain = fast
                storage.withUnsafeBufferPointer { storage in
                    let rows = (0..<rowCount).map { row in storage.baseAddress.map { $0 + row * count } }
                    percept_resize_column(rows, weights, rowCount, &fast, count)
                    withKernel(PerceptKernelScalar) {
                        percept_resize_column(rows, weights, rowCount, &plain, count)
                    }
                }
                #expect(fast == plain)
            }
        }
    }

    /// Every value with every alpha, compared with the quotient: rounded to nearest when premultiplying, truncated when
    /// unpremultiplying, like Pillow's conversions between RGBA and RGBa.
    @Test(arguments: [2, 4]) func premultiplyingIsExact(channelCount: Int32) {
        for alpha in 0...255 {
            var pixels = (0...255).flatMap { value in
                [UInt8](repeating: UInt8(value), count: Int(channelCount) - 1) + [UInt8(alpha)]
            }
            var back = pixels
            percept_premultiply(&pixels, 256, channelCount)
            percept_unpremultiply(&back, 256, channelCount)
            for value in 0...255 {
                let first = value * Int(channelCount)
                let product = (Double(value * alpha) / 255).rounded()
                let quotient = alpha == 0 ? value : min(255, 255 * value / alpha)
                for channel in first..<first + Int(channelCount) - 1 {
                    #expect(Double(pixels[channel]) == product)
                    #expect(Int(back[channel]) == quotient)
                }
                #expect(pixels[first + Int(channelCount) - 1] == UInt8(alpha))
            }
        }
    }
}
