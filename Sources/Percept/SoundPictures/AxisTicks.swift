import PerceptAudio
import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A tick on an axis.
struct AxisTick: Hashable {
    /// The position in seconds, Hz or decibels.
    var value: Double
    var label: String
}

/// Ticks at round numbers, spaced far enough apart to be legible.
enum AxisTicks {
    /// Returns times from 0 to `duration`.
    ///
    /// - Parameters:
    ///   - duration: The duration in seconds.
    ///   - width: The width of the axis in pixels.
    ///   - spacing: Returns the width in pixels that a label needs, including its margin.
    static func time(duration: Double, width: Double, spacing: (String) -> Double) -> [AxisTick] {
        guard duration > 0, duration.isFinite, width > 0 else { return [] }
        let decades = (-6...0).flatMap { exponent in [1.0, 2, 5].map { $0 * pow(10, Double(exponent)) } }
        let minutes = [10.0, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400]
        let days = (0...9).map { 86_400 * pow(2, Double($0 + 1)) }
        for step in decades + minutes + days where duration / step <= width {
            let count = Int(duration / step * (1 + 1e-9))
            let ticks = (0...count).map {
                AxisTick(value: Double($0) * step, label: time(Double($0) * step, step, duration))
            }
            let room = step / duration * width
            if ticks.allSatisfy({ spacing($0.label) <= room }) || count == 0 { return ticks }
        }
        return []
    }

    private static func time(_ seconds: Double, _ step: Double, _ duration: Double) -> String {
        if duration < 0.5 {
            let places = step >= 1e-3 ? 0 : Int((-log10(step * 1000)).rounded(.up))
            return "\((seconds * 1000).fixed(decimals: places)) ms"
        }
        if duration < 60 || step < 1 {
            let places = step >= 1 ? 0 : Int((-log10(step)).rounded(.up))
            return "\((seconds).fixed(decimals: places)) s"
        }
        let whole = Int(seconds.rounded())
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        return duration < 3600
            ? "\(minutes + 60 * hours):\(rest.padded(to: 2))"
            : "\(hours):\(minutes.padded(to: 2)):\(rest.padded(to: 2))"
    }

    /// Returns frequencies within `range`, in Hz: powers of ten first, then multiples by 5 and 2 where there is room;
    /// equal steps on a linear scale.
    ///
    /// - Parameters:
    ///   - height: The height of the axis in pixels.
    ///   - spacing: The minimum distance of ticks in pixels.
    static func frequency(
        _ scale: FrequencyScale, _ range: ClosedRange<Double>, height: Double, spacing: Double
    ) -> [AxisTick] {
        guard height > 0, range.upperBound > range.lowerBound else { return [] }
        func tick(_ value: Double) -> AxisTick { AxisTick(value: value, label: frequency(value)) }
        if scale == .linear {
            return steps(0...range.upperBound, height: height, spacing: spacing).map(tick)
        }
        let powers = (0...6).map { pow(10, Double($0)) }
        let digits = [1.0, 5, 2, 3, 7].flatMap { digit in powers.map { $0 * digit } }
        // The lower end first: on the mel scale it is 0 Hz, which is not a power of ten.
        let candidates = (range.lowerBound == 0 ? [0] : []) + digits
        var chosen: [Double] = []
        for value in candidates where range.contains(value) {
            let position = scale.position(of: value, in: range) * height
            if chosen.allSatisfy({ abs(scale.position(of: $0, in: range) * height - position) >= spacing }) {
                chosen.append(value)
            }
        }
        return chosen.sorted().map(tick)
    }

    private static func frequency(_ hertz: Double) -> String {
        func number(_ value: Double) -> String { (value).rounded(significantDigits: 3) }
        return hertz >= 1000 ? "\(number(hertz / 1000)) kHz" : "\(number(hertz)) Hz"
    }

    /// Returns levels within `range`, in decibels.
    static func decibels(_ range: ClosedRange<Double>, height: Double, spacing: Double) -> [AxisTick] {
        steps(range, height: height, spacing: spacing).map { value in
            AxisTick(value: value, label: (value == 0 ? 0 : value).rounded(significantDigits: 3))
        }
    }

    /// Returns multiples of 1, 2 or 5 times a power of ten.
    private static func steps(_ range: ClosedRange<Double>, height: Double, spacing: Double) -> [Double] {
        let length = range.upperBound - range.lowerBound
        guard length > 0, length.isFinite, height > 0, spacing > 0 else { return [] }
        let least = length * spacing / height
        let decade = pow(10, log10(least).rounded(.down))
        let step = ([1, 2, 5, 10].map { $0 * decade }.first { $0 >= least * (1 - 1e-9) }) ?? least
        let first = (range.lowerBound / step - 1e-9).rounded(.up)
        let last = (range.upperBound / step + 1e-9).rounded(.down)
        guard last >= first, last - first < 10_000 else { return [] }
        return stride(from: first, through: last, by: 1).map { $0 * step }
    }
}
