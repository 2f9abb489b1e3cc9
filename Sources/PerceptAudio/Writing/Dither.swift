/// Noise added before samples are rounded to integers, so that the rounding error is noise whatever the signal.
///
/// The noise is the difference of two uniform random numbers, which has a triangular probability density (TPDF) from
/// −1 to 1 quantization step, mean 0 and variance 1/6 step². With the 1/12 of the rounding itself, the error has
/// mean 0 and variance 1/4 step², both independent of the signal (Lipshitz, Wannamaker & Vanderkooy, Quantization and
/// Dither, J. AES 40, 1992). Sounds softer than a step remain audible below the noise, without distortion. Silence
/// becomes noise too, which makes a FLAC file larger.
///
/// The noise depends only on the seed, the channel and the frame: equal seeds give equal bytes on every platform and
/// for any block size, and no two channels have the same noise.
public struct Dither: Sendable, Hashable, Codable {
    /// The seed; each value gives different noise of the same kind.
    public var seed: UInt64

    /// Creates a dither from a seed.
    public init(seed: UInt64) {
        self.seed = seed
    }

    /// Returns the noise of one channel.
    func noise(channel: Int) -> Noise {
        // Scrambled twice, so that neighbouring seeds or channels do not give the same numbers a few frames apart.
        Noise(key: Self.scrambled(seed ^ Self.scrambled(UInt64(truncatingIfNeeded: channel) &* Self.increment)))
    }

    /// SplitMix64 (Steele, Lea & Flood 2014). Its state is a counter, so each number is computed independently.
    struct Noise {
        fileprivate let key: UInt64

        /// The noise at a frame in quantization steps, −1…1; a multiple of 2⁻²⁴.
        subscript(frame: Int) -> Double {
            let count = UInt64(truncatingIfNeeded: frame) &+ 1
            let bits = Dither.scrambled(key &+ count &* Dither.increment)
            return Double(Int32(truncatingIfNeeded: bits >> 40) - Int32(truncatingIfNeeded: bits & 0xFF_FFFF)) * 0x1p-24
        }
    }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func scrambled(_ state: UInt64) -> UInt64 {
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
