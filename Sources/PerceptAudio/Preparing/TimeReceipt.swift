/// The exact map from an uploaded recording back to its source.
public struct TimeReceipt: Sendable, Hashable, Codable {
    /// The source or the upload.
    public struct Side: Sendable, Hashable, Codable {
        /// The sample rate in Hz.
        public let sampleRate: Int
        /// The number of channels.
        public let channelCount: Int
        /// The number of samples per channel.
        public let frameCount: Int

        /// Creates a side.
        public init(sampleRate: Int, channelCount: Int, frameCount: Int) {
            self.sampleRate = sampleRate
            self.channelCount = channelCount
            self.frameCount = frameCount
        }

        /// The duration in seconds.
        public var duration: Double { Double(frameCount) / Double(sampleRate) }
    }

    /// The source recording.
    public let source: Side
    /// The uploaded recording.
    public let upload: Side
    /// The frame of the source at which the upload begins.
    public let sourceStartFrame: Int
    /// The frame of the source after the last one of the upload.
    public let sourceEndFrame: Int
    /// The index (from 0) of the picked source channel; `nil` unless one was picked.
    public let sourceChannelIndex: Int?
    /// The ``AudioTrack/index`` of the source's track; `nil` if the format of the source has a single track.
    public let sourceTrackIndex: Int?
    /// The factor by which the samples were multiplied; 1 unless they were normalized.
    public let gain: Double
    /// The number of samples that exceeded full scale and were clamped.
    public let clampedSampleCount: Int
    /// The number of NaN or infinite samples that were replaced by 0 in the part of the source that was read; 0 unless
    /// replacement was requested.
    public let replacedSampleCount: Int

    /// Creates a receipt; `sourceEndFrame` defaults to the end of the source.
    public init(
        source: Side, upload: Side, sourceStartFrame: Int = 0, sourceEndFrame: Int? = nil,
        sourceChannelIndex: Int? = nil, sourceTrackIndex: Int? = nil, gain: Double = 1, clampedSampleCount: Int = 0,
        replacedSampleCount: Int = 0
    ) {
        self.source = source
        self.upload = upload
        self.sourceStartFrame = sourceStartFrame
        self.sourceEndFrame = sourceEndFrame ?? source.frameCount
        self.sourceChannelIndex = sourceChannelIndex
        self.sourceTrackIndex = sourceTrackIndex
        self.gain = gain
        self.clampedSampleCount = clampedSampleCount
        self.replacedSampleCount = replacedSampleCount
    }

    /// The time in the source at which the upload begins, in seconds.
    public var sourceStart: Double { Double(sourceStartFrame) / Double(source.sampleRate) }

    /// The time in the source at which the upload ends, in seconds.
    public var sourceEnd: Double { Double(sourceEndFrame) / Double(source.sampleRate) }

    /// Returns the source time, in seconds, for an upload time; within ``sourceStart``…``sourceEnd``.
    public func sourceTime(forUploadTime seconds: Double) -> Double {
        min(max(sourceStart, sourceStart + seconds), sourceEnd)
    }

    /// Returns the upload time, in seconds, for a source time; within 0…upload duration.
    public func uploadTime(forSourceTime seconds: Double) -> Double {
        min(max(0, seconds - sourceStart), upload.duration)
    }
}
