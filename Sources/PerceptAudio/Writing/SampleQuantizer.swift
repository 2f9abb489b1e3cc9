/// Converts samples with full scale at ±1 to integers: rounded to nearest (ties to even) and clamped, never wrapped.
struct SampleQuantizer {
    /// The number of samples beyond the integer range, which were clamped. It is counted before dither, so that it
    /// describes the recording and not the noise. NaN counts too.
    private(set) var clampedCount = 0
    private let dither: Dither?
    /// The number of frames so far.
    private var frameCount = 0

    init(dither: Dither? = nil) {
        self.dither = dither
    }

    /// Returns `x·2¹⁵` within −32 768…32 767, interleaved.
    mutating func quantizeToShorts(_ planes: [[Float]]) -> [Int16] {
        // Adding 1.5·2²³ to a value below 2²² leaves no bits for a fraction, so the addition rounds to nearest,
        // ties to even, and the low bits of the sum are the integer. Unlike a rounding instruction, this works on every
        // vector unit.
        let magic: Float = 0x1.8p23
        return quantize(planes, scale: 0x1p15, lowest: -32_768, highest: 32_767) {
            Int16(truncatingIfNeeded: ($0 + magic).bitPattern)
        }
    }

    /// Returns `x·2²³` within −8 388 608…8 388 607, in the upper 24 of 32 bits, interleaved.
    mutating func quantizeToUpper24Bits(_ planes: [[Float]]) -> [Int32] {
        quantize(planes, scale: 0x1p23, lowest: -8_388_608, highest: 8_388_607) {
            Int32($0.rounded(.toNearestOrEven)) << 8
        }
    }

    /// Quantizes without dither.
    ///
    /// - Parameter convert: Rounds a value within `lowest…highest`.
    @inline(__always)
    private mutating func quantize<Integer: FixedWidthInteger>(
        _ planes: [[Float]], scale: Float, lowest: Float, highest: Float, _ convert: (Float) -> Integer
    ) -> [Integer] {
        guard let frameCount = planes.first?.count else { return [] }
        if let dither { return quantize(planes, dither, scale: scale, lowest: lowest, highest: highest) }
        let channelCount = planes.count
        var clamped = 0
        let samples = [Integer](unsafeUninitializedCapacity: frameCount * channelCount) { output, initialized in
            for (channel, plane) in planes.enumerated() {
                plane.withUnsafeBufferPointer { input in
                    // A stride known to be 1 at compile time allows the loop to be vectorized.
                    if channelCount == 1 {
                        for frame in 0..<frameCount {
                            let scaled = input[frame] * scale
                            clamped &+= Self.isBeyond(scaled, lowest, highest)
                            output[frame] = convert(Self.clamp(scaled, lowest, highest))
                        }
                    } else {
                        for frame in 0..<frameCount {
                            let scaled = input[frame] * scale
                            clamped &+= Self.isBeyond(scaled, lowest, highest)
                            output[frame * channelCount + channel] = convert(Self.clamp(scaled, lowest, highest))
                        }
                    }
                }
            }
            initialized = frameCount * channelCount
        }
        clampedCount += clamped
        return samples
    }

    /// Quantizes with dither. The sum is in Double: near full scale, a Float has no bits left for the noise.
    private mutating func quantize<Integer: FixedWidthInteger>(
        _ planes: [[Float]], _ dither: Dither, scale: Float, lowest: Float, highest: Float
    ) -> [Integer] {
        let (start, blockLength, channelCount) = (frameCount, planes.first?.count ?? 0, planes.count)
        // 24 bits go into the upper end of 32.
        let shift = Integer.bitWidth == 32 ? 8 : 0
        var clamped = 0
        let samples = [Integer](unsafeUninitializedCapacity: blockLength * channelCount) { output, initialized in
            for (channel, plane) in planes.enumerated() {
                let noise = dither.noise(channel: channel)
                for (frame, sample) in plane.enumerated() {
                    let scaled = sample * scale
                    clamped &+= Self.isBeyond(scaled, lowest, highest)
                    let dithered = Double(Self.clamp(scaled, lowest, highest)) + noise[start &+ frame]
                    let rounded = min(max(dithered.rounded(.toNearestOrEven), Double(lowest)), Double(highest))
                    output[frame * channelCount + channel] = Integer(truncatingIfNeeded: Int(rounded)) << shift
                }
            }
            initialized = blockLength * channelCount
        }
        frameCount += blockLength
        clampedCount += clamped
        return samples
    }

    /// Returns 1 for a value that rounds to an integer out of range; the tie at the upper end rounds to even, which is
    /// out of range.
    @inline(__always)
    private static func isBeyond(_ scaled: Float, _ lowest: Float, _ highest: Float) -> Int {
        scaled < highest + 0.5 && scaled >= lowest - 0.5 ? 0 : 1
    }

    /// Clamps a value. With the arguments in this order, NaN becomes `lowest`.
    @inline(__always)
    private static func clamp(_ scaled: Float, _ lowest: Float, _ highest: Float) -> Float {
        let raised = scaled > lowest ? scaled : lowest
        return raised < highest ? raised : highest
    }
}
