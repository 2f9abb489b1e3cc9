/// What counts as silence at the ends of a recording, and how much of it is left.
public struct SilenceTrimming: Sendable, Hashable {
    /// RMS in dB of full scale below which 10 ms are silent, if every channel is.
    public var threshold: Double
    /// Seconds that are kept before the first sound and behind the last one: the soft beginning of a word lies below any
    /// threshold.
    public var margin: Double

    public init(threshold: Double = -50, margin: Double = 0.25) {
        self.threshold = threshold
        self.margin = margin
    }
}
