/// Upper bounds that a header must respect before anything is allocated for its contents.
public struct ResourceLimits: Sendable, Hashable {
    /// Each limit by the name of its property.
    public enum Name: String, Sendable, Hashable, Codable, CaseIterable {
        case pixelCount, imageByteCount, scanCount, colorProfileByteCount, channelCount, sampleRate, silenceDuration
        case uploadByteCount
    }

    /// Pixels of one image (width × height). The default, 268 402 689 = 16 383², is libvips' own.
    public var pixelCount: Int
    /// Bytes that may be held for one decoded image, where a whole image has to be held.
    public var imageByteCount: Int
    /// Passes (scans) of one JPEG; each costs a walk over the whole picture. Encoders write about ten.
    public var scanCount: Int
    /// Bytes of a picture's colour profile; a larger one is not applied, which is a warning.
    public var colorProfileByteCount: Int
    /// Channels of one recording.
    public var channelCount: Int
    /// Frames per second of one recording.
    public var sampleRate: Int
    /// Seconds of silence inserted into one recording for gaps in its timestamps and for damage; longer gaps are left out,
    /// which is a warning. The default is three hours.
    public var silenceDuration: Int
    /// Bytes of one upload held in memory.
    public var uploadByteCount: Int

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

    public static let `default` = ResourceLimits()

    /// The limit of that name.
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
