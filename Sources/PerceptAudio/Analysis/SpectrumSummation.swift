/// A batch of windows to transform.
struct SpectrumJob: Sendable {
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
}

/// Transforms batches of windows and sums their powers; the state of a worker.
struct SpectrumSummation: Sendable {
    /// The number of windows in a full job: several batches, which makes the cost of the handover negligible.
    static let windowsPerJob = 4 * PowerSpectrumTransform.batchSize

    private let transform: PowerSpectrumTransform
    private var scratch = KernelScratch()
    private var powers: [Double]

    init(_ transform: PowerSpectrumTransform) {
        self.transform = transform
        powers = [Double](repeating: 0, count: PowerSpectrumTransform.batchSize * transform.binCount)
    }

    /// Returns the result of `job`.
    mutating func outcome(of job: SpectrumJob) -> SpectrumJob.Outcome {
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
                transformBatch(samples, at: first * job.hop, job.hop)
                for (window, cell) in cellsOfWindows.enumerated() {
                    guard let part = outcome.parts.lastIndex(where: { $0.cell == cell }) else { continue }
                    outcome.parts[part].count += 1
                    add(powers, window * binCount, to: &outcome.sums, part * binCount, binCount)
                }
            }
        }
        return outcome
    }

    /// Transforms a batch. The last batch may be short; it is padded, and the extra windows are ignored.
    private mutating func transformBatch(_ samples: [Float], at start: Int, _ hop: Int) {
        let needed = (PowerSpectrumTransform.batchSize - 1) * hop + transform.length
        if start + needed <= samples.count {
            samples.withUnsafeBufferPointer {
                transform.process(
                    UnsafeBufferPointer(rebasing: $0[start..<start + needed]), hop, into: &powers, &scratch)
            }
        } else {
            let rest = samples[min(start, samples.count)...]
            let padded = Array(rest) + Array(repeating: 0, count: needed - rest.count)
            padded.withUnsafeBufferPointer { transform.process($0, hop, into: &powers, &scratch) }
        }
    }

    private func add(
        _ powers: [Double], _ first: Int, to sums: inout [Double], _ offset: Int, _ count: Int
    ) {
        powers.withUnsafeBufferPointer { powers in
            sums.withUnsafeMutableBufferPointer { sums in
                for bin in 0..<count { sums[offset + bin] += powers[first + bin] }
            }
        }
    }
}

extension PowerSpectrumTransform {
    fileprivate func process(
        _ samples: UnsafeBufferPointer<Float>, _ hop: Int, into powers: inout [Double], _ scratch: inout KernelScratch
    ) {
        guard let base = samples.baseAddress else { return }
        powers.withUnsafeMutableBufferPointer { powers in
            guard let output = powers.baseAddress else { return }
            process(base, hop: hop, into: output, scratch: &scratch)
        }
    }
}
