public import PerceptCore

/// The facts in the header of a recording, known before any sample is read.
public struct RecordingHeader: Sendable, Hashable {
    /// The media type.
    public let mediaType: MediaType
    /// The common name of the container, such as `WAV`, `FLAC` or `Ogg`.
    public let container: String
    /// The coding of the samples, such as `PCM 16 bit`, `mu-law` or `Vorbis`.
    public let codec: String
    /// The bits of one stored sample; `nil` for a lossy codec.
    public let bitDepth: Int?
    /// The sample rate in Hz.
    public let sampleRate: Int
    /// The position of each channel.
    public let channels: ChannelLayout
    /// The samples per channel; `nil` if the header does not state it.
    public let frameCount: Int?

    /// Creates a header.
    public init(
        mediaType: MediaType, container: String, codec: String, bitDepth: Int?, sampleRate: Int,
        channels: ChannelLayout, frameCount: Int?
    ) {
        self.mediaType = mediaType
        self.container = container
        self.codec = codec
        self.bitDepth = bitDepth
        self.sampleRate = sampleRate
        self.channels = channels
        self.frameCount = frameCount
    }

    /// The number of channels.
    public var channelCount: Int { channels.count }

    /// The duration in seconds; `nil` if the header does not state it.
    public var duration: Double? { frameCount.map { Double($0) / Double(sampleRate) } }
}
