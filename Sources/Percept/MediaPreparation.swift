public import PerceptAudio
public import PerceptCore
public import PerceptImage

/// Makes local media into what an endpoint wants, without sending them: recordings or pictures, told apart by their bytes.
public struct MediaPreparation: Sendable, Hashable {
    public var audio: AudioPreparation
    public var image: ImagePreparation

    public init(audio: AudioPreparation = AudioPreparation(), image: ImagePreparation = ImagePreparation()) {
        self.audio = audio
        self.image = image
    }

    /// Prepares `source` into a file, which appears whole or not at all, off the cooperative threads.
    ///
    /// - Parameters:
    ///   - source: a recording or a picture.
    ///   - path: where the file is to stand.
    ///   - limits: what the source may not exceed.
    ///   - progress: told the finished fraction, 0…1, now and then.
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

    /// The extension of the file that `source` would be prepared into.
    ///
    /// - Throws: `MediaError`.
    public func fileExtension(for source: MediaSource) throws(MediaError) -> String {
        switch try source.perceptibleKind(reading: audio.reading) {
        case .recording: audio.encoding.container.mediaType.fileExtension
        case .picture: image.mediaType(for: try source.mediaType()).fileExtension
        }
    }
}

/// A recording or a picture as an endpoint wants it.
public enum PreparedMedia: Sendable, Hashable {
    case audio(PreparedAudio)
    case image(PreparedImage)
}

/// What can be perceived in media.
enum PerceptibleKind {
    case recording, picture
}

extension MediaSource {
    /// Whether this is a recording or a picture.
    ///
    /// A video counts as a recording: whoever reads recordings will say what can be done with it. So does whatever is stated to
    /// be raw samples.
    ///
    /// - Throws: `MediaError` `.unsupportedFeature` when it is neither.
    func perceptibleKind(reading: ReadingOptions) throws(MediaError) -> PerceptibleKind {
        if reading.rawFormat != nil { return .recording }
        let type = try mediaType()
        switch type.kind {
        case .audio, .video: return .recording
        case .image: return .picture
        case .other:
            throw MediaError(
                .malformedInput, source: name, problem: "is \(type.name), neither a recording nor a picture",
                remedy: MediaType.adviceOnReadableMedia)
        }
    }
}
