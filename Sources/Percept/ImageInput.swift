public import Foundation
public import PerceptCore
public import PerceptImage

/// A picture that a ``Perceiver`` can look at: a file's URL, encoded bytes, or decoded pixels.
public protocol ImageInput: Sendable {
    /// Makes of it what an endpoint wants.
    func prepared(by preparation: ImagePreparation, limits: ResourceLimits) throws(MediaError) -> PreparedImage
}

extension MediaSource: ImageInput {
    public func prepared(by preparation: ImagePreparation, limits: ResourceLimits) throws(MediaError) -> PreparedImage {
        try preparation.prepare(self, limits: limits)
    }
}

extension URL: ImageInput {
    public func prepared(by preparation: ImagePreparation, limits: ResourceLimits) throws(MediaError) -> PreparedImage {
        try preparation.prepare(mediaSource(), limits: limits)
    }
}

extension Image: ImageInput {
    public func prepared(by preparation: ImagePreparation, limits: ResourceLimits) throws(MediaError) -> PreparedImage {
        try preparation.prepare(self, limits: limits)
    }
}
