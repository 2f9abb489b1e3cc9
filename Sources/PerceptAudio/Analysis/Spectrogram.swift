/// The power of a recording over time and frequency.
///
/// Values equal those of `scipy.signal.spectrogram(x, fs, window='hann', detrend=False, mode='psd')`. For several
/// channels they are the mean of the channels' powers, so opposite phases do not cancel.
public struct Spectrogram: Sendable, Hashable {
    /// The unit of the power values.
    public enum Scaling: Sendable, Hashable {
        /// Power spectral density, in squares of full scale per Hz.
        case density
        /// Power in squares of full scale: a sine of amplitude 1 centred on a bin gives ½.
        case spectrum
    }

    /// The sample rate of the recording, in Hz.
    public let sampleRate: Int
    /// The window length, in samples.
    public let windowLength: Int
    /// The distance between window starts, in samples.
    public let hop: Int
    /// The number of samples per channel in the recording.
    public let frameCount: Int
    let cells: TimeCells
    /// The sum of the powers in each cell over all windows and channels, bin by bin.
    let sums: [Float]
    /// The number of windows in each cell, times the channel count.
    let counts: [Int]

    /// The number of frequency bins: `windowLength / 2 + 1`.
    public var binCount: Int { windowLength / 2 + 1 }

    /// Returns the centre frequency of a bin in Hz; bins are numbered from 0.
    public func frequency(ofBin bin: Int) -> Double { Double(bin) * Double(sampleRate) / Double(windowLength) }

    /// Returns the mean powers (``binCount`` values) of the windows centred in column `index` of `count`.
    ///
    /// Columns are divided as in ``WaveformEnvelope/columns(_:channel:)``. A column without windows repeats the nearest
    /// earlier one; before the first window, it repeats that one.
    ///
    /// - Returns: An empty array if there are no windows or the column does not exist.
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

    /// Returns a window length suited to speech and music: the power of two nearest to 46 ms, within 64…4096 samples.
    public static func windowLength(forSampleRate sampleRate: Int) -> Int {
        var length = 64
        // Nearest in ratio: the power of two may be up to √2 too short.
        while length < 4096, Double(length) * 2.0.squareRoot() < Double(sampleRate) * 0.046 { length *= 2 }
        return length
    }
}
