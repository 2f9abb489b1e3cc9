import PerceptAudio
import PerceptInference

/// What a service made of one chunk of a recording, in times of the whole.
struct TranscribedChunk: Sendable {
    /// Seconds of the source, all known.
    struct Piece {
        var text: String
        var start: Double
        var end: Double
        /// Stands between it and the piece before.
        let separator: String
    }

    let speech: RecognizedSpeech
    /// Without its bytes: they have been sent.
    let prepared: PreparedAudio
    /// From cut to cut, in seconds of the source.
    let ownTimes: Range<Double>
    /// What a person should know about how the service was asked.
    let notice: String?

    init(_ speech: RecognizedSpeech, _ prepared: PreparedAudio, _ chunk: AudioChunk, notice: String? = nil) {
        self.notice = notice
        self.speech = speech
        self.prepared = prepared.withoutBytes
        let rate = Double(prepared.receipt.source.sampleRate)
        ownTimes = Double(chunk.ownFrames.lowerBound) / rate..<Double(chunk.ownFrames.upperBound) / rate
    }

    var receipt: TimeReceipt { prepared.receipt }

    /// The text as one piece over the chunk's own times, for a service that gave no times.
    func wholePiece(_ text: String) -> Piece {
        Piece(text: text, start: ownTimes.lowerBound, end: ownTimes.upperBound, separator: " ")
    }

    func overlaps(_ following: TranscribedChunk) -> Bool {
        following.receipt.sourceStartFrame < receipt.sourceEndFrame
    }

    /// The pieces of the text that got times; a time that is missing is that of the neighbour, or of the chunk itself.
    var pieces: [Piece] {
        let hasLeadingSpaces = speech.chunks.contains { $0.text.first?.isWhitespace == true }
        let textHasSpaces = speech.trimmedText.contains(where: \.isWhitespace)
        var pieces: [Piece] = []
        for (index, chunk) in speech.chunks.enumerated() {
            let following = speech.chunks.dropFirst(index + 1).lazy.compactMap(\.start).first
            let earliest = pieces.last?.end ?? receipt.sourceStart
            let start = max(earliest, chunk.start.map(receipt.sourceTime(forUploadTime:)) ?? earliest)
            let end = (chunk.end ?? following).map(receipt.sourceTime(forUploadTime:)) ?? receipt.sourceEnd
            let isApart = hasLeadingSpaces ? chunk.text.first?.isWhitespace == true : textHasSpaces
            pieces.append(
                Piece(text: chunk.trimmedText, start: start, end: max(start, end), separator: isApart ? " " : ""))
        }
        return pieces
    }
}

extension PreparedAudio {
    fileprivate var withoutBytes: PreparedAudio {
        PreparedAudio(bytes: [], byteCount: byteCount, mediaType: mediaType, receipt: receipt, warnings: warnings)
    }
}
