/// Options for reading a recording.
public struct ReadingOptions: Sendable, Hashable, Codable {
    /// The format of a recording without a header, in which all bytes are samples; `nil` detects the format from the
    /// contents.
    public var rawFormat: RawAudioFormat?
    /// The audio track to read; `nil` reads the first, with a warning if there are several.
    public var audioTrack: AudioTrackChoice?
    /// If `true`, NaN and infinite samples become 0 and are counted; otherwise they are an error.
    public var replacesNonFinite: Bool
    /// If `true`, a recording that is damaged in the middle is read with silence in place of the lost audio and a
    /// warning; otherwise it is an error. A recording that only ends too early is always read.
    public var isLenient: Bool
    /// If `true`, the MD5 stated by a FLAC file is verified, and a mismatch adds a warning at the end. Damage to the
    /// file is detected without it, since each block has its own checksum.
    public var verifiesChecksum: Bool

    /// Creates options.
    public init(
        rawFormat: RawAudioFormat? = nil, audioTrack: AudioTrackChoice? = nil, replacesNonFinite: Bool = false,
        isLenient: Bool = false, verifiesChecksum: Bool = false
    ) {
        self.rawFormat = rawFormat
        self.audioTrack = audioTrack
        self.replacesNonFinite = replacesNonFinite
        self.isLenient = isLenient
        self.verifiesChecksum = verifiesChecksum
    }
}
