/// A parameter that a warning or a remedy suggests to change.
///
/// Each case is named after the Swift parameter or property. A command or an app that has another name for it, such as
/// a flag, shows that name instead: see ``Warning/naming(_:)`` and ``MediaError/naming(_:)``.
public enum Parameter: String, Sendable, Hashable, Codable, CaseIterable {
    /// The lenient reading of damaged files: what is lost is replaced, and a warning reports it.
    case isLenient
    /// The format of samples without a header.
    case rawFormat
    /// The audio track of a file with several.
    case audioTrack
    /// The replacement of NaN and infinite samples with silence.
    case replacesNonFinite
    /// The sample rate of an uploaded recording.
    case sampleRate
    /// The mixing of a recording's channels.
    case channels
    /// The one channel of a recording that is sent.
    case pickedChannel
    /// The sample format of an uploaded recording.
    case sampleFormat
    /// The trimming of silence at both ends of a recording.
    case trimming
    /// The maximum duration of a recording.
    case maximumDuration
    /// The division of a recording into chunks.
    case chunking
    /// The part of an image that is sent.
    case crop
    /// The stretching of the samples of an image with 16 bits per channel.
    case levels
    /// The longest side of an uploaded image.
    case longestSide
    /// The maximum size of an upload.
    case maximumByteCount
    /// The image that masks belong to.
    case image
    /// The rescaling of masks that differ from the upload in size.
    case rescalingMasks
    /// The maximum size of a recording that is embedded in a page.
    case recordingByteCount
    /// The maximum size of a response.
    case answerByteLimit
    /// The permission to send the token over plain http.
    case sendsTokenUnprotected
    /// ``ResourceLimits/pixelCount``.
    case pixelCountLimit
    /// ``ResourceLimits/imageByteCount``.
    case imageByteCountLimit
    /// ``ResourceLimits/scanCount``.
    case scanCountLimit
    /// ``ResourceLimits/colorProfileByteCount``.
    case colorProfileByteCountLimit
    /// ``ResourceLimits/channelCount``.
    case channelCountLimit
    /// ``ResourceLimits/sampleRate``.
    case sampleRateLimit
    /// ``ResourceLimits/silenceDuration``.
    case silenceDurationLimit
    /// ``ResourceLimits/uploadByteCount``.
    case uploadByteCountLimit

    /// Creates the parameter of a resource limit.
    public init(_ limit: ResourceLimits.Name) {
        self =
            switch limit {
            case .pixelCount: .pixelCountLimit
            case .imageByteCount: .imageByteCountLimit
            case .scanCount: .scanCountLimit
            case .colorProfileByteCount: .colorProfileByteCountLimit
            case .channelCount: .channelCountLimit
            case .sampleRate: .sampleRateLimit
            case .silenceDuration: .silenceDurationLimit
            case .uploadByteCount: .uploadByteCountLimit
            }
    }

    /// The resource limit that the parameter sets; `nil` for any other parameter.
    public var limit: ResourceLimits.Name? { ResourceLimits.Name.allCases.first { Parameter($0) == self } }

    /// The name that descriptions append; `nil` for a resource limit, which is named in the text itself.
    package var nameInDescriptions: String? { limit == nil ? rawValue : nil }
}
