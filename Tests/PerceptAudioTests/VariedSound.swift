import PerceptTestSupport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Sound that takes an encoder through all that it can do: silence, a constant, tones, noise, a ramp, bits that are
/// always zero, full scale, all but nothing; channels that are alike, opposite or neither.
enum VariedSound {
    /// Integers of `bitDepth` bits as Floats, in sections of different nature.
    static func planes(channelCount: Int, bitDepth: Int, frameCount: Int) -> [[Float]] {
        var random = SplitMix64(seed: UInt64(bitDepth * 10 + channelCount))
        let fullScale = Float(1 << (bitDepth - 1))
        var common: [Double] = []
        for frame in 0..<frameCount {
            let noise = Double.random(in: -1...1, using: &random)
            let time = Double(frame)
            switch frame * 9 / frameCount {
            case 0: common.append(0)
            case 1: common.append(0.25)
            case 2: common.append(0.9 * sin(time / 20))
            case 3: common.append(0.4 * sin(time / 7) + 0.3 * sin(time / 3.3) + 0.01 * noise)
            case 4: common.append(noise)
            case 5: common.append((time / 4096).truncatingRemainder(dividingBy: 1) * 2 - 1)
            case 6: common.append((0.5 * sin(time / 11) * 64).rounded() / 64)
            case 7: common.append(noise < 0 ? -1 : 1)
            default: common.append(0.001 * noise)
            }
        }
        return (0..<channelCount).map { channel in
            common.indices.map { frame in
                let differs = Double.random(in: -0.01...0.01, using: &random) * Double(channel)
                let value = max(-1, min(1, channel == 3 ? -common[frame] : common[frame] + differs))
                return max(-fullScale, min(fullScale - 1, (Float(value) * fullScale).rounded())) / fullScale
            }
        }
    }
}
