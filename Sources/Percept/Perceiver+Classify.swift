public import Foundation
import PerceptAudio
public import PerceptCore

extension Perceiver {
    /// Classifies a recording or an image.
    ///
    /// The kind is detected from the contents, unless ``audioPreparation`` specifies raw samples.
    ///
    /// - Throws: `MediaError` if the source cannot be read or is neither; `InferenceError` for the service.
    public func classify(
        _ source: MediaSource, model: String? = nil, topCount: Int? = nil
    ) async throws -> Classification {
        switch try source.perceptibleKind(reading: audioPreparation.reading) {
        case .recording: try await classify(recording: source, model: model, topCount: topCount)
        case .picture: try await classify(picture: source, model: model, topCount: topCount)
        }
    }

    /// Classifies a recording or an image in a file.
    public func classify(_ url: URL, model: String? = nil, topCount: Int? = nil) async throws -> Classification {
        try await classify(url.mediaSource(), model: model, topCount: topCount)
    }
}
