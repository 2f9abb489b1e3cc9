public import Foundation
public import PerceptCore
public import PerceptImage

/// An image that a ``Perceiver`` can process: a file's URL, encoded bytes, or decoded pixels.
public protocol ImageInput: Sendable {
    /// Converts the image into an upload.
    func prepared(by preparation: ImagePreparation, limits: ResourceLimits) throws(MediaError) -> PreparedImage
}

extension MediaSource: ImageInput {
    /// Converts the source into an upload.
    public func prepared(by preparation: ImagePreparation, limits: ResourceLimits) throws(MediaError) -> PreparedImage {
        try preparation.prepare(self, limits: limits)
    }
}

extension URL: ImageInput {
    /// Converts the file into an upload.
    public func prepared(by preparation: ImagePreparation, limits: ResourceLimits) throws(MediaError) -> PreparedImage {
        try preparation.prepare(mediaSource(), limits: limits)
    }
}

extension Image: ImageInput {
    /// Converts the pixels into an upload.
    public func prepared(by preparation: ImagePreparation, limits: ResourceLimits) throws(MediaError) -> PreparedImage {
        try preparation.prepare(self, limits: limits)
    }
}
