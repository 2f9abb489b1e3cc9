package import PerceptCore

/// The levels of one channel. Decibels are relative to full scale (±1).
public struct ChannelLevels: Sendable, Hashable, Codable {
    /// The largest magnitude of any sample, linear.
    public let peak: Double
    /// The root mean square of the samples, linear.
    public let rms: Double
    /// The mean of the samples, linear and signed.
    public let dcOffset: Double

    /// Creates levels.
    public init(peak: Double, rms: Double, dcOffset: Double) {
        self.peak = peak
        self.rms = rms
        self.dcOffset = dcOffset
    }

    /// The peak level, `20·log₁₀(peak)`; `nil` for digital silence.
    public var peakDecibels: Double? { Levels.decibels(peak) }
    /// The RMS level, `20·log₁₀(rms)`; `nil` for digital silence.
    public var rmsDecibels: Double? { Levels.decibels(rms) }

    /// The root mean square of the samples without their mean: a microphone input that is not connected may have one.
    var alternatingRMS: Double { max(0, rms * rms - dcOffset * dcOffset).squareRoot() }
}

extension Levels {
    /// The ratio of a dead channel's RMS to that of the loudest channel: −60 dB.
    ///
    /// A voice that reaches another person's microphone, or leaks between analog inputs, is rarely damped by more. The
    /// noise of an input without a microphone is damped by more unless the recording is very quiet.
    public static let deadChannelRatio = 0.001

    /// Returns the indices (from 0) of channels that carry no sound while others do.
    ///
    /// The RMS of such a channel, without its mean, is below ``deadChannelRatio`` times that of the loudest channel,
    /// which is not silent itself (``LevelMeter/silenceThreshold``). Low-frequency effects are silent in most films and
    /// do not count.
    public func deadChannels(in layout: ChannelLayout) -> [Int] {
        let levels = channels.map(\.alternatingRMS)
        guard let loudest = levels.max(), loudest >= LevelMeter.silenceThreshold else { return [] }
        return levels.indices.filter { index in
            let isEffect = layout.positions.indices.contains(index) && layout.positions[index] == .lowFrequency
            return !isEffect && levels[index] < loudest * Self.deadChannelRatio
        }
    }

    /// Returns a warning about dead channels; `nil` if there are none.
    package func deadChannelWarning(_ layout: ChannelLayout) -> Warning? {
        let dead = deadChannels(in: layout)
        guard let first = dead.first, let loudest = channels.map(\.alternatingRMS).max() else { return nil }
        func name(_ index: Int) -> String {
            let position = layout.positions.indices.contains(index) ? layout.positions[index] : .unspecified
            return "\(index + 1)" + (position == .unspecified ? "" : " (\(position.rawValue))")
        }
        func decibels(_ value: Double) -> String {
            Self.decibels(value).map { "an RMS of \(Int($0.rounded())) dBFS" } ?? "digital silence"
        }
        let subject =
            dead.count == 1
            ? "channel \(name(first)) is dead: it has"
            : "channels \(dead.map(name).joined(separator: ", ")) are dead: "
                + "the first has"
        return Warning(
            "\(subject) \(decibels(channels[first].alternatingRMS)), the loudest channel "
                + "\(decibels(loudest)); if a microphone was off, send only the other channel",
            // The flag names the left channel as an example.
            parameter: first == 0 ? nil : .pickedChannel)
    }
}
