/// How a recording is read, where its bytes alone do not tell.
public struct ReadingOptions: Sendable, Hashable {
    /// What the samples are, for a recording without a header, all of whose bytes are samples; `nil`: its bytes tell.
    public var rawFormat: RawAudioFormat?
    /// Whether samples that are no finite number become 0, and are counted, rather than an error.
    public var replacesNonFinite: Bool
    /// Whether a recording that is damaged in the middle is read nevertheless, with silence for what is lost and a warning,
    /// rather than an error; one that only ends too early is always read.
    public var isLenient: Bool

    public init(rawFormat: RawAudioFormat? = nil, replacesNonFinite: Bool = false, isLenient: Bool = false) {
        self.rawFormat = rawFormat
        self.replacesNonFinite = replacesNonFinite
        self.isLenient = isLenient
    }
}
