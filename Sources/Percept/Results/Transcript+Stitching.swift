import PerceptAudio
import PerceptInference

extension Transcript {
    /// Joins what a service made of the chunks of a recording.
    ///
    /// Where two chunks overlap, what was heard in both is kept once: pieces with times belong to the chunk on whose side
    /// of the middle of the overlap their own middle lies, and words that still repeat at the seam are left out of the
    /// second. Times are those of the source and never run backwards; missing ones are filled.
    ///
    /// - Parameters:
    ///   - isTimed: whether times were asked for: a chunk without any is then one piece over its own times.
    ///   - warnings: about the whole recording.
    init(
        stitching parts: [TranscribedChunk], of source: TimeReceipt.Side, isTimed: Bool = false, warnings: [String]
    ) {
        var sections = parts.map { Section(pieces: $0.pieces, text: $0.speech.trimmedText) }
        for index in parts.indices.dropFirst() where parts[index - 1].overlaps(parts[index]) {
            Self.join(&sections, index, at: parts[index].ownTimes.lowerBound)
        }
        let untimed = isTimed ? parts.indices.filter { !parts[$0].speech.hasTimes && !sections[$0].text.isEmpty } : []
        for index in untimed { sections[index].pieces = [parts[index].wholePiece(sections[index].text)] }
        let uploads = parts.map(\.receipt)
        self.init(
            text: sections.map(\.text).filter { !$0.isEmpty }.reduce("", Self.appending),
            chunks: Self.inOrder(sections.flatMap(\.pieces)), receipt: Self.receipt(of: uploads, source),
            uploads: uploads, sent: SentMedia(parts),
            warnings: warnings + parts.compactMap(\.notice) + Self.warnings(parts)
                + Self.warning(ofUntimed: untimed.count, of: parts.count))
    }

    /// The text of a chunk, and its pieces with times where there are any.
    private struct Section {
        var pieces: [TranscribedChunk.Piece]
        var text: String

        /// Takes the pieces that are left for the text.
        mutating func rebuildText() {
            text = pieces.reduce("") { text, piece in
                text.isEmpty || piece.text.isEmpty ? text + piece.text : text + piece.separator + piece.text
            }
        }
    }

    /// How far the same word's times may differ between two hearings, in seconds: within this of the cut it is kept on
    /// both sides for the words to decide, lest both sides think it the other's.
    private static let jitter = 0.1

    private static func join(_ sections: inout [Section], _ index: Int, at cut: Double) {
        guard !sections[index - 1].pieces.isEmpty, !sections[index].pieces.isEmpty else {
            let repetition = SeamWords.repetition(
                words(sections[index - 1].text), words(sections[index].text))
            guard let repetition else { return }
            sections[index - 1].text = sections[index - 1].text.droppingLastWords(repetition.first)
            sections[index].text = sections[index].text.droppingFirstWords(repetition.second)
            return
        }
        sections[index - 1].pieces.removeAll { ($0.start + $0.end) / 2 >= cut + jitter }
        sections[index].pieces.removeAll { ($0.start + $0.end) / 2 < cut - jitter }
        let repetition = SeamWords.repetition(
            sections[index - 1].pieces.suffix(SeamWords.reach).flatMap { words($0.text) },
            sections[index].pieces.prefix(SeamWords.reach).flatMap { words($0.text) })
        if let repetition {
            dropLastWords(repetition.first, &sections[index - 1].pieces)
            dropFirstWords(repetition.second, &sections[index].pieces)
        }
        sections[index - 1].rebuildText()
        sections[index].rebuildText()
    }

    private static func words(_ text: String) -> [String] {
        SeamWords.words(of: text).map(\.normalized)
    }

    private static func dropFirstWords(_ count: Int, _ pieces: inout [TranscribedChunk.Piece]) {
        var count = count
        while count > 0, let piece = pieces.first {
            let wordCount = words(piece.text).count
            if wordCount > count {
                pieces[0].text = piece.text.droppingFirstWords(count)
                return
            }
            pieces.removeFirst()
            count -= wordCount
        }
    }

    private static func dropLastWords(_ count: Int, _ pieces: inout [TranscribedChunk.Piece]) {
        var count = count
        while count > 0, let piece = pieces.last {
            let wordCount = words(piece.text).count
            if wordCount > count {
                pieces[pieces.count - 1].text = piece.text.droppingLastWords(count)
                return
            }
            pieces.removeLast()
            count -= wordCount
        }
    }

    private static func inOrder(_ pieces: [TranscribedChunk.Piece]) -> [Chunk] {
        var latest = 0.0
        return pieces.map { piece in
            let start = max(latest, piece.start)
            latest = max(start, piece.end)
            return Chunk(text: piece.text, start: start, end: latest)
        }
    }

    private static func appending(_ text: String, _ following: String) -> String {
        guard let last = text.last, let first = following.first else { return text + following }
        return text + (last.standsAlone && first.standsAlone ? "" : " ") + following
    }

    private static func receipt(of uploads: [TimeReceipt], _ source: TimeReceipt.Side) -> TimeReceipt {
        let (first, last) = (uploads.first, uploads.last)
        let upload = TimeReceipt.Side(
            sampleRate: first?.upload.sampleRate ?? source.sampleRate,
            channelCount: first?.upload.channelCount ?? source.channelCount,
            frameCount: uploads.reduce(0) { $0 + $1.upload.frameCount })
        return TimeReceipt(
            source: source, upload: upload, sourceStartFrame: first?.sourceStartFrame ?? 0,
            sourceEndFrame: last?.sourceEndFrame, sourceChannelIndex: first?.sourceChannelIndex, gain: first?.gain ?? 1,
            clampedSampleCount: uploads.reduce(0) { $0 + $1.clampedSampleCount },
            replacedSampleCount: first?.replacedSampleCount ?? 0)
    }

    /// Each with the times of its chunk; of many the first three.
    private static func warnings(_ parts: [TranscribedChunk]) -> [String] {
        let all = parts.flatMap { part in
            part.prepared.warnings.map { warning in
                let times = [part.receipt.sourceStart, part.receipt.sourceEnd].map { ($0 * 10).rounded() / 10 }
                return "at \(times[0])–\(times[1]) s: \(warning)"
            }
        }
        guard all.count > 3 else { return all }
        return all.prefix(3) + ["and \(all.count - 3) more such warnings about other chunks"]
    }
}
