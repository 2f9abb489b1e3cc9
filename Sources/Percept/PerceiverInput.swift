public import PerceptAudio
public import PerceptCore
public import PerceptImage

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

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
    /// Converts the medium into what an endpoint expects.
    public func prepared(by preparation: AudioPreparation, limits: ResourceLimits) throws(MediaError) -> PreparedAudio {
        try preparation.prepare(mediaSource(), limits: limits)
    }

    /// Plans the chunks in which a long recording is sent.
    public func chunked(
        by preparation: AudioPreparation, chunking: AudioChunking, limits: ResourceLimits
    ) throws(MediaError) -> ChunkedRecording {
        try ChunkedRecording(mediaSource(), preparation: preparation, chunking: chunking, limits: limits)
    }

    /// Converts the medium into what an endpoint expects.
    public func prepared(by preparation: ImagePreparation, limits: ResourceLimits) throws(MediaError) -> PreparedImage {
        try preparation.prepare(mediaSource(), limits: limits)
    }
}

extension MediaSource: EncodedMedia {
    /// The name in results and errors.
    public var mediaName: String { name }
    /// Returns the contents.
    public func mediaSource() -> MediaSource { self }
}

extension URL: EncodedMedia {
    /// The name in results and errors.
    public var mediaName: String { isFileURL ? path(percentEncoded: false) : absoluteString }

    /// Returns the contents.
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
    /// The name in results and errors.
    public var mediaName: String { mediaSource().name }
    /// Returns the contents.
    public func mediaSource() -> MediaSource { .bytes(self) }
}

extension Data: EncodedMedia {
    /// The name in results and errors.
    public var mediaName: String { MediaSource.bytes([]).name }
    /// Returns the contents.
    public func mediaSource() -> MediaSource { .bytes(Array(self)) }
}

extension Recording: AudioInput {
    /// The name in results and errors.
    public var mediaName: String { "recording in memory" }

    /// Converts the medium into what an endpoint expects.
    public func prepared(by preparation: AudioPreparation, limits: ResourceLimits) throws(MediaError) -> PreparedAudio {
        try preparation.prepare(self, limits: limits)
    }

    /// Plans the chunks in which a long recording is sent.
    public func chunked(
        by preparation: AudioPreparation, chunking: AudioChunking, limits: ResourceLimits
    ) throws(MediaError) -> ChunkedRecording {
        try ChunkedRecording(self, preparation: preparation, chunking: chunking, limits: limits)
    }
}

extension Image: ImageInput {
    /// The name in results and errors.
    public var mediaName: String { "image in memory" }

    /// Converts the medium into what an endpoint expects.
    public func prepared(by preparation: ImagePreparation, limits: ResourceLimits) throws(MediaError) -> PreparedImage {
        try preparation.prepare(self, limits: limits)
    }
}
