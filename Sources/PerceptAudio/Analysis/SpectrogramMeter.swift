public import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Computes a ``Spectrogram`` block by block, in one pass and constant memory.
///
/// The transforms run on background threads. A meter must be used by one thread only.
public struct SpectrogramMeter: ~Copyable {
    /// The placement of windows along the recording.
    public enum Placement: Sendable, Hashable {
        /// Windows lie inside the recording, the first at its start; a remainder at the end is dropped, as in scipy.
        case inside
        /// Windows are centred on every `hop`-th frame, starting with the first; the recording is padded with silence.
        case centred
    }

    private let transform: PowerSpectrumTransform
    private let sampleRate: Int
    private let hop: Int
    private let placement: Placement
    private var cells: TimeCells
    private var sums: [Float] = []
    private var counts: [Int] = []
    private var frameCount = 0
    /// The samples of each channel that later windows need, starting at window `nextWindow`.
    private var pending: [[Float]]
    private var nextWindow = 0
    private let workers: [SerialWorker<SpectrumSummation>]
    private var nextWorker = 0
    private var jobs: [(cells: TimeCells, outcome: Pending<SpectrumJob.Outcome>)] = []

    /// More workers would only wait for the thread that supplies the samples.
    private static let mostWorkers = 4
    private static let jobsPerWorker = 2

    /// Creates a meter.
    ///
    /// - Parameters:
    ///   - sampleRate: The sample rate, in Hz.
    ///   - channelCount: The number of channels.
    ///   - windowLength: The window length, 2 to 2¹⁸ samples with no prime factor above 7; `nil` uses
    ///     ``Spectrogram/windowLength(forSampleRate:)``.
    ///   - hop: The distance between window starts, in samples. `nil` uses the length of a column, within 1/16 to 1/2
    ///     of the window, if `expectedFrameCount` is given, and otherwise 1/4 of the window.
    ///   - placement: The placement of windows.
    ///   - scaling: The unit of the power values.
    ///   - columnCount: The number of columns wanted; at most 65 536 are kept apart.
    ///   - expectedFrameCount: The length of the recording, if known. If it is wrong, columns are less sharp.
    /// - Throws: `MediaError` `.invalidArgument` for an unsupported window length, a hop below 1, or no channels.
    public init(
        sampleRate: Int, channelCount: Int, windowLength: Int? = nil, hop: Int? = nil,
        placement: Placement = .centred, scaling: Spectrogram.Scaling = .spectrum, columnCount: Int,
        expectedFrameCount: Int? = nil
    ) throws(MediaError) {
        guard sampleRate > 0, channelCount > 0, hop ?? 1 > 0 else {
            throw MediaError(
                .invalidArgument,
                problem:
                    "cannot compute a spectrogram: \(channelCount) channels, \(sampleRate) Hz, a hop of \(hop ?? 1)",
                remedy: "choose numbers above zero")
        }
        let length = windowLength ?? Spectrogram.windowLength(forSampleRate: sampleRate)
        transform = try PowerSpectrumTransform(length: length) { sum, sumOfSquares in
            switch scaling {
            case .density: 1 / (Double(sampleRate) * sumOfSquares)
            case .spectrum: 1 / (sum * sum)
            }
        }
        self.sampleRate = sampleRate
        self.placement = placement
        let columnLength = expectedFrameCount.map { $0 / max(1, columnCount) } ?? length / 4
        self.hop = hop ?? max(1, min(max(columnLength, length / 16), length / 2))
        cells = TimeCells(columnCount: columnCount, expectedFrameCount: expectedFrameCount)
        let lead = placement == .centred ? length / 2 : 0
        pending = Array(repeating: Array(repeating: 0, count: lead), count: channelCount)
        let workerCount = max(1, min(Int(sysconf(CInt(_SC_NPROCESSORS_ONLN))), Self.mostWorkers))
        let transform = transform
        workers = (0..<workerCount).map { _ in
            SerialWorker("spectrum", capacity: Self.jobsPerWorker, SpectrumSummation(transform))
        }
    }

