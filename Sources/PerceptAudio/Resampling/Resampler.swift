import CKernels
public import PerceptCore

/// Changes the sample rate of one channel, block by block.
///
/// The filter is band-limited and linear-phase. Output `n` lies at input position `n·in/out`, and `frames` input
/// frames give exactly `⌈frames·out/in⌉` outputs, with silence assumed before the first and after the last. The
/// result does not depend on how the input is divided into blocks.
public struct Resampler: Sendable {
    /// The supported input and output rates, in Hz.
    public static let sampleRates = 1...768_000

    private let inputRate: Int
    private let outputRate: Int
    /// The first stage, if the rates are very far apart.
    private var decimator: IntegerDecimator?
    private let filter: PolyphaseFilter
    /// Input that the filter still needs; the next output's first tap falls on its first sample.
    private var pending: [Float]
    private var scratch = KernelScratch()
    /// The distance of the next output from the preceding input sample, in units of 1/`filter.outputRate` sample; 0
    /// between periods.
    private var phase = 0
    private var inputCount = 0
    private var outputCount = 0

    /// Creates a resampler.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for rates outside ``sampleRates``.
    public init(from inputRate: Int, to outputRate: Int, quality: ResamplingQuality = .standard) throws(MediaError) {
        let range = Self.sampleRates
        guard range.contains(inputRate), range.contains(outputRate) else {
            throw MediaError(
                .invalidArgument, problem: "cannot resample from \(inputRate) Hz to \(outputRate) Hz",
                remedy: "both rates must lie within \(range.lowerBound)…\(range.upperBound) Hz")
        }
        (self.inputRate, self.outputRate) = (inputRate, outputRate)
        decimator = IntegerDecimator(from: inputRate, to: outputRate, quality: quality)
        // The decimator's outputs are spaced as if both rates were `factor` times higher.
        filter = PolyphaseFilter(from: inputRate, to: outputRate * (decimator?.factor ?? 1), quality: quality)
        pending = Array(repeating: 0, count: max(0, filter.halfWidth - 1 - (decimator?.leadCount ?? 0)))
    }

    /// Returns the total number of outputs for `frameCount` inputs, `⌈frameCount·outputRate/inputRate⌉`; rates
    /// must be above zero.
    public static func outputCount(for frameCount: Int, from inputRate: Int, to outputRate: Int) -> Int {
        let (wholes, rest) = frameCount.quotientAndRemainder(dividingBy: inputRate)
        return wholes * outputRate + (rest * outputRate + inputRate - 1) / inputRate
    }

    /// Adds a block of finite samples of up to 2⁴⁰ in magnitude, and returns the outputs that can be computed so
    /// far.
    public mutating func process(_ block: [Float]) -> [Float] {
        inputCount += block.count
        pending.append(contentsOf: decimator?.process(block) ?? block)
        let output = takeOutputs()
        outputCount += output.count
        return output
    }

    /// Returns the remaining outputs after the last block.
    ///
    /// They are as long as the filter, which can be a minute for a slow source at a high rate.
    public mutating func finish() -> [Float] {
        var output: [Float] = []
        while let piece = finishPiece() { output += piece }
        return output
    }

    /// Returns some of the outputs that remain after the last block; `nil` when there are no more.
    mutating func finishPiece() -> [Float]? {
        let total = Self.outputCount(for: inputCount, from: inputRate, to: outputRate)
        guard outputCount < total else { return nil }
        if let rest = decimator?.finish() {
            pending.append(contentsOf: rest)
            decimator = nil
        }
        var output = takeOutputs()
        while output.isEmpty {
            let needed = max(filter.tapCount - pending.count, filter.inputsPerStep)
            pending.append(contentsOf: repeatElement(0, count: max(1, needed)))
            output = takeOutputs()
        }
        output.removeLast(max(0, outputCount + output.count - total))
        outputCount += output.count
        return output
    }

    private mutating func takeOutputs() -> [Float] {
        switch filter.table {
        case .overlapSave(let blocks):
            takeBatches(of: blocks.inputsPerBatch) { blocks.process($0, batchCount: $1, scratch: &$2) }
        case .periods(let periods):
            takeBatches(of: periods.inputsPerBatch) { periods.process($0, batchCount: $1, scratch: &$2) }
        case .interpolated(let rows, let density): takeInterpolated(rows, density)
        }
    }

    private mutating func takeBatches(
        of inputs: (needed: Int, consumed: Int),
        _ process: (_ input: [Float], _ batchCount: Int, _ scratch: inout KernelScratch) -> [Float]
    ) -> [Float] {
        guard pending.count >= inputs.needed else { return [] }
        let batchCount = (pending.count - inputs.needed) / inputs.consumed + 1
        let output = process(pending, batchCount, &scratch)
        pending.removeFirst(batchCount * inputs.consumed)
        return output
    }

    private mutating func takeInterpolated(_ rows: [Float], _ density: Int) -> [Float] {
        // The last output that fits has its first tap at pending.count − tapCount.
        let room = pending.count - filter.tapCount
        guard room >= 0 else { return [] }
        let count = ((room + 1) * filter.outputRate - phase - 1) / filter.inputRate + 1
        var state = PolyphaseState(
            position: 0, phase: phase, phase_count: filter.outputRate, step: filter.inputRate / filter.outputRate,
            phase_step: filter.inputRate % filter.outputRate)
        let output = [Float](unsafeUninitializedCapacity: count) { output, initialized in
            guard let destination = output.baseAddress else { return }
            percept_polyphase_cubic(&state, pending, rows, filter.tapCount, density, destination, count)
            initialized = count
        }
        phase = state.phase
        // A step is always shorter than the taps, so the next position lies within `pending`.
        pending.removeFirst(min(state.position, pending.count))
        return output
    }
}

/// Working memory of a kernel, kept from one call to the next.
///
/// Allocating it for each call took a fifth of the time of preparing a long recording.
struct KernelScratch: Sendable {
    private var storage: [Float] = []
    /// In bytes: the size of a cache line, and of the widest vector.
    private static let alignment = 64

    /// Passes `count` floats to `body`, aligned to 64 bytes; their values are undefined.
    mutating func withFloats(count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
        let padded = count + Self.alignment / MemoryLayout<Float>.stride
        if storage.count < padded { storage = [Float](repeating: 0, count: padded) }
        storage.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            body(base.alignedUp(toMultipleOf: Self.alignment).assumingMemoryBound(to: Float.self))
        }
    }
}

/// The fidelity of a change of sample rate. Both tiers are linear-phase, and their delay is compensated.
public enum ResamplingQuality: String, Sendable, Hashable, Codable, CaseIterable {
    /// Flat up to 0.90 of the lower Nyquist frequency, aliases and images below −110 dB.
    case standard
    /// Flat up to 0.913 of the lower Nyquist frequency, aliases and images below −130 dB.
    case best

    /// End of the passband as a fraction of the lower Nyquist frequency; the stopband begins at 1.
    var passband: Double {
        switch self {
        case .standard: 0.90
        case .best: 0.913
        }
    }

    /// The attenuation in dB that the filter is designed for: more than promised, to allow for rounding to `Float`.
    var attenuation: Double {
        switch self {
        case .standard: 116
        case .best: 138
        }
    }
}
