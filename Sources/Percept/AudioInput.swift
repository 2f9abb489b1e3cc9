public import Foundation
public import PerceptAudio
public import PerceptCore

/// A recording that a ``Perceiver`` can process: a file's URL, encoded bytes, or decoded samples.
public protocol AudioInput: Sendable {
    /// Converts the recording into an upload.
    func prepared(by preparation: AudioPreparation, limits: ResourceLimits) throws(MediaError) -> PreparedAudio

    /// Plans the chunks in which a long recording is sent.
    func chunked(
        by preparation: AudioPreparation, chunking: AudioChunking, limits: ResourceLimits
    ) throws(MediaError) -> ChunkedRecording
}

extension MediaSource: AudioInput {
    /// Converts the source into an upload.
    public func prepared(by preparation: AudioPreparation, limits: ResourceLimits) throws(MediaError) -> PreparedAudio {
        try preparation.prepare(self, limits: limits)
    }

    /// Plans the chunks in which the source is sent.
    public func chunked(
        by preparation: AudioPreparation, chunking: AudioChunking, limits: ResourceLimits
    ) throws(MediaError) -> ChunkedRecording {
        try ChunkedRecording(self, preparation: preparation, chunking: chunking, limits: limits)
    }
}

extension URL: AudioInput {
    /// Converts the file into an upload.
    public func prepared(by preparation: AudioPreparation, limits: ResourceLimits) throws(MediaError) -> PreparedAudio {
        try preparation.prepare(mediaSource(), limits: limits)
    }

    /// Plans the chunks in which the file is sent.
    public func chunked(
        by preparation: AudioPreparation, chunking: AudioChunking, limits: ResourceLimits
    ) throws(MediaError) -> ChunkedRecording {
        try ChunkedRecording(mediaSource(), preparation: preparation, chunking: chunking, limits: limits)
    }

    /// Returns the file at the URL.
    ///
    /// - Throws: `MediaError` `.invalidArgument` unless it is a file URL; nothing is downloaded.
    func mediaSource() throws(MediaError) -> MediaSource {
        guard isFileURL else {
            throw MediaError(
                .invalidArgument, source: absoluteString, problem: "not the URL of a local file",
                remedy: "download it first")
        }
        return .file(path(percentEncoded: false))
    }
}

extension Recording: AudioInput {
    /// Converts the samples into an upload.
    public func prepared(by preparation: AudioPreparation, limits: ResourceLimits) throws(MediaError) -> PreparedAudio {
        try preparation.prepare(self, limits: limits)
    }

    /// Plans the chunks in which the samples are sent.
    public func chunked(
        by preparation: AudioPreparation, chunking: AudioChunking, limits: ResourceLimits
    ) throws(MediaError) -> ChunkedRecording {
        try ChunkedRecording(self, preparation: preparation, chunking: chunking, limits: limits)
    }
}
