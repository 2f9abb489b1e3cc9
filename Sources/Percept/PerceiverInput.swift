public import Foundation
public import PerceptAudio
public import PerceptCore
public import PerceptImage

/// A recording that a ``Perceiver`` accepts: ``EncodedMedia`` or decoded samples.
public protocol AudioInput: Sendable {
    /// The name in results and errors.
    var mediaName: String { get }

    /// Converts the recording into what an endpoint expects.
    func prepared(by preparation: AudioPreparation, limits: ResourceLimits) throws(MediaError) -> PreparedAudio

    /// Plans the chunks in which a long recording is sent.
    func chunked(
        by preparation: AudioPreparation, chunking: AudioChunking, limits: ResourceLimits
    ) throws(MediaError) -> ChunkedRecording
}

/// An image that a ``Perceiver`` accepts: ``EncodedMedia`` or decoded pixels.
public protocol ImageInput: Sendable {
    /// The name in results and errors.
    var mediaName: String { get }

    /// Converts the image into what an endpoint expects.
    func prepared(by preparation: ImagePreparation, limits: ResourceLimits) throws(MediaError) -> PreparedImage
}

/// The contents of a media file: a `MediaSource`, the URL of a local file, `Data` or bytes.
public protocol EncodedMedia: AudioInput, ImageInput {
    /// Returns the contents.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for a URL of anything but a local file; nothing is downloaded.
    func mediaSource() throws(MediaError) -> MediaSource
}

extension EncodedMedia {
    public func prepared(by preparation: AudioPreparation, limits: ResourceLimits) throws(MediaError) -> PreparedAudio {
        try preparation.prepare(mediaSource(), limits: limits)
    }

    public func chunked(
        by preparation: AudioPreparation, chunking: AudioChunking, limits: ResourceLimits
    ) throws(MediaError) -> ChunkedRecording {
        try ChunkedRecording(mediaSource(), preparation: preparation, chunking: chunking, limits: limits)
    }

    public func prepared(by preparation: ImagePreparation, limits: ResourceLimits) throws(MediaError) -> PreparedImage {
        try preparation.prepare(mediaSource(), limits: limits)
    }
}

extension MediaSource: EncodedMedia {
    public var mediaName: String { name }
    public func mediaSource() -> MediaSource { self }
}

extension URL: EncodedMedia {
    public var mediaName: String { isFileURL ? path(percentEncoded: false) : absoluteString }

    public func mediaSource() throws(MediaError) -> MediaSource {
        guard isFileURL else {
            throw MediaError(
                .invalidArgument, source: absoluteString, problem: "not the URL of a local file",
                remedy: "download it first")
        }
        return .file(mediaName)
    }
}

extension [UInt8]: AudioInput, ImageInput, EncodedMedia {
    public var mediaName: String { mediaSource().name }
    public func mediaSource() -> MediaSource { .bytes(self) }
}

extension Data: EncodedMedia {
    public var mediaName: String { MediaSource.bytes([]).name }
    public func mediaSource() -> MediaSource { .bytes(Array(self)) }
}

extension Recording: AudioInput {
    public var mediaName: String { "recording in memory" }

    public func prepared(by preparation: AudioPreparation, limits: ResourceLimits) throws(MediaError) -> PreparedAudio {
        try preparation.prepare(self, limits: limits)
    }

    public func chunked(
        by preparation: AudioPreparation, chunking: AudioChunking, limits: ResourceLimits
    ) throws(MediaError) -> ChunkedRecording {
        try ChunkedRecording(self, preparation: preparation, chunking: chunking, limits: limits)
    }
}

extension Image: ImageInput {
    public var mediaName: String { "image in memory" }

    public func prepared(by preparation: ImagePreparation, limits: ResourceLimits) throws(MediaError) -> PreparedImage {
        try preparation.prepare(self, limits: limits)
    }
}
