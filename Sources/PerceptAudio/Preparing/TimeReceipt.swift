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
    /// Samples that lay beyond full scale and were clamped.
    public let clampedSampleCount: Int

    public init(source: Side, upload: Side, sourceStartFrame: Int = 0, clampedSampleCount: Int = 0) {
        self.source = source
        self.upload = upload
        self.sourceStartFrame = sourceStartFrame
        self.clampedSampleCount = clampedSampleCount
    }

    /// The time in the source, in seconds, that a time in the upload stands for; within 0…source duration.
    public func sourceTime(forUploadTime seconds: Double) -> Double {
        let time = Double(sourceStartFrame) / Double(source.sampleRate) + seconds
        return min(max(0, time), source.duration)
    }

    /// The time in the upload, in seconds, at which a time of the source is heard; within 0…upload duration.
    public func uploadTime(forSourceTime seconds: Double) -> Double {
        let time = seconds - Double(sourceStartFrame) / Double(source.sampleRate)
        return min(max(0, time), upload.duration)
    }
}