    /// Adds a block: one array per channel, all of the same length.
    public mutating func add(_ planes: [[Float]]) {
        guard let blockLength = planes.first?.count, blockLength > 0, planes.count == pending.count else { return }
        for channel in planes.indices { pending[channel] += planes[channel] }
        frameCount += blockLength
        let needed = (SpectrumSummation.windowsPerJob - 1) * hop + max(hop, transform.length)
        while (pending.first?.count ?? 0) >= needed {
            begin(windowCount: SpectrumSummation.windowsPerJob)
        }
    }

    /// Returns the spectrogram of all blocks added.
    public consuming func finish() -> Spectrogram {
        let total =
            switch placement {
            case .inside: frameCount >= transform.length ? (frameCount - transform.length) / hop + 1 : 0
            case .centred: (frameCount + hop - 1) / hop
            }
        while nextWindow < total {
            let windowCount = min(SpectrumSummation.windowsPerJob, total - nextWindow)
            let needed = (windowCount - 1) * hop + transform.length
            for channel in pending.indices where pending[channel].count < needed {
                pending[channel] += Array(repeating: 0, count: needed - pending[channel].count)
            }
            begin(windowCount: windowCount)
        }
        while !jobs.isEmpty { takeFirst() }
        return Spectrogram(
            sampleRate: sampleRate, windowLength: transform.length, hop: hop, frameCount: frameCount, cells: cells,
            sums: sums, counts: counts)
    }

    /// Starts transforming the next windows, after waiting for a free worker.
    private mutating func begin(windowCount: Int) {
        if jobs.count >= workers.count * Self.jobsPerWorker { takeFirst() }
        let middle = placement == .centred ? 0 : transform.length / 2
        let lastMiddle = (nextWindow + windowCount - 1) * hop + middle
        let binCount = transform.binCount
        // Moved out of self so that joining them does not copy.
        var (sums, counts) = (sums, counts)
        self.sums = []
        self.counts = []
        cells.makeRoom(for: lastMiddle) { Self.joinPairs(&sums, &counts, binCount) }
        let newCount = cells.cell(of: lastMiddle) + 1
        if newCount > counts.count {
            sums += Array(repeating: 0, count: (newCount - counts.count) * binCount)
            counts += Array(repeating: 0, count: newCount - counts.count)
        }
        self.sums = sums
        self.counts = counts
        let used = min(windowCount * hop, pending.first?.count ?? 0)
        let needed = (windowCount - 1) * hop + transform.length
        let job = SpectrumJob(
            samples: pending.map { Array($0[..<min(needed, $0.count)]) }, hop: hop, windowCount: windowCount,
            middle: nextWindow * hop + middle, cells: cells)
        let outcome = workers[nextWorker].begin { $0.outcome(of: job) }
        nextWorker = (nextWorker + 1) % workers.count
        jobs.append((cells, outcome))
        for channel in pending.indices { pending[channel].removeFirst(used) }
        nextWindow += windowCount
    }

    private static func joinPairs(_ sums: inout [Float], _ counts: inout [Int], _ binCount: Int) {
        let joinedCount = (counts.count + 1) / 2
        for pair in 0..<joinedCount {
            let hasSecond = 2 * pair + 1 < counts.count
            counts[pair] = counts[2 * pair] + (hasSecond ? counts[2 * pair + 1] : 0)
            for bin in 0..<binCount {
                let first = 2 * pair * binCount + bin
                sums[pair * binCount + bin] = sums[first] + (hasSecond ? sums[first + binCount] : 0)
            }
        }
        counts.removeLast(counts.count - joinedCount)
        sums.removeLast(sums.count - joinedCount * binCount)
    }

    /// Adds the result of the oldest job. Cells may have been joined since the job started.
    private mutating func takeFirst() {
        let job = jobs.removeFirst()
        // The work never fails, and no one cancels the worker.
        guard let outcome = try? job.outcome.wait() else { return }
        let binCount = transform.binCount
        for (index, part) in outcome.parts.enumerated() {
            let cell = part.cell >> (cells.doublings - job.cells.doublings)
            counts[cell] += part.count
            sums.withUnsafeMutableBufferPointer { sums in
                for bin in 0..<binCount {
                    sums[cell * binCount + bin] += Float(outcome.sums[index * binCount + bin])
                }
            }
        }
    }
}
