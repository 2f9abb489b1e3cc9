#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The mapping from frequency to vertical position in an image.
public enum FrequencyScale: String, Sendable, Hashable, CaseIterable {
    /// Equal frequency steps have equal height.
    case linear
    /// Equal frequency ratios have equal height. The range starts at 20 Hz, or at 1/100 of its upper end if that is
    /// lower.
    case logarithmic
    /// Equal steps of perceived pitch: `2595·log₁₀(1 + f/700)` (O'Shaughnessy, Speech Communication, 1987; as in
    /// HTK).
    case mel

    /// Returns the displayed frequency range, in Hz, for a recording with a Nyquist frequency of `nyquist` Hz.
    public func range(nyquist: Double) -> ClosedRange<Double> {
        self == .logarithmic ? min(20, nyquist / 100)...nyquist : 0...nyquist
    }

    /// Returns the position of a frequency within `range`: 0 at the lower end, 1 at the upper end. Both are in Hz.
    public func position(of frequency: Double, in range: ClosedRange<Double>) -> Double {
        let (low, high) = (warped(range.lowerBound), warped(range.upperBound))
        return high > low ? (warped(max(frequency, range.lowerBound)) - low) / (high - low) : 0
    }

    /// Returns the frequency in Hz at a position (0…1) within `range`.
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

/// Maps the bins of a spectrum to the rows of an image, lowest frequency first.
///
/// A row that spans at least one bin is the mean power over its span; a narrower row is interpolated linearly between
/// the two nearest bins.
package struct FrequencyRows: Sendable {
    private struct Row {
        var first: Int
        var weights: [Float]
    }

    private let rows: [Row]

    /// Creates the mapping.
    ///
    /// - Parameters:
    ///   - count: The number of rows.
    ///   - scale: The frequency scale.
    ///   - range: The frequencies at the lower and upper edges, in Hz.
    ///   - sampleRate: The sample rate of the recording, in Hz.
    ///   - windowLength: The window length, in samples.
    package init(
        count: Int, scale: FrequencyScale, range: ClosedRange<Double>, sampleRate: Int, windowLength: Int
    ) {
        let binWidth = Double(sampleRate) / Double(max(1, windowLength))
        let lastBin = windowLength / 2
        rows = (0..<max(0, count)).map { row in
            let low = scale.frequency(at: Double(row) / Double(count), in: range) / binWidth
            let high = scale.frequency(at: Double(row + 1) / Double(count), in: range) / binWidth
            let middle = (low + high) / 2
            // Frequencies above the recording's Nyquist frequency have no bins.
            guard middle <= Double(lastBin) else { return Row(first: 0, weights: []) }
            guard high - low > 1 else {
                let first = min(Int(middle), max(0, lastBin - 1))
                let share = Float(min(1, middle - Double(first)))
                return lastBin == 0 ? Row(first: 0, weights: [1]) : Row(first: first, weights: [1 - share, share])
            }
            // Bin b covers b − ½ to b + ½.
            let first = max(0, Int((low + 0.5).rounded(.down)))
            let last = max(first, min(lastBin, Int((high + 0.5).rounded(.up)) - 1))
            let shares = (first...last).map { bin in
                max(0, min(high, Double(bin) + 0.5) - max(low, Double(bin) - 0.5))
            }
            let whole = shares.reduce(0, +)
            return Row(first: first, weights: shares.map { Float($0 / max(whole, .leastNormalMagnitude)) })
        }
    }

    /// Returns the power of each row, lowest frequency first; `nil` for rows above the Nyquist frequency.
    package func powers(_ bins: [Float]) -> [Float?] {
        rows.map { row in
            guard !row.weights.isEmpty, row.first + row.weights.count <= bins.count else { return nil }
            return zip(row.weights, bins[row.first...]).reduce(0) { $0 + $1.0 * $1.1 }
        }
    }
}
