import Dispatch
import Synchronization

/// A batch of windows and its result.
final class SpectrumJob: Sendable {
    /// The samples of each channel, from the start of the first window to the end of the last.
    let samples: [[Float]]
    let hop: Int
    let windowCount: Int
    /// The frame at the centre of the first window.
    let middle: Int
    /// The cells at the time the job started.
    let cells: TimeCells

    /// The powers of each cell, bin by bin, summed over windows and channels.
    struct Outcome: Sendable {
        var parts: [(cell: Int, count: Int)] = []
        var sums: [Double] = []
    }

    private let isDone = DispatchSemaphore(value: 0)
    private let outcome = Mutex<Outcome>(Outcome())

    init(samples: [[Float]], hop: Int, windowCount: Int, middle: Int, cells: TimeCells) {
        self.samples = samples
        self.hop = hop
        self.windowCount = windowCount
        self.middle = middle
        self.cells = cells
    }

    fileprivate func finish(_ outcome: consuming sending Outcome) {
        self.outcome.withLock { $0 = outcome }
        isDone.signal()
    }

    /// Waits for the result. Must be called once only.
    func wait() -> Outcome {
        isDone.wait()
        return outcome.withLock { $0 }
    }
}

/// Transforms windows on a background thread.
final class SpectrumLane: Sendable {
    /// The number of windows in a full job: several batches, which makes the cost of the handover negligible.
    static let windowsPerJob = 4 * PowerSpectrumTransform.batchSize

    private let queue = DispatchQueue(label: "percept.spectrum")
    private let transform: PowerSpectrumTransform
    /// Accessed on the queue only.
    private let space: Mutex<Space>

    private struct Space: Sendable {
        var scratch = KernelScratch()
        var powers: [Double]
    }

    init(_ transform: PowerSpectrumTransform) {
        self.transform = transform
        let powerCount = PowerSpectrumTransform.batchSize * transform.binCount
        space = Mutex(Space(powers: [Double](repeating: 0, count: powerCount)))
    }

    func begin(_ job: SpectrumJob) {
        queue.async { [self] in
            job.finish(space.withLock { space in outcome(of: job, &space) })
        }
    }

    private func outcome(of job: SpectrumJob, _ space: inout Space) -> SpectrumJob.Outcome {
        var outcome = SpectrumJob.Outcome()
        let binCount = transform.binCount
        for first in stride(from: 0, to: job.windowCount, by: PowerSpectrumTransform.batchSize) {
            let windowCount = min(PowerSpectrumTransform.batchSize, job.windowCount - first)
            let cellsOfWindows = (0..<windowCount).map { job.cells.cell(of: job.middle + (first + $0) * job.hop) }
            for cell in cellsOfWindows {
                if outcome.parts.last?.cell != cell, !outcome.parts.contains(where: { $0.cell == cell }) {
                    outcome.parts.append((cell, 0))
                    outcome.sums += Array(repeating: 0, count: binCount)
                }
            }
            for samples in job.samples {
                transformBatch(samples, at: first * job.hop, job.hop, &space)
                for (window, cell) in cellsOfWindows.enumerated() {
                    guard let part = outcome.parts.lastIndex(where: { $0.cell == cell }) else { continue }
                    outcome.parts[part].count += 1
                    add(space.powers, window * binCount, to: &outcome.sums, part * binCount, binCount)
                }
            }
        }
        return outcome
    }

    /// Transforms a batch. The last batch may be short; it is padded, and the extra windows are ignored.
    private func transformBatch(_ samples: [Float], at start: Int, _ hop: Int, _ space: inout Space) {
        let needed = (PowerSpectrumTransform.batchSize - 1) * hop + transform.length
        func process(_ samples: UnsafeBufferPointer<Float>, _ space: inout Space) {
            guard let base = samples.baseAddress else { return }
            space.powers.withUnsafeMutableBufferPointer { powers in
                guard let output = powers.baseAddress else { return }
                transform.process(base, hop: hop, into: output, scratch: &space.scratch)
            }
        }
        if start + needed <= samples.count {
            samples.withUnsafeBufferPointer { samples in
                process(UnsafeBufferPointer(rebasing: samples[start..<start + needed]), &space)
            }
        } else {
            let rest = samples[min(start, samples.count)...]
            let padded = Array(rest) + Array(repeating: 0, count: needed - rest.count)
            padded.withUnsafeBufferPointer { process($0, &space) }
        }
    }

    private func add(
        _ powers: [Double], _ first: Int, to sums: inout [Double], _ place: Int, _ count: Int
    ) {
        powers.withUnsafeBufferPointer { powers in
            sums.withUnsafeMutableBufferPointer { sums in
                for bin in 0..<count { sums[place + bin] += powers[first + bin] }
            }
        }
    }
}
