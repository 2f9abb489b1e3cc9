import CKernels
import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Computes power spectra of windowed frames of real samples.
struct PowerSpectrumTransform: Sendable {
    let length: Int
    let binCount: Int
    private let tables: TransformTables
    /// Radices, then for each bin k the output indices of the frequencies k and −k.
    private let integers: [Int32]
    /// Twiddle factors, then the window, then the bin weights.
    private let factors: [Double]

    /// The number of frames per batch.
    static let batchSize = PerceptPowerSpectrumFrames

    /// Prepares tables for a periodic Hann window, `½ − ½·cos(2πt/length)`.
    ///
    /// - Parameter weight: Returns the scale factor for squared magnitudes, given the sum of the window and the sum of
    ///   its squares. It is doubled for bins that also represent a negative frequency.
    /// - Throws: `MediaError` `.invalidArgument` for a length below 2, above 2¹⁸, or with a prime factor above 7.
    init(length: Int, weight: (_ sum: Double, _ sumOfSquares: Double) -> Double) throws(MediaError) {
        guard (2...1 << 18).contains(length), let tables = TransformTables(length: length) else {
            throw MediaError(
                .invalidArgument, problem: "unsupported spectrum window: \(length) samples",
                remedy: "choose 2 to \(1 << 18) samples with no prime factor above 7, such as 2048")
        }
        self.length = length
        self.tables = tables
        binCount = length / 2 + 1
        let window = (0..<length).map { 0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(length)) }
        let whole = weight(window.reduce(0, +), window.reduce(0) { $0 + $1 * $1 })
        let weights = (0..<binCount).map { bin in
            bin == 0 || 2 * bin == length ? whole / 4 : whole / 2
        }
        integers =
            tables.radices.map { Int32($0) }
            + (0..<binCount).flatMap { [Int32(tables.index(of: $0)), Int32(tables.index(of: -$0))] }
        factors = tables.twiddles() + window + weights
    }

    /// Computes the power spectra of one batch of frames spaced `hop` samples apart, ``binCount`` values per frame.
    ///
    /// - Parameters:
    ///   - samples: from the first sample of the first frame on; `15·hop + length` of them.
    ///   - output: takes 16 frames.
    func process(
        _ samples: UnsafePointer<Float>, hop: Int, into output: UnsafeMutablePointer<Double>,
        scratch: inout KernelScratch
    ) {
        integers.withUnsafeBufferPointer { integers in
            factors.withUnsafeBufferPointer { factors in
                guard let radices = integers.baseAddress, let twiddles = factors.baseAddress else { return }
                var plan = PowerSpectrum(
                    radices: radices, length: length, twiddles: twiddles, window: twiddles + tables.twiddleCount,
                    bin_count: binCount, places: radices + tables.radices.count,
                    weights: twiddles + tables.twiddleCount + length)
                let count = percept_power_spectrum_scratch_count(&plan)
                scratch.withFloats(count: 2 * count) { scratch in
                    scratch.withMemoryRebound(to: Double.self, capacity: count) { scratch in
                        percept_power_spectra(&plan, samples, hop, scratch, output)
                    }
                }
            }
        }
    }
}
