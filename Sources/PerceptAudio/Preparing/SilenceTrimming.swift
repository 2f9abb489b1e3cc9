/// The definition of silence at the ends of a recording, and how much of it is kept.
public struct SilenceTrimming: Sendable, Hashable {
    /// The RMS level in dBFS below which 10 ms are silent, if every channel is.
    public var threshold: Double
    /// The seconds kept before the first and after the last sound: the soft beginning of a word lies below any
    /// threshold.
    public var margin: Double

    /// Creates a definition of silence.
    public init(threshold: Double = -50, margin: Double = 0.25) {
        self.threshold = threshold
        self.margin = margin
    }
}
