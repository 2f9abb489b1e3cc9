#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How frequencies are spread over the height of a picture.
public enum FrequencyScale: String, Sendable, Hashable, CaseIterable {
    case linear
    /// Equal ratios take equal room; begins at 20 Hz, or a hundredth of the upper end where that is less.
    case logarithmic
    /// Equal steps of pitch as heard: `2595·log₁₀(1 + f/700)` (O'Shaughnessy, Speech Communication, 1987; HTK's).
    case mel

    /// What is shown of a recording whose Nyquist frequency is `nyquist` Hz.
    public func range(nyquist: Double) -> ClosedRange<Double> {
        self == .logarithmic ? min(20, nyquist / 100)...nyquist : 0...nyquist
    }

    /// Where a frequency lies in `range`: 0 at its lower end, 1 at its upper end; both in Hz.
    public func position(of frequency: Double, in range: ClosedRange<Double>) -> Double {
        let (low, high) = (warped(range.lowerBound), warped(range.upperBound))
        return high > low ? (warped(max(frequency, range.lowerBound)) - low) / (high - low) : 0
    }

    /// The frequency at a position, 0…1, in `range`, in Hz.
    public func frequency(at position: Double, in range: ClosedRange<Double>) -> Double {
        let (low, high) = (warped(range.lowerBound), warped(range.upperBound))
        let value = low + (high - low) * position
        return switch self {
        case .linear: value
        case .logarithmic: exp(value)
        case .mel: 700 * (powerOfTen(value / 2595) - 1)
        }
    }

    private func warped(_ frequency: Double) -> Double {
        switch self {
        case .linear: frequency
        case .logarithmic: log(max(frequency, 1e-3))
        case .mel: 2595 * log10(1 + frequency / 700)
        }
    }
}

/// What the bins of a spectrum give for each row of a picture, the lowest frequency first.
///
/// A row that spans a bin or more is given the mean power of what it spans; a narrower one what lies between its neighbouring bins, in a
/// straight line.
public struct FrequencyRows: Sendable {
    private struct Row {
        var first: Int
        var weights: [Float]
    }

    private let rows: [Row]

    /// - Parameters:
    ///   - count: rows.
    ///   - scale: how frequencies are spread over them.
    ///   - range: the frequencies at the lower and the upper edge, in Hz.
    ///   - sampleRate: of the recording, in Hz.
    ///   - windowLength: samples of a window.
    public init(
        count: Int, scale: FrequencyScale, range: ClosedRange<Double>, sampleRate: Int, windowLength: Int
    ) {
        let binWidth = Double(sampleRate) / Double(max(1, windowLength))
        let lastBin = windowLength / 2
        rows = (0..<max(0, count)).map { row in
            let low = scale.frequency(at: Double(row) / Double(count), in: range) / binWidth
            let high = scale.frequency(at: Double(row + 1) / Double(count), in: range) / binWidth
            let middle = (low + high) / 2
            // What lies above the recording's Nyquist frequency is not there at all.
            guard middle <= Double(lastBin) else { return Row(first: 0, weights: []) }
            guard high - low > 1 else {
                let first = min(Int(middle), max(0, lastBin - 1))
                let share = Float(min(1, middle - Double(first)))
                return lastBin == 0 ? Row(first: 0, weights: [1]) : Row(first: first, weights: [1 - share, share])
            }
            // A bin stands for the frequencies nearer to it than to others.
            let first = max(0, Int((low + 0.5).rounded(.down)))
            let last = max(first, min(lastBin, Int((high + 0.5).rounded(.up)) - 1))
            let shares = (first...last).map { bin in
                max(0, min(high, Double(bin) + 0.5) - max(low, Double(bin) - 0.5))
            }
            let whole = shares.reduce(0, +)
            return Row(first: first, weights: shares.map { Float($0 / max(whole, .leastNormalMagnitude)) })
        }
    }

    /// The powers of the rows, the lowest frequency first; `nil` where the spectrum has nothing.
    public func powers(_ bins: [Float]) -> [Float?] {
        rows.map { row in
            guard !row.weights.isEmpty, row.first + row.weights.count <= bins.count else { return nil }
            return zip(row.weights, bins[row.first...]).reduce(0) { $0 + $1.0 * $1.1 }
        }
    }
}
