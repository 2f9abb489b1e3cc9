package import PerceptCore

/// The properties of a decoded upload.
package struct UploadDescription: Sendable, Hashable {
    /// The detected media type.
    package var mediaType: MediaType
    /// The sample rate of a recording, in Hz.
    package var sampleRate: Int?
    /// The number of channels of a recording.
    package var channelCount: Int?
    /// The number of samples per channel of a recording.
    package var frameCount: Int?
    /// The number of bits per sample or per colour channel.
    package var bitDepth: Int?
    /// The size of an image in pixels as stored, before its orientation is applied.
    package var size: PixelSize?
    /// The colour model of an image: `rgb`, `gray`, ….
    package var colorModel: String?

    /// Creates a description.
    package init(
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

    /// The duration of a recording, in seconds.
    package var duration: Double? {
        guard let frameCount, let sampleRate, sampleRate > 0 else { return nil }
        return Double(frameCount) / Double(sampleRate)
    }
}

extension UploadDescription: CustomStringConvertible {
    /// One line, such as `audio/flac 16000 Hz 1 channel 16 bit 51200 frames 3.2 s` or `image/jpeg 300×400 rgb 8 bit`.
    package var description: String {
        let parts = [
            mediaType.rawValue, size?.description, colorModel, sampleRate.map { "\($0) Hz" },
            channelCount.map { $0 == 1 ? "1 channel" : "\($0) channels" }, bitDepth.map { "\($0) bit" },
            frameCount.map { "\($0) frames" }, duration.map { "\(($0 * 1000).rounded() / 1000) s" },
        ]
        return parts.compactMap(\.self).joined(separator: " ")
    }
}

/// Decodes a whole upload and describes it; implemented by a module that reads media.
///
/// Returns `nil` for a type that it cannot read.
package typealias UploadDescriber =
    @Sendable (_ bytes: [UInt8], _ mediaType: MediaType) throws(MediaError) -> UploadDescription?
