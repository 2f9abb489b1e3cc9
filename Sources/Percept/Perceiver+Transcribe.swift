import Foundation
import PerceptAudio
import PerceptCore
public import PerceptInference

extension Perceiver {
    /// Recognizes what is said.
    ///
    /// With ``chunking`` a recording that is longer than a chunk is cut where it is quietest; up to
    /// ``concurrentChunkCount`` chunks are on their way at a time, and their texts and times are joined in order.
    /// A chunk for which the service fails becomes one of the transcript's gaps, whose error names it. The error is
    /// thrown when no chunk was answered. A refused token or a cancellation ends everything at once.
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
        let sent = try await send(chunked, model, timestamps, progress)
        let failures = sent.compactMap(\.failure)
        if let error = failures.first, failures.count == sent.count { throw chunked.naming(0, error) }
        if chunked.chunks.count == 1, let only = sent.first, case .success(let speech) = only.answer {
            return Transcript(speech, only.prepared, isTimed: isTimed, notice: only.notice)
        }
        return Transcript(
            stitching: sent, of: chunked.source, levels: chunked.levels, isTimed: isTimed,
            gaps: chunked.gaps(sent), warnings: chunked.warnings)
    }

    /// Sends all chunks. They are prepared one after the other, each when it can be sent.
    ///
    /// - Returns: in order; up to the first failure where that would be the same for all chunks and none was answered.
    private func send(
        _ chunked: ChunkedRecording, _ model: String?, _ timestamps: AutomaticSpeechRecognition.Timestamps?,
        _ progress: (@Sendable (Double) -> Void)?
    ) async throws -> [SentChunk] {
        let chunks = chunked.chunks
        return try await withThrowingTaskGroup(of: (Int, SentChunk).self) { group in
            var sent: [Int: SentChunk] = [:]
            /// - Returns: whether the others are worth sending.
            func takeAnswer() async throws -> Bool {
                guard let (index, part) = try await group.next() else { return false }
                sent[index] = part
                progress?(Double(sent.count) / Double(chunks.count))
                guard let error = part.failure else { return true }
                if error.kind.endsTranscription { throw chunked.naming(index, error) }
                return !error.kind.isSameForAllChunks || sent.values.contains { $0.failure == nil }
            }
            for (index, chunk) in chunks.enumerated() {
                if index - sent.count >= max(1, concurrentChunkCount), try await !takeAnswer() {
                    group.cancelAll()
                    return sent.sorted { $0.key < $1.key }.map(\.value)
                }
                guard let prepared = try await BlockingWork.run({ try chunked.next() }) else { break }
                group.addTask {
                    do throws(InferenceError) {
                        let recognition = try await recognize(prepared, model, timestamps)
                        return (
                            index,
                            SentChunk(.success(recognition.speech), prepared, chunk, notice: recognition.notice)
                        )
                    } catch {
                        return (index, SentChunk(.failure(error), prepared, chunk))
                    }
                }
            }
            while sent.count < chunks.count, !group.isEmpty {
                guard try await takeAnswer() else {
                    group.cancelAll()
                    break
                }
            }
            return sent.sorted { $0.key < $1.key }.map(\.value)
        }
    }
}

extension InferenceError.Kind {
    /// Whether nothing may be sent any more.
    fileprivate var endsTranscription: Bool {
        switch self {
        case .cancelled, .tokenMissing, .tokenRefused, .invalidArgument: true
        default: false
        }
    }

    /// Whether every chunk would fail like one, as long as none was answered.
    fileprivate var isSameForAllChunks: Bool {
        switch self {
        case .creditExhausted, .notFound, .unreachable, .redirected: true
        default: false
        }
    }
}

extension ChunkedRecording {
    /// The error with the name of its chunk, where there are several.
    fileprivate func naming(_ index: Int, _ error: InferenceError) -> InferenceError {
        guard chunks.count > 1, error.kind != .cancelled else { return error }
        var error = error
        error.problem = "\(name(ofChunk: index)): \(error.problem)"
        return error
    }

    /// The parts of the recording that are in no response: those of chunks that failed, without what their neighbours
    /// have.
    fileprivate func gaps(_ sent: [SentChunk]) -> [Transcript.Gap] {
        func time(_ frame: Int) -> Double { Double(frame) / Double(source.sampleRate) }
        func answered(_ index: Int) -> AudioChunk? {
            sent.indices.contains(index) && sent[index].failure == nil ? sent[index].chunk : nil
        }
        return sent.indices.compactMap { index in
            guard let error = sent[index].failure else { return nil }
            let chunk = sent[index].chunk
            let start = answered(index - 1).map { max(chunk.frames.lowerBound, $0.frames.upperBound) }
            let end = answered(index + 1).map { min(chunk.frames.upperBound, $0.frames.lowerBound) }
            return Transcript.Gap(
                start: time(start ?? chunk.ownFrames.lowerBound), end: time(end ?? chunk.ownFrames.upperBound),
                reason: error.reason, error: naming(index, error))
        }
    }
}

extension InferenceError {
    /// What went wrong, and the service's own words.
    fileprivate var reason: String {
        let details = [status.map { "HTTP \($0)" }, serviceMessage.map { "“\($0)”" }].compactMap(\.self)
        return problem + (details.isEmpty ? "" : " (\(details.joined(separator: ": ")))")
    }
}
