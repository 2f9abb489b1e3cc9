public import PerceptCore

/// What the header of a recording says, before any sample is read.
public struct RecordingHeader: Sendable, Hashable {
    public let mediaType: MediaType
    /// The container, as people call it: `WAV`, `FLAC`, `Ogg`.
    public let container: String
    /// How the samples are coded: `PCM 16 bit`, `mu-law`, `Vorbis`.
    public let codec: String
    /// Bits of one stored sample; `nil` for a lossy codec.
    public let bitDepth: Int?
    /// Frames per second, in Hz.
    public let sampleRate: Int
    public let channels: ChannelLayout
    /// Samples per channel; `nil` when the header does not say.
    public let frameCount: Int?

    public var channelCount: Int { channels.count }

    /// Length in seconds; `nil` when the header does not say.
    public var duration: Double? { frameCount.map { Double($0) / Double(sampleRate) } }
}
