/// Limits that are checked against a header before anything is allocated for its contents.
public struct ResourceLimits: Sendable, Hashable {
    /// The name of a limit, equal to its property.
    public enum Name: String, Sendable, Hashable, Codable, CaseIterable {
        case pixelCount, imageByteCount, scanCount, colorProfileByteCount, channelCount, sampleRate, silenceDuration
        case uploadByteCount
    }

    /// The maximum number of pixels of one image (width × height). The default, 268 402 689 = 16 383², is the one of
    /// libvips.
    public var pixelCount: Int
    /// The maximum memory for one decoded image in bytes, if the whole image must be held.
    public var imageByteCount: Int
    /// The maximum number of passes (scans) of one JPEG; each costs a pass over the whole image. Encoders write about
    /// ten.
    public var scanCount: Int
    /// The maximum size of an image's colour profile in bytes; a larger one is ignored with a warning.
    public var colorProfileByteCount: Int
    /// The maximum number of channels of one recording.
    public var channelCount: Int
    /// The maximum sample rate of one recording, in Hz.
    public var sampleRate: Int
    /// The maximum silence inserted into one recording for gaps in its timestamps and for damage, in seconds. Longer
    /// gaps are omitted, with a warning. The default is three hours.
    public var silenceDuration: Int
    /// The maximum size of one upload held in memory, in bytes.
    public var uploadByteCount: Int

    /// Creates limits.
    public init(
        pixelCount: Int = 268_402_689, imageByteCount: Int = 2 << 30, scanCount: Int = 100,
        colorProfileByteCount: Int = 8 << 20, channelCount: Int = 64, sampleRate: Int = 768_000,
        silenceDuration: Int = 10_800, uploadByteCount: Int = 256 << 20
    ) {
        self.pixelCount = pixelCount
        self.imageByteCount = imageByteCount
        self.scanCount = scanCount
        self.colorProfileByteCount = colorProfileByteCount
        self.channelCount = channelCount
        self.sampleRate = sampleRate
        self.silenceDuration = silenceDuration
        self.uploadByteCount = uploadByteCount
    }

    /// The default limits.
    public static let `default` = ResourceLimits()

    /// The value of a limit.
    public subscript(name: Name) -> Int {
        get { self[keyPath: Self.property(name)] }
        set { self[keyPath: Self.property(name)] = newValue }
    }

    private static func property(_ name: Name) -> WritableKeyPath<ResourceLimits, Int> {
        switch name {
        case .pixelCount: \.pixelCount
        case .imageByteCount: \.imageByteCount
        case .scanCount: \.scanCount
        case .colorProfileByteCount: \.colorProfileByteCount
        case .channelCount: \.channelCount
        case .sampleRate: \.sampleRate
        case .silenceDuration: \.silenceDuration
        case .uploadByteCount: \.uploadByteCount
        }
    }
}
