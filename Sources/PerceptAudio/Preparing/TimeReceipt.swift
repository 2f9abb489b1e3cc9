/// The exact map from an uploaded recording back to its source.
public struct TimeReceipt: Sendable, Hashable, Codable {
    /// One side of the map.
    public struct Side: Sendable, Hashable, Codable {
        /// Frames per second, in Hz.
        public let sampleRate: Int
        public let channelCount: Int
        /// Samples per channel.
        public let frameCount: Int

        public init(sampleRate: Int, channelCount: Int, frameCount: Int) {
            self.sampleRate = sampleRate
            self.channelCount = channelCount
            self.frameCount = frameCount
        }

        /// Length in seconds.
        public var duration: Double { Double(frameCount) / Double(sampleRate) }
    }

    public let source: Side
    public let upload: Side
    /// The frame of the source at which the upload begins.
    public let sourceStartFrame: Int
    /// The frame of the source behind the last one of the upload.
    public let sourceEndFrame: Int
    /// The channel of the source, from 0 on, that the upload consists of; `nil` unless one was picked.
    public let sourceChannelIndex: Int?
    /// What the samples were multiplied by; 1 unless they were normalized.
    public let gain: Double
    /// Samples that lay beyond full scale and were clamped.
    public let clampedSampleCount: Int
    /// Samples that were no finite numbers and were replaced by 0, in as much of the source as was read; 0 unless that was asked
    /// for.
    public let replacedSampleCount: Int

    /// A receipt; `sourceEndFrame` is the end of the source when `nil`.
    public init(
        source: Side, upload: Side, sourceStartFrame: Int = 0, sourceEndFrame: Int? = nil,
        sourceChannelIndex: Int? = nil, gain: Double = 1, clampedSampleCount: Int = 0, replacedSampleCount: Int = 0
    ) {
        self.source = source
        self.upload = upload
        self.sourceStartFrame = sourceStartFrame
        self.sourceEndFrame = sourceEndFrame ?? source.frameCount
        self.sourceChannelIndex = sourceChannelIndex
        self.gain = gain
        self.clampedSampleCount = clampedSampleCount
        self.replacedSampleCount = replacedSampleCount
    }

    /// Where the upload begins in the source, in seconds.
    public var sourceStart: Double { Double(sourceStartFrame) / Double(source.sampleRate) }

    /// Where the upload ends in the source, in seconds.
    public var sourceEnd: Double { Double(sourceEndFrame) / Double(source.sampleRate) }

    /// The time in the source, in seconds, that a time in the upload stands for; within ``sourceStart``…``sourceEnd``.
    public func sourceTime(forUploadTime seconds: Double) -> Double {
        min(max(sourceStart, sourceStart + seconds), sourceEnd)
    }

    /// The time in the upload, in seconds, at which a time of the source is heard; within 0…upload duration.
    public func uploadTime(forSourceTime seconds: Double) -> Double {
        min(max(0, seconds - sourceStart), upload.duration)
    }
}
