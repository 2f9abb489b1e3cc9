/// A low-pass at the lower Nyquist frequency: its response, or its coefficients at the phases that a pair of rates needs.
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
    /// Phases per period of the cutoff frequency at which the cubic's error stays below −150 dB:
    /// about (π/256)⁴·3/128 of full scale.
    private static let interpolationDensity = 256

    /// - Parameters:
    ///   - inputRate: 1…768 000 Hz.
    ///   - outputRate: the same; no further below than ``IntegerDecimator`` leaves it, or the coefficients grow beyond all bounds.
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
            // The lower the cutoff, the smoother the kernel, the fewer phases are needed.
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
