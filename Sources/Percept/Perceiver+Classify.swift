public import Foundation
import PerceptAudio
public import PerceptCore

extension Perceiver {
    /// Tells which classes a recording or a picture belongs to; which of the two it is, its bytes tell, unless
    /// ``audioPreparation`` says that they are raw samples.
    ///
    /// - Throws: `MediaError` for the media, also when they are neither; `InferenceError` for the service.
    public func classify(
        _ source: MediaSource, model: String? = nil, topCount: Int? = nil
    ) async throws -> Classification {
        switch try source.perceptibleKind(reading: audioPreparation.reading) {
        case .recording: try await classify(recording: source, model: model, topCount: topCount)
        case .picture: try await classify(picture: source, model: model, topCount: topCount)
        }
    }

    /// The same for a file.
    public func classify(_ url: URL, model: String? = nil, topCount: Int? = nil) async throws -> Classification {
        try await classify(url.mediaSource(), model: model, topCount: topCount)
    }
}
