#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The continuous impulse response of a Kaiser-windowed sinc low-pass.
///
/// Input sample `k` contributes to an output at input position `t` with `h(t − k)`, where
/// `h(x) = 2·fc·sinc(2·fc·x) · I0(β·√(1 − (x/W)²)) / I0(β)` for |x| < W (Kaiser & Schafer 1980). `fc` lies
/// in the middle of the transition band. β and the half-width W follow from the attenuation A by Kaiser's formulas
/// `β = 0.1102·(A − 8.7)` and `taps − 1 = (A − 7.95) / (14.36·Δf)`.
struct WindowedSinc {
    /// The number of input samples per output; a multiple of 16, half of them on either side of the output.
    let tapCount: Int
    private let cutoff: Double
    private let beta: Double
    private let windowScale: Double

    /// Designs a filter.
    ///
    /// - Parameters:
    ///   - stopband: The lower edge of the stopband, in cycles per input sample, up to 0.5.
    ///   - transition: The width of the transition band below it.
    ///   - attenuation: The stopband attenuation in dB, above 50.
    init(stopband: Double, transition: Double, attenuation: Double) {
        tapCount = Self.tapCount(transition: transition, attenuation: attenuation)
        cutoff = stopband - transition / 2
        beta = 0.1102 * (attenuation - 8.7)
        windowScale = 1 / Self.besselI0(beta)
    }

    /// Returns the ``tapCount`` of a filter with this design.
    static func tapCount(transition: Double, attenuation: Double) -> Int {
        let wanted = (attenuation - 7.95) / (14.36 * transition) + 1
        return (Int(wanted.rounded(.up)) + 15) / 16 * 16
    }

    /// Returns one row of ``tapCount`` coefficients per phase. An output lies `phase / density` of a sample after its
    /// tap `tapCount / 2 - 1`.
    func rows(phases: Range<Int>, density: Int) -> [Float] {
        var rows: [Float] = []
        rows.reserveCapacity(phases.count * tapCount)
        for phase in phases {
            let offset = Double(phase) / Double(density) + Double(tapCount / 2 - 1)
            for tap in 0..<tapCount { rows.append(Float(value(at: offset - Double(tap)))) }
        }
        return rows
    }

    func value(at x: Double) -> Double {
        let relative = x / Double(tapCount / 2)
        guard abs(relative) < 1 else { return 0 }
        let angle = 2 * Double.pi * cutoff * x
        let sinc = abs(angle) < 1e-9 ? 1 : sin(angle) / angle
        return 2 * cutoff * sinc * Self.besselI0(beta * (1 - relative * relative).squareRoot()) * windowScale
    }

    /// Returns the modified Bessel function of the first kind and order zero, by its power series (Abramowitz & Stegun
    /// 9.6.12).
    private static func besselI0(_ x: Double) -> Double {
        let quarter = x * x / 4
        var (term, sum, k) = (1.0, 1.0, 1.0)
        while term > sum * 1e-17 {
            term *= quarter / (k * k)
            sum += term
            k += 1
        }
        return sum
    }
}
