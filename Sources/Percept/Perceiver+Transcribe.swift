import PerceptAudio
import PerceptCore
public import PerceptInference

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Perceiver {
    /// Transcribes the speech in a recording.
    ///
    /// With ``chunking``, a recording longer than a chunk is split where it is quietest. Up to
    /// ``concurrentChunkCount`` chunks are sent at a time, and their texts and times are joined in order. A chunk for
    /// which the service fails becomes one of the transcript's gaps, whose error names it. If all chunks fail, the
    /// error is thrown. A rejected token or a cancellation ends the transcription at once.
    ///
    /// - Parameters:
    ///   - recording: a file's URL, encoded bytes or decoded samples.
    ///   - model: the model's id; the task's default if `nil`.
    ///   - timestamps: the parts of the text that get timestamps. If `nil`, none are requested, except for Whisper
    ///     models and more than 30 seconds, which these models reject otherwise. If a service rejects this form of
    ///     request, the other form is sent; if it returns no times, the text of each upload is one chunk.
    ///     ``Transcript/warnings`` reports both.
    ///   - progress: a closure that is called with the finished fraction, 0…1, after each response.
    /// - Throws: `MediaError` for the recording, `InferenceError` for the service, `CancellationError` if the task is
    ///   cancelled.
    public func transcribe(
        _ recording: some AudioInput, model: String? = nil, timestamps: AutomaticSpeechRecognition.Timestamps? = nil,
        progress: (@Sendable (Double) -> Void)? = nil
    ) async throws -> Transcript {
        try await throwingCancellation { try await transcript(of: recording, model, timestamps, progress) }
    }

    private func transcript(
        of recording: some AudioInput, _ model: String?, _ timestamps: AutomaticSpeechRecognition.Timestamps?,
        _ progress: (@Sendable (Double) -> Void)?
    ) async throws -> Transcript {
        let (isTimed, file) = (timestamps?.asksForTimes == true, recording.mediaName)
        guard let chunking else {
            let prepared = try await prepare(recording, for: AutomaticSpeechRecognition.self, model)
            let recognition = try await recognize(prepared, model, timestamps)
            progress?(1)
            return Transcript(recognition.speech, file: file, prepared, isTimed: isTimed, notice: recognition.notice)
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
            return Transcript(speech, file: file, only.prepared, isTimed: isTimed, notice: only.notice)
        }
        return Transcript(
            stitching: sent, file: file, of: chunked.source, levels: chunked.levels, isTimed: isTimed,
            gaps: chunked.gaps(sent), warnings: chunked.warnings)
    }

    /// Sends all chunks, each of which is prepared when it can be sent.
    ///
    /// - Returns: the chunks in order; sending stops at a failure that all chunks would share if none has succeeded.
    private func send(
        _ chunked: ChunkedRecording, _ model: String?, _ timestamps: AutomaticSpeechRecognition.Timestamps?,
        _ progress: (@Sendable (Double) -> Void)?
    ) async throws -> [SentChunk] {
        let chunks = chunked.chunks
        return try await withThrowingTaskGroup(of: (Int, SentChunk).self) { group in
            var sent: [Int: SentChunk] = [:]
            /// Waits for a response.
            ///
            /// - Returns: `true` if the remaining chunks are worth sending.
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
    /// A Boolean value that indicates whether the error ends the transcription.
    fileprivate var endsTranscription: Bool {
        switch self {
        case .cancelled, .tokenMissing, .tokenRefused, .invalidArgument: true
        default: false
        }
    }

    /// A Boolean value that indicates whether all chunks would fail in the same way, as long as none has succeeded.
    fileprivate var isSameForAllChunks: Bool {
        switch self {
        case .creditExhausted, .notFound, .unreachable, .redirected: true
        default: false
        }
    }
}

extension ChunkedRecording {
    /// Returns the error with the name of its chunk, if there are several.
    fileprivate func naming(_ index: Int, _ error: InferenceError) -> InferenceError {
        guard chunks.count > 1, error.kind != .cancelled else { return error }
        var error = error
        error.problem = "\(name(ofChunk: index)): \(error.problem)"
        return error
    }

    /// Returns the parts of the recording that no response covers: failed chunks, without their overlap with
    /// neighbouring chunks.
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
    /// The problem with the service's status and message.
    fileprivate var reason: String {
        let details = [status.map { "HTTP \($0)" }, serviceMessage.map { "“\($0)”" }].compactMap(\.self)
        return problem + (details.isEmpty ? "" : " (\(details.joined(separator: ": ")))")
    }
}
