/// Upper bounds that a header must respect before anything is allocated for its contents.
public struct ResourceLimits: Sendable, Hashable {
    /// Pixels of one image (width × height). The default, 268 402 689 = 16 383², is libvips' own.
    public var pixelCount: Int
    /// Bytes that may be held for one decoded image, where a whole image has to be held.
    public var imageByteCount: Int
    /// Channels of one recording.
    public var channelCount: Int
    /// Frames per second of one recording.
    public var sampleRate: Int
    /// Bytes of one upload held in memory.
    public var uploadByteCount: Int

    public init(
        pixelCount: Int = 268_402_689, imageByteCount: Int = 2 << 30, channelCount: Int = 64, sampleRate: Int = 768_000,
        uploadByteCount: Int = 256 << 20
    ) {
        self.pixelCount = pixelCount
        self.imageByteCount = imageByteCount
        self.channelCount = channelCount
        self.sampleRate = sampleRate
        self.uploadByteCount = uploadByteCount
    }

    public static let `default` = ResourceLimits()
}
