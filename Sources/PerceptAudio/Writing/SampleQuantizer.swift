/// Turns samples of full scale ±1 into integers: rounded to nearest (ties to even) and clamped, never wrapped.
struct SampleQuantizer {
    /// Samples that lay beyond the range of the integers and were clamped to its ends.
    private(set) var clampedCount = 0

    /// `x·2¹⁵`, within −32 768…32 767; planes are interleaved.
    mutating func quantizeToShorts(_ planes: [[Float]]) -> [Int16] {
        quantize(planes, scale: 0x1p15, lowest: -32_768, highest: 32_767) { Int16($0) }
    }

    /// `x·2²³`, within −8 388 608…8 388 607, in the upper 24 bits of 32; planes are interleaved.
    mutating func quantizeToUpper24Bits(_ planes: [[Float]]) -> [Int32] {
        quantize(planes, scale: 0x1p23, lowest: -8_388_608, highest: 8_388_607) { Int32($0) << 8 }
    }

    private mutating func quantize<Integer>(
        _ planes: [[Float]], scale: Float, lowest: Float, highest: Float, _ convert: (Float) -> Integer
    ) -> [Integer] {
        guard let frameCount = planes.first?.count else { return [] }
        var clamped = 0
        let samples = [Integer](unsafeUninitializedCapacity: frameCount * planes.count) { output, initialized in
            for (channel, plane) in planes.enumerated() {
                plane.withUnsafeBufferPointer { input in
                    for frame in 0..<frameCount {
                        // With the NaN check folded into the order of arguments: max(lowest, NaN) is `lowest`.
                        let rounded = (input[frame] * scale).rounded(.toNearestOrEven)
                        let inRange = Float.minimum(highest, Float.maximum(lowest, rounded))
                        clamped &+= rounded == inRange ? 0 : 1
                        output[frame * planes.count + channel] = convert(inRange)
                    }
                }
            }
            initialized = frameCount * planes.count
        }
        clampedCount += clamped
        return samples
    }
}
