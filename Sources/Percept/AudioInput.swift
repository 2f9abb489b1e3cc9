public import Foundation
public import PerceptAudio
public import PerceptCore

/// A recording that a ``Perceiver`` can listen to: a file's URL, encoded bytes, or decoded samples.
public protocol AudioInput: Sendable {
    /// Makes of it what an endpoint wants.
    func prepared(by preparation: AudioPreparation, limits: ResourceLimits) throws(MediaError) -> PreparedAudio

    /// Plans the chunks in which it is sent when it is long.
    func chunked(
        by preparation: AudioPreparation, chunking: AudioChunking, limits: ResourceLimits
    ) throws(MediaError) -> ChunkedRecording
}

extension MediaSource: AudioInput {
    public func prepared(by preparation: AudioPreparation, limits: ResourceLimits) throws(MediaError) -> PreparedAudio {
        try preparation.prepare(self, limits: limits)
    }

    public func chunked(
        by preparation: AudioPreparation, chunking: AudioChunking, limits: ResourceLimits
    ) throws(MediaError) -> ChunkedRecording {
        try ChunkedRecording(self, preparation: preparation, chunking: chunking, limits: limits)
    }
}

extension URL: AudioInput {
    public func prepared(by preparation: AudioPreparation, limits: ResourceLimits) throws(MediaError) -> PreparedAudio {
        try preparation.prepare(mediaSource(), limits: limits)
    }

    public func chunked(
        by preparation: AudioPreparation, chunking: AudioChunking, limits: ResourceLimits
    ) throws(MediaError) -> ChunkedRecording {
        try ChunkedRecording(mediaSource(), preparation: preparation, chunking: chunking, limits: limits)
    }

    /// The file behind the URL.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for anything but a file URL: nothing is downloaded here.
    func mediaSource() throws(MediaError) -> MediaSource {
        guard isFileURL else {
            throw MediaError(
                .invalidArgument, source: absoluteString, problem: "is not the URL of a local file",
                remedy: "download it first")
        }
        return .file(path(percentEncoded: false))
    }
}

extension Recording: AudioInput {
    public func prepared(by preparation: AudioPreparation, limits: ResourceLimits) throws(MediaError) -> PreparedAudio {
        try preparation.prepare(self, limits: limits)
    }

    public func chunked(
        by preparation: AudioPreparation, chunking: AudioChunking, limits: ResourceLimits
    ) throws(MediaError) -> ChunkedRecording {
        try ChunkedRecording(self, preparation: preparation, chunking: chunking, limits: limits)
    }
}
