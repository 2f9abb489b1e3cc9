/// Noise that is added before samples are rounded to integers, so that the error is noise as well, whatever the signal.
///
/// The difference of two uniform numbers: a triangular probability density (TPDF) from −1 to 1 of the integers' steps, of mean 0
/// and variance 1/6. With the rounding's own 1/12 the mean of the error is then 0 and its variance 1/4 of a squared step, neither
/// depending on the signal (Lipshitz, Wannamaker & Vanderkooy, Quantization and Dither, J. AES 40, 1992): what is softer than a
/// step is kept, below noise, and distortion there is none. Silence becomes noise too, which makes a FLAC larger.
///
/// The numbers follow from the seed, the channel and the frame alone: equal seeds give equal bytes on every platform and for any
/// size of blocks, and no two channels have the same noise.
public struct Dither: Sendable, Hashable {
    /// Any number; another one gives other noise of the same kind.
    public var seed: UInt64

    public init(seed: UInt64) {
        self.seed = seed
    }

    /// The noise of one channel.
    func noise(channel: Int) -> Noise {
        // Scrambled twice, so that neither neighbouring seeds nor neighbouring channels are the same numbers a few frames apart.
        Noise(key: Self.scrambled(seed ^ Self.scrambled(UInt64(truncatingIfNeeded: channel) &* Self.increment)))
    }

    /// SplitMix64 (Steele, Lea & Flood 2014), whose state is a counter: each number can be had without those before.
    struct Noise {
        fileprivate let key: UInt64

        /// In steps of the integers, −1…1; a multiple of 2⁻²⁴.
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
