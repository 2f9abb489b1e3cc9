import CKernels
public import PerceptCore

/// Changes the sample rate of one channel, block by block.
///
/// A band-limited, linear-phase polyphase filter: output `n` lies at input position `n·in/out`, and `frames` input frames
/// give exactly `⌈frames·out/in⌉` outputs, with silence assumed before the first and behind the last. The result does
/// not depend on how the input is cut into blocks.
public struct Resampler: Sendable {
    /// The rates that can be converted from and to, in Hz.
    public static let sampleRates = 1...768_000

    private let filter: PolyphaseFilter
    /// Input that is still needed; the next output's first tap falls on the first of them.
    private var pending: [Float]
    /// Distance of the next output from the input sample before it, in `filter.outputRate`ths of a sample.
    private var phase = 0
    private var inputCount = 0
    private var outputCount = 0

    /// - Throws: ``MediaError`` `.invalidArgument` for rates outside ``sampleRates`` or too far apart.
    public init(from inputRate: Int, to outputRate: Int, quality: ResamplingQuality = .standard) throws(MediaError) {
        filter = try PolyphaseFilter(from: inputRate, to: outputRate, quality: quality)
        pending = Array(repeating: 0, count: filter.halfWidth - 1)
    }

    /// How many outputs `frameCount` inputs give in all: `⌈frameCount·outputRate/inputRate⌉`, for rates above zero.
    public static func outputCount(for frameCount: Int, from inputRate: Int, to outputRate: Int) -> Int {
        let (wholes, rest) = frameCount.quotientAndRemainder(dividingBy: inputRate)
        return wholes * outputRate + (rest * outputRate + inputRate - 1) / inputRate
    }

    /// Takes in a block and gives the outputs that it completes.
    public mutating func process(_ block: [Float]) -> [Float] {
        inputCount += block.count
        pending.append(contentsOf: block)
        return takeOutputs(atMost: .max)
    }

    /// Gives the outputs that remain after the last block.
    public mutating func finish() -> [Float] {
        pending.append(contentsOf: repeatElement(0, count: filter.tapCount))
        return takeOutputs(
            atMost: Self.outputCount(for: inputCount, from: filter.inputRate, to: filter.outputRate) - outputCount)
    }

    private mutating func takeOutputs(atMost limit: Int) -> [Float] {
        let count = max(0, min(limit, completeOutputCount))
        guard count > 0 else { return [] }
        var state = PolyphaseState(
            position: 0, phase: phase, phaseCount: filter.outputRate, step: filter.inputRate / filter.outputRate,
            phaseStep: filter.inputRate % filter.outputRate)
        let output = [Float](unsafeUninitializedCapacity: count) { output, initialized in
            guard let destination = output.baseAddress else { return }
            switch filter.table {
            case .exact:
                percept_polyphase_exact(&state, pending, filter.rows, filter.tapCount, destination, count)
            case .interpolated(let density):
                percept_polyphase_cubic(&state, pending, filter.rows, filter.tapCount, density, destination, count)
            }
            initialized = count
        }
        phase = state.phase
        // A step is always shorter than the taps, so the next position lies within what is pending.
        pending.removeFirst(min(state.position, pending.count))
        outputCount += count
        return output
    }

    /// How many outputs have all their input samples in `pending`.
    private var completeOutputCount: Int {
        // The last output that fits starts its taps at pending.count − tapCount.
        let room = pending.count - filter.tapCount
        guard room >= 0 else { return 0 }
        return ((room + 1) * filter.outputRate - phase - 1) / filter.inputRate + 1
    }
}
