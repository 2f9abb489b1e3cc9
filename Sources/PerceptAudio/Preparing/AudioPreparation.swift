/// The format an endpoint expects for a recording, and the conversion into it.
///
/// Samples are mixed first (or one channel is picked), then resampled, then rounded, block by block: memory does not
/// grow with the length. A second thread encodes at the same time.
public struct AudioPreparation: Sendable, Hashable, Codable {
    /// The channels of the upload.
    public enum Channels: Sendable, Hashable, Codable {
        /// All channels mixed into one by ``MonoMixer``.
        case mono
        /// All channels of the source.
        case keep
        /// One channel, unchanged, without the others: a voice that has a channel to itself. Silence is judged by this
        /// channel alone.
        case single(ChannelChoice)
    }

    /// The sample rate of the upload, in Hz; `nil` keeps the source's.
    public var sampleRate: Int?
    /// The channels of the upload.
    public var channels: Channels
    /// The encoding of the upload.
    public var encoding: AudioEncoding
    /// The quality of resampling, if the rate changes.
    public var resampling: ResamplingQuality
    /// The silence to leave out before the first and after the last sound; `nil` keeps all of it.
    ///
    /// With trimming, the source is read twice.
    public var trimming: SilenceTrimming?
    /// The magnitude to which the largest sample is scaled, above 0 and up to 1 (full scale); `nil` leaves the level
    /// unchanged.
    ///
    /// One gain, ``TimeReceipt/gain``, applies to the whole recording. There is no limiter, so nothing is distorted.
    /// The source is read once more to find the peak.
    public var normalizedPeak: Double?
    /// The maximum number of bytes of the upload; exceeding it is an error.
    public var maximumByteCount: Int?
    /// The maximum duration of the upload in seconds; exceeding it is an error.
    public var maximumDuration: Double?
    /// The part of the recording to send. Times in receipts refer to the whole recording.
    ///
    /// A part that reaches beyond the end is cut there, with a warning.
    public var part = RecordingPart.whole
    /// Options for reading the source.
    public var reading: ReadingOptions

    /// Creates a preparation; the default is 16 kHz, mono, 16-bit FLAC.
    public init(
        sampleRate: Int? = 16_000, channels: Channels = .mono, encoding: AudioEncoding = .flac16,
        resampling: ResamplingQuality = .standard, trimming: SilenceTrimming? = nil, normalizedPeak: Double? = nil,
        maximumByteCount: Int? = nil, maximumDuration: Double? = nil, reading: ReadingOptions = ReadingOptions()
    ) {
        self.sampleRate = sampleRate
        self.channels = channels
        self.encoding = encoding
        self.resampling = resampling
        self.trimming = trimming
        self.normalizedPeak = normalizedPeak
        self.maximumByteCount = maximumByteCount
        self.maximumDuration = maximumDuration
        self.reading = reading
    }
}
