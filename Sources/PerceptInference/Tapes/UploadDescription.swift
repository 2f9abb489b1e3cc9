public import PerceptCore

/// What an upload turned out to be when it was decoded.
public struct UploadDescription: Sendable, Hashable {
    public var mediaType: MediaType
    /// Frames per second, of a recording.
    public var sampleRate: Int?
    public var channelCount: Int?
    public var frameCount: Int?
    /// Bits per sample or per colour channel.
    public var bitDepth: Int?
    /// In pixels as stored, before any orientation is applied, of a picture.
    public var size: PixelSize?
    /// Of a picture: `rgb`, `gray`, ….
    public var colorModel: String?

    public init(
        mediaType: MediaType, sampleRate: Int? = nil, channelCount: Int? = nil, frameCount: Int? = nil,
        bitDepth: Int? = nil, size: PixelSize? = nil, colorModel: String? = nil
    ) {
        self.mediaType = mediaType
        self.sampleRate = sampleRate
        self.channelCount = channelCount
        self.frameCount = frameCount
        self.bitDepth = bitDepth
        self.size = size
        self.colorModel = colorModel
    }

    /// Seconds, of a recording.
    public var duration: Double? {
        guard let frameCount, let sampleRate, sampleRate > 0 else { return nil }
        return Double(frameCount) / Double(sampleRate)
    }
}

extension UploadDescription: CustomStringConvertible {
    /// `audio/flac 16000 Hz 1 channel 16 bit 51200 frames 3.2 s` or `image/jpeg 300×400 rgb 8 bit`.
    public var description: String {
        let parts = [
            mediaType.rawValue, size?.description, colorModel, sampleRate.map { "\($0) Hz" },
            channelCount.map { $0 == 1 ? "1 channel" : "\($0) channels" }, bitDepth.map { "\($0) bit" },
            frameCount.map { "\($0) frames" }, duration.map { "\(($0 * 1000).rounded() / 1000) s" },
        ]
        return parts.compactMap(\.self).joined(separator: " ")
    }
}

/// Decodes an upload to the end and says what it is; given by those who can read media.
///
/// `nil` for a type that it does not read.
public typealias UploadDescriber =
    @Sendable (_ bytes: [UInt8], _ mediaType: MediaType) throws(MediaError) -> UploadDescription?
