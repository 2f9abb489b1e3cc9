import Foundation
import PerceptAudio
import PerceptCore
public import PerceptInference

extension Perceiver {
    /// Recognizes what is said.
    ///
    /// With ``chunking`` a recording that is longer than a chunk is cut where it is quietest; up to
    /// ``concurrentChunkCount`` chunks are on their way at a time, and their texts and times are joined in order.
    /// The first chunk that fails ends it all, and is named by the error.
    ///
    /// - Parameters:
    ///   - recording: a file's URL, encoded bytes or decoded samples.
    ///   - model: the model's id; the task's default when `nil`.
    ///   - timestamps: which pieces of the text get times. When `nil` none, but for Whisper models and more than 30
    ///     seconds, which they refuse without. A service that rejects this form of asking is asked in the other one; where
    ///     no times come back, the text of each upload is one piece. ``Transcript/warnings`` has both.
    ///   - progress: told the finished fraction, 0…1, as chunks are answered.
    /// - Throws: `MediaError` for the recording, `InferenceError` for the service.
    public func transcribe(
        _ recording: some AudioInput, model: String? = nil, timestamps: AutomaticSpeechRecognition.Timestamps? = nil,
        progress: (@Sendable (Double) -> Void)? = nil
    ) async throws -> Transcript {
        let isTimed = timestamps?.asksForTimes == true
        guard let chunking else {
            let prepared = try await prepare(recording, for: AutomaticSpeechRecognition.self, model)
            let recognition = try await recognize(prepared, model, timestamps)
            return Transcript(recognition.speech, prepared, isTimed: isTimed, notice: recognition.notice)
        }
        try client.checkAccess(to: model ?? AutomaticSpeechRecognition.defaultModel)
        let (preparation, limits) = (audioPreparation, limits)
        let chunked = try await BlockingWork.run {
            try recording.chunked(by: preparation, chunking: chunking, limits: limits)
        }
        let parts = try await transcribe(chunked, model, timestamps, progress)
        if let part = parts.first, parts.count == 1 {
            return Transcript(part.speech, part.prepared, isTimed: isTimed, notice: part.notice)
        }
        return Transcript(stitching: parts, of: chunked.source, isTimed: isTimed, warnings: chunked.warnings)
    }

    /// Chunks are prepared one after the other, each when there is room for it on its way.
    private func transcribe(
        _ chunked: ChunkedRecording, _ model: String?, _ timestamps: AutomaticSpeechRecognition.Timestamps?,
        _ progress: (@Sendable (Double) -> Void)?
    ) async throws -> [TranscribedChunk] {
        let chunks = chunked.chunks
        return try await withThrowingTaskGroup(of: (Int, TranscribedChunk).self) { group in
            var answered: [Int: TranscribedChunk] = [:]
            func takeAnswer() async throws {
                guard let (index, part) = try await group.next() else { return }
                answered[index] = part
                progress?(Double(answered.count) / Double(chunks.count))
            }
            for (index, chunk) in chunks.enumerated() {
                if index - answered.count >= max(1, concurrentChunkCount) { try await takeAnswer() }
                guard let prepared = try await BlockingWork.run({ try chunked.next() }) else { break }
                group.addTask {
                    do throws(InferenceError) {
                        let recognition = try await recognize(prepared, model, timestamps)
                        return (
                            index,
                            TranscribedChunk(recognition.speech, prepared, chunk, notice: recognition.notice)
                        )
                    } catch {
                        guard chunks.count > 1, error.kind != .cancelled else { throw error }
                        var error = error
                        error.problem = "\(chunked.name(ofChunk: index)): \(error.problem)"
                        throw error
                    }
                }
            }
            while answered.count < chunks.count, !group.isEmpty { try await takeAnswer() }
            return answered.sorted { $0.key < $1.key }.map(\.value)
        }
    }
}
