/// The power of a recording over time and frequency.
///
/// Numbers are those of `scipy.signal.spectrogram(x, fs, window='hann', detrend=False, mode='psd')`, of several channels their mean: no
/// channel cancels another.
public struct Spectrogram: Sendable, Hashable {
    /// What a power is.
    public enum Scaling: Sendable, Hashable {
        /// Power spectral density, in squares of full scale per Hz.
        case density
        /// Power in squares of full scale: a sine of amplitude 1 that falls on a bin gives ½.
        case spectrum
    }

    /// Frames per second, in Hz.
    public let sampleRate: Int
    /// Samples of a window.
    public let windowLength: Int
    /// Samples from one window to the next.
    public let hop: Int
    /// Samples per channel of the recording.
    public let frameCount: Int
    let cells: TimeCells
    /// Sum of the powers in each cell, bin by bin, over windows and channels.
    let sums: [Float]
    /// Windows in each cell, times channels.
    let counts: [Int]

    /// One more than half of ``windowLength``.
    public var binCount: Int { windowLength / 2 + 1 }

    /// In Hz, of a bin from 0 on.
    public func frequency(ofBin bin: Int) -> Double { Double(bin) * Double(sampleRate) / Double(windowLength) }

    /// The mean powers of the windows whose middles lie in column `index` of `count`, ``binCount`` of them.
    ///
    /// Columns are those of ``WaveformEnvelope/columns(_:channel:)``. Where a column has no window it is given the nearest one before, or at
    /// the beginning the first.
    ///
    /// - Returns: nothing when there is no window at all, or no such column.
    public func column(_ index: Int, of count: Int) -> [Float] {
        guard count > 0, (0..<count).contains(index), frameCount > 0 else { return [] }
        let frames = TimeCells.frames(ofColumn: index, of: count, frameCount: frameCount)
        let last = min(cells.cell(of: frames.upperBound - 1), counts.count - 1)
        let first = min(cells.cell(of: frames.lowerBound), last)
        guard first >= 0 else { return [] }
        var chosen = first...last
        if counts[chosen].allSatisfy({ $0 == 0 }) {
            guard
                let nearest = counts[..<first].lastIndex(where: { $0 > 0 })
                    ?? counts[last...].firstIndex(where: { $0 > 0 })
            else { return [] }
            chosen = nearest...nearest
        }
        return mean(of: chosen)
    }

    private func mean(of cells: ClosedRange<Int>) -> [Float] {
        let scale = 1 / Float(max(1, counts[cells].reduce(0, +)))
        return (0..<binCount).map { bin in
            var sum: Float = 0
            for cell in cells { sum += sums[cell * binCount + bin] }
            return sum * scale
        }
    }

    /// The length of window that shows speech and music well: the power of two nearest to 46 ms, from 64 to 4096 samples.
    public static func windowLength(forSampleRate sampleRate: Int) -> Int {
        var length = 64
        // Nearest by ratio: up to √2 above.
        while length < 4096, Double(length) * 2.0.squareRoot() < Double(sampleRate) * 0.046 { length *= 2 }
        return length
    }
}
