/// A low-pass filter at the lower Nyquist frequency, stored in the form best suited to a pair of rates.
struct PolyphaseFilter: Sendable {
    /// The input rate divided by the greatest common divisor: the step in phases.
    let inputRate: Int
    /// The output rate divided by the greatest common divisor: the number of phases.
    let outputRate: Int
    /// The number of input samples per output; a multiple of 16, half of them on either side of the output.
    let tapCount: Int
    let table: Table

    /// The way the phases between two input samples are covered: the first case that the rates allow.
    enum Table: Sendable {
        /// Whole blocks are filtered in the frequency domain.
        case overlapSave(OverlapSaveFilter)
        /// One row of coefficients per phase, laid out for whole periods.
        case periods(PolyphasePeriods)
        /// Rows at `density` phases per sample, starting at phase −1, with cubic interpolation between them; for
        /// rates that would need a large exact table.
        case interpolated(rows: [Float], density: Int)
    }

    var halfWidth: Int { tapCount / 2 }

    /// The inputs consumed by the smallest batch of outputs.
    var inputsPerStep: Int {
        switch table {
        case .overlapSave(let blocks): blocks.inputsPerBatch.consumed
        case .periods(let periods): periods.inputsPerBatch.consumed
        case .interpolated: inputRate / outputRate + 1
        }
    }

    /// The largest exact table (1 MiB). A larger one would not fit a core's own cache, where interpolation is faster.
    private static let largestExactTable = 1 << 18
    /// The number of phases per period of the cutoff frequency. It keeps the cubic's error below −150 dB: about
    /// (π/256)⁴·3/128 of full scale.
    private static let interpolationDensity = 256

    /// Creates the filter for a pair of rates.
    ///
    /// - Parameters:
    ///   - inputRate: The input rate, 1…768 000 Hz.
    ///   - outputRate: The output rate, 1…768 000 Hz. It must not be further below `inputRate` than
    ///     ``IntegerDecimator`` leaves it, or the table grows without bound.
    init(from inputRate: Int, to outputRate: Int, quality: ResamplingQuality) {
        let divisor = Self.greatestCommonDivisor(inputRate, outputRate)
        self.inputRate = inputRate / divisor
        self.outputRate = outputRate / divisor

        // All frequencies are in cycles per input sample.
        let lowerNyquist = 0.5 * min(1, Double(outputRate) / Double(inputRate))
        let transition = lowerNyquist * (1 - quality.passband)
        let kernel = WindowedSinc(stopband: lowerNyquist, transition: transition, attenuation: quality.attenuation)
        tapCount = kernel.tapCount

        let blocks = OverlapSaveFilter(
            inputRate: self.inputRate, outputRate: self.outputRate, tapCount: tapCount,
            impulseResponse: kernel.value(at:))
        if let blocks {
            table = .overlapSave(blocks)
        } else if self.outputRate * tapCount <= Self.largestExactTable {
            let rows = kernel.rows(phases: 0..<self.outputRate, density: self.outputRate)
            table = .periods(
                PolyphasePeriods(rows: rows, tapCount: tapCount, inputRate: self.inputRate, outputRate: self.outputRate)
            )
        } else {
            // A lower cutoff makes a smoother kernel, which needs fewer phases.
            let density = max(8, Int((Double(Self.interpolationDensity) * 2 * lowerNyquist).rounded(.up)))
            let rows = kernel.rows(phases: -1..<density + 2, density: density)
            table = .interpolated(rows: rows, density: density)
        }
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
