public import PerceptAudio
public import PerceptCore
public import PerceptImage

/// Converts local recordings and images, detected by their contents, into uploads without sending them.
public struct MediaPreparation: Sendable, Hashable {
    /// The preparation of recordings.
    public var audio: AudioPreparation
    /// The preparation of images.
    public var image: ImagePreparation

    /// Creates a preparation from those of both kinds.
    public init(audio: AudioPreparation = AudioPreparation(), image: ImagePreparation = ImagePreparation()) {
        self.audio = audio
        self.image = image
    }

    /// Prepares `source` and writes the upload to a file, outside the cooperative thread pool.
    ///
    /// The file appears complete or not at all.
    ///
    /// - Parameters:
    ///   - source: a recording or an image.
    ///   - path: the path of the file to write.
    ///   - limits: the resource limits.
    ///   - progress: a closure that is called with the finished fraction, 0…1, from time to time.
    /// - Throws: `MediaError`.
    public func prepare(
        _ source: MediaSource, toFile path: String, limits: ResourceLimits = .default,
        progress: (@Sendable (Double) -> Void)? = nil
    ) async throws -> PreparedMedia {
        try await BlockingWork.run {
            switch try source.perceptibleKind(reading: audio.reading) {
            case .recording: .audio(try audio.prepare(source, toFile: path, limits: limits, progress: progress))
            case .picture: .image(try image.prepare(source, toFile: path, limits: limits, progress: progress))
            }
        }
    }

    /// Returns the file extension of the upload that `source` is converted into.
    ///
    /// - Throws: `MediaError`.
    public func fileExtension(for source: MediaSource) throws(MediaError) -> String {
        switch try source.perceptibleKind(reading: audio.reading) {
        case .recording: audio.encoding.container.mediaType.fileExtension
        case .picture: image.mediaType(for: try source.mediaType()).fileExtension
        }
    }
}

/// An upload made from a recording or an image.
public enum PreparedMedia: Sendable, Hashable {
    /// The upload of a recording.
    case audio(PreparedAudio)
    /// The upload of an image.
    case image(PreparedImage)
}

/// The kinds of media that can be processed.
enum PerceptibleKind {
    case recording, picture
}

extension MediaSource {
    /// Returns the kind of the media: recording or image.
    ///
    /// Videos and raw samples count as recordings; an error about a video comes from the reader of recordings.
    ///
    /// - Throws: `MediaError` `.malformedInput` if it is neither.
    func perceptibleKind(reading: ReadingOptions) throws(MediaError) -> PerceptibleKind {
        if reading.rawFormat != nil { return .recording }
        let type = try mediaType()
        switch type.kind {
        case .audio, .video: return .recording
        case .image: return .picture
        case .other:
            throw MediaError(
                .malformedInput, source: name, problem: "found \(type.name), expected a recording or an image",
                remedy: MediaType.adviceOnReadableMedia)
        }
    }
}
