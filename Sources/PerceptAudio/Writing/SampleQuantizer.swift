/// Turns samples of full scale ±1 into integers: rounded to nearest (ties to even) and clamped, never wrapped.
struct SampleQuantizer {
    /// Samples that lay beyond the range of the integers and were clamped to its ends, before any dither: the count is about the
    /// recording, not about the noise. NaN, which is no number at all, counts too.
    private(set) var clampedCount = 0
    private let dither: Dither?
    /// Frames so far.
    private var frameCount = 0

    init(dither: Dither? = nil) {
        self.dither = dither
    }

    /// `x·2¹⁵`, within −32 768…32 767; planes are interleaved.
    mutating func quantizeToShorts(_ planes: [[Float]]) -> [Int16] {
        // Added to a value below 2²², 1.5·2²³ leaves no bits for a fraction: the addition itself rounds, to nearest, ties to
        // even, and the low bits of the sum are the integer. Unlike a rounding instruction, every vector unit has that.
        let magic: Float = 0x1.8p23
        return quantize(planes, scale: 0x1p15, lowest: -32_768, highest: 32_767) {
            Int16(truncatingIfNeeded: ($0 + magic).bitPattern)
        }
    }

    /// `x·2²³`, within −8 388 608…8 388 607, in the upper 24 bits of 32; planes are interleaved.
    mutating func quantizeToUpper24Bits(_ planes: [[Float]]) -> [Int32] {
        quantize(planes, scale: 0x1p23, lowest: -8_388_608, highest: 8_388_607) {
            Int32($0.rounded(.toNearestOrEven)) << 8
        }
    }

    /// - Parameter convert: rounds a value that lies within `lowest…highest`.
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
                    // A stride of one, known when this is compiled, is what lets the loop use vectors.
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

    /// The sum is made in Double: near full scale a Float has no bits left for the noise.
    private mutating func quantize<Integer: FixedWidthInteger>(
        _ planes: [[Float]], _ dither: Dither, scale: Float, lowest: Float, highest: Float
    ) -> [Integer] {
        let (start, blockLength, channelCount) = (frameCount, planes.first?.count ?? 0, planes.count)
        // 24 bits go to the upper end of 32.
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

    /// 1 for a value that rounds to an integer out of range: the tie at the upper end goes to the even one, which is.
    @inline(__always)
    private static func isBeyond(_ scaled: Float, _ lowest: Float, _ highest: Float) -> Int {
        scaled < highest + 0.5 && scaled >= lowest - 0.5 ? 0 : 1
    }

    /// With the arguments in this order NaN becomes `lowest`.
    @inline(__always)
    private static func clamp(_ scaled: Float, _ lowest: Float, _ highest: Float) -> Float {
        let raised = scaled > lowest ? scaled : lowest
        return raised < highest ? raised : highest
    }
}
