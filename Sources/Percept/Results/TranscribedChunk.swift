import PerceptAudio
import PerceptInference

/// A chunk of a recording that was sent, with its response or error.
struct SentChunk: Sendable {
    /// The upload, without its bytes.
    let prepared: PreparedAudio
    /// The chunk, in frames of the source.
    let chunk: AudioChunk
    let answer: Result<RecognizedSpeech, InferenceError>
    /// A notice about the form of the request.
    let notice: Warning?

    init(
        _ answer: Result<RecognizedSpeech, InferenceError>, _ prepared: PreparedAudio, _ chunk: AudioChunk,
        notice: Warning? = nil
    ) {
        self.notice = notice
        self.answer = answer
        self.prepared = prepared.withoutBytes
        self.chunk = chunk
    }

    /// The error; `nil` if the service responded.
    var failure: InferenceError? {
        if case .failure(let error) = answer { error } else { nil }
    }

    /// The response; `nil` if the service failed.
    var transcribed: TranscribedChunk? {
        guard case .success(let speech) = answer else { return nil }
        return TranscribedChunk(speech, prepared.receipt, chunk)
    }
}

/// The response to one chunk of a recording.
struct TranscribedChunk: Sendable {
    let speech: RecognizedSpeech
    let receipt: TimeReceipt
    /// The time from cut to cut, in seconds of the source.
    let ownTimes: Range<Double>

    init(_ speech: RecognizedSpeech, _ receipt: TimeReceipt, _ chunk: AudioChunk) {
        self.speech = speech
        self.receipt = receipt
        let rate = Double(receipt.source.sampleRate)
        ownTimes = Double(chunk.ownFrames.lowerBound) / rate..<Double(chunk.ownFrames.upperBound) / rate
    }

    /// Returns the time of the source that both chunks contain; `nil` if the cut between them is in silence.
    func overlap(with following: TranscribedChunk) -> Range<Double>? {
        guard following.receipt.sourceStartFrame < receipt.sourceEndFrame else { return nil }
        return following.receipt.sourceStart..<receipt.sourceEnd
    }

    /// The pieces of the text, with times if the service stated them.
    var pieces: [HeardChunk.Piece] {
        let hasLeadingSpaces = speech.chunks.contains { $0.text.first?.isWhitespace == true }
        let textHasSpaces = speech.trimmedText.contains(where: \.isWhitespace)
        return speech.chunks.map { chunk in
            let isApart = hasLeadingSpaces ? chunk.text.first?.isWhitespace == true : textHasSpaces
            return HeardChunk.Piece(
                text: SpokenText(chunk.trimmedText), start: sourceTime(chunk.start), end: sourceTime(chunk.end),
                separator: isApart ? " " : "")
        }
    }

    private func sourceTime(_ seconds: Double?) -> Double? {
        seconds.flatMap { $0.isFinite ? receipt.sourceTime(forUploadTime: $0) : nil }
    }
}

extension PreparedAudio {
    fileprivate var withoutBytes: PreparedAudio {
        PreparedAudio(bytes: [], byteCount: byteCount, mediaType: mediaType, receipt: receipt, warnings: warnings)
    }
}
