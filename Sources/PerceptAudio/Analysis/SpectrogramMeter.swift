public import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Makes a ``Spectrogram`` block by block, in one pass and in memory that does not grow with the length.
///
/// The transforms are done on threads of their own, beside what makes the samples. Used by one thread.
public struct SpectrogramMeter: ~Copyable {
    /// Where windows lie.
    public enum Placement: Sendable, Hashable {
        /// Within the recording alone, the first at its start; what is left at the end has none. scipy's.
        case inside
        /// Around every `hop`-th frame from the first on; beyond its ends the recording is silent.
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
    /// Of each channel what windows to come need, from the first sample of window `nextWindow` on.
    private var pending: [[Float]]
    private var nextWindow = 0
    private let lanes: [SpectrumLane]
    private var nextLane = 0
    private var jobs: [SpectrumJob] = []

    /// More would only wait for what makes the samples.
    private static let mostLanes = 4
    private static let jobsPerLane = 2

    /// - Parameters:
    ///   - sampleRate: frames per second, in Hz.
    ///   - channelCount: of the recording.
    ///   - windowLength: 2 to 2¹⁸ samples, without a prime factor above 7; `nil` for ``Spectrogram/windowLength(forSampleRate:)``.
    ///   - hop: samples from one window to the next; `nil` for those of a column where `expectedFrameCount` tells, but from a sixteenth to half of the
    ///     window, else a quarter.
    ///   - placement: where windows lie.
    ///   - scaling: what a power is.
    ///   - columnCount: columns that are wanted in the end; 65 536 at most are kept apart.
    ///   - expectedFrameCount: the recording's length where it is known; where it proves wrong, columns are less sharp.
    /// - Throws: `MediaError` `.invalidArgument` for another window, a hop below 1, or no channel.
    public init(
        sampleRate: Int, channelCount: Int, windowLength: Int? = nil, hop: Int? = nil,
        placement: Placement = .centred, scaling: Spectrogram.Scaling = .spectrum, columnCount: Int,
        expectedFrameCount: Int? = nil
    ) throws(MediaError) {
        guard sampleRate > 0, channelCount > 0, hop ?? 1 > 0 else {
            throw MediaError(
                .invalidArgument,
                problem: "\(channelCount) channels at \(sampleRate) Hz in steps of \(hop ?? 1) have no spectrogram",
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
        let laneCount = max(1, min(Int(sysconf(CInt(_SC_NPROCESSORS_ONLN))), Self.mostLanes))
        let transform = transform
        lanes = (0..<laneCount).map { _ in SpectrumLane(transform) }
    }

    /// Takes one more block into account: one plane per channel, all of the same length.
    public mutating func add(_ planes: [[Float]]) {
        guard let blockLength = planes.first?.count, blockLength > 0, planes.count == pending.count else { return }
        for channel in planes.indices { pending[channel] += planes[channel] }
        frameCount += blockLength
        let needed = (SpectrumLane.windowsPerJob - 1) * hop + max(hop, transform.length)
        while (pending.first?.count ?? 0) >= needed {
            begin(windowCount: SpectrumLane.windowsPerJob)
        }
    }

    /// The spectrogram of all that was added.
    public consuming func finish() -> Spectrogram {
        let total =
            switch placement {
            case .inside: frameCount >= transform.length ? (frameCount - transform.length) / hop + 1 : 0
            case .centred: (frameCount + hop - 1) / hop
            }
        while nextWindow < total {
            let windowCount = min(SpectrumLane.windowsPerJob, total - nextWindow)
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

    /// Has the next windows transformed, once there is room for them.
    private mutating func begin(windowCount: Int) {
        if jobs.count >= lanes.count * Self.jobsPerLane { takeFirst() }
        let middle = placement == .centred ? 0 : transform.length / 2
        let lastMiddle = (nextWindow + windowCount - 1) * hop + middle
        let binCount = transform.binCount
        // Taken out and put back, so that they are joined where they stand.
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
        lanes[nextLane].begin(job)
        nextLane = (nextLane + 1) % lanes.count
        jobs.append(job)
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

    /// Adds what the oldest job has found out; cells may have been joined since it began.
    private mutating func takeFirst() {
        let job = jobs.removeFirst()
        let outcome = job.wait()
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
