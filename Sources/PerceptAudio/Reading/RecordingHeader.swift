public import PerceptCore

/// The facts in the header of a recording, known before any sample is read.
public struct RecordingHeader: Sendable, Hashable, Codable {
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
    /// The audio tracks of a container that can have several; empty for other formats, and for those decoded without
    /// ffmpeg.
    public let tracks: [AudioTrack]
    /// The ``AudioTrack/index`` of the track that is read; `nil` if ``tracks`` is empty.
    public let trackIndex: Int?

    /// Creates a header.
    public init(
        mediaType: MediaType, container: String, codec: String, bitDepth: Int?, sampleRate: Int,
        channels: ChannelLayout, frameCount: Int?, tracks: [AudioTrack] = [], trackIndex: Int? = nil
    ) {
        self.mediaType = mediaType
        self.container = container
        self.codec = codec
        self.bitDepth = bitDepth
        self.sampleRate = sampleRate
        self.channels = channels
        self.frameCount = frameCount
        self.tracks = tracks
        self.trackIndex = trackIndex
    }

    /// The number of channels.
    public var channelCount: Int { channels.count }

    /// The duration in seconds; `nil` if the header does not state it.
    public var duration: Double? { frameCount.map { Double($0) / Double(sampleRate) } }
}

extension RecordingHeader {
    /// Returns the description of a frame for errors, such as `frame 500 (0.500 s)`.
    func place(_ frame: Int) -> String {
        "frame \(frame) (\(seconds(frame)))"
    }

    /// Returns the time of a frame, such as `2.760 s`.
    func seconds(_ frame: Int) -> String { Self.seconds(frame, sampleRate: sampleRate) }

    /// Returns the duration of a number of frames for messages, rounded to milliseconds, such as `0.500 s`.
    static func seconds(_ frameCount: Int, sampleRate: Int) -> String {
        let milliseconds = Int((Double(frameCount) / Double(max(1, sampleRate)) * 1000).rounded())
        let fraction = String(1000 + milliseconds % 1000).dropFirst()
        return "\(milliseconds / 1000).\(fraction) s"
    }
}
