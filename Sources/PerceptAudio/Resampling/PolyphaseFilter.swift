import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A Kaiser-windowed sinc low-pass: its response, or its coefficients at the phases that a pair of rates needs.
///
/// Input sample `k` contributes to an output at input position `t` with `h(t − k)`, where
/// `h(x) = 2·fc·sinc(2·fc·x) · I0(β·√(1 − (x/W)²)) / I0(β)` for |x| < W (Kaiser & Schafer 1980). `fc` lies in the middle of the
/// transition band; β and the half-width W follow from the attenuation A by Kaiser's formulas
/// `β = 0.1102·(A − 8.7)` and `taps − 1 = (A − 7.95) / (14.36·Δf)`.
struct PolyphaseFilter: Sendable {
    /// Rates after division by their greatest common divisor: `outputRate` phases, a step of `inputRate` phases.
    let inputRate: Int
    let outputRate: Int
    /// Input samples that one output is made of; a multiple of 16, half of them on either side of the output.
    let tapCount: Int
    let table: Table

    /// How the phases between two input samples are covered; the first that the rates allow.
    enum Table: Sendable {
        /// All at once: whole blocks are filtered by way of their spectra.
        case overlapSave(OverlapSaveFilter)
        /// A row of coefficients for each phase, laid out for whole periods.
        case periods(PolyphasePeriods)
        /// Rows at `density` phases a sample, from phase −1 on, between which a cubic is laid: for rate pairs whose exact
        /// table would be large.
        case interpolated(rows: [Float], density: Int)
    }

    var halfWidth: Int { tapCount / 2 }

    /// Inputs that the smallest number of outputs which are computed at a time uses up.
    var inputsPerStep: Int {
        switch table {
        case .overlapSave(let blocks): blocks.inputsPerBatch.consumed
        case .periods(let periods): periods.inputsPerBatch.consumed
        case .interpolated: inputRate / outputRate + 1
        }
    }

    /// A table larger than this (1 MiB) would no longer sit in a core's own cache: interpolating is then quicker.
    private static let largestExactTable = 1 << 18
    /// Beyond this a single output would need more than a million input samples.
    private static let largestTapCount = 1 << 20
    /// Phases per period of the cutoff frequency at which the cubic's error stays below −150 dB:
    /// about (π/256)⁴·3/128 of full scale.
    private static let interpolationDensity = 256

    /// - Throws: `MediaError` `.invalidArgument` for rates outside 1…768 000 Hz or too far apart.
    init(from inputRate: Int, to outputRate: Int, quality: ResamplingQuality) throws(MediaError) {
        let range = Resampler.sampleRates
        guard range.contains(inputRate), range.contains(outputRate) else {
            throw MediaError(
                .invalidArgument, problem: "cannot resample from \(inputRate) Hz to \(outputRate) Hz",
                remedy: "both rates must lie within \(range.lowerBound)…\(range.upperBound) Hz")
        }
        let divisor = Self.greatestCommonDivisor(inputRate, outputRate)
        self.inputRate = inputRate / divisor
        self.outputRate = outputRate / divisor

        // All frequencies are in cycles per input sample.
        let lowerNyquist = 0.5 * min(1, Double(outputRate) / Double(inputRate))
        let transition = lowerNyquist * (1 - quality.passband)
        let wanted = (quality.attenuation - 7.95) / (14.36 * transition) + 1
        guard wanted < Double(Self.largestTapCount) else {
            throw MediaError(
                .invalidArgument,
                problem: "\(inputRate) Hz and \(outputRate) Hz are too far apart to resample in one go",
                remedy: "choose a higher output rate")
        }
        tapCount = (Int(wanted.rounded(.up)) + 15) / 16 * 16

        let kernel = Kernel(
            cutoff: lowerNyquist - transition / 2, halfWidth: Double(tapCount / 2), attenuation: quality.attenuation)
        let blocks = OverlapSaveFilter(
            inputRate: self.inputRate, outputRate: self.outputRate, tapCount: tapCount,
            impulseResponse: kernel.value(at:))
        if let blocks {
            table = .overlapSave(blocks)
        } else if self.outputRate * tapCount <= Self.largestExactTable {
            let rows = kernel.rows(phases: 0..<self.outputRate, density: self.outputRate, tapCount: tapCount)
            table = .periods(
                PolyphasePeriods(rows: rows, tapCount: tapCount, inputRate: self.inputRate, outputRate: self.outputRate)
            )
        } else {
            // The lower the cutoff, the smoother the kernel, the fewer phases are needed.
            let density = max(8, Int((Double(Self.interpolationDensity) * 2 * lowerNyquist).rounded(.up)))
            let rows = kernel.rows(phases: -1..<density + 2, density: density, tapCount: tapCount)
            table = .interpolated(rows: rows, density: density)
        }
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }

    /// The continuous impulse response `h`.
    private struct Kernel {
        let cutoff: Double
        let halfWidth: Double
        let beta: Double
        private let windowScale: Double

        init(cutoff: Double, halfWidth: Double, attenuation: Double) {
            self.cutoff = cutoff
            self.halfWidth = halfWidth
            beta = 0.1102 * (attenuation - 8.7)
            windowScale = 1 / Self.besselI0(beta)
        }

        func rows(phases: Range<Int>, density: Int, tapCount: Int) -> [Float] {
            var rows: [Float] = []
            rows.reserveCapacity(phases.count * tapCount)
            for phase in phases {
                let offset = Double(phase) / Double(density) + Double(tapCount / 2 - 1)
                for tap in 0..<tapCount { rows.append(Float(value(at: offset - Double(tap)))) }
            }
            return rows
        }

        func value(at x: Double) -> Double {
            let relative = x / halfWidth
            guard abs(relative) < 1 else { return 0 }
            let angle = 2 * Double.pi * cutoff * x
            let sinc = abs(angle) < 1e-9 ? 1 : sin(angle) / angle
            return 2 * cutoff * sinc * Self.besselI0(beta * (1 - relative * relative).squareRoot()) * windowScale
        }

        /// The modified Bessel function of the first kind and order zero, by its power series (Abramowitz & Stegun 9.6.12).
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
}
