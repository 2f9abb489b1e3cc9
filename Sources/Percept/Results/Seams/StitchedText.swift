import PerceptAudio
import PerceptInference

/// The joined text of all chunks of a recording.
struct StitchedText: Sendable {
    /// The texts of the responses without duplicated words.
    private(set) var text = ""
    /// The pieces of the responses without duplicated words; empty if no response has pieces.
    private(set) var chunks: [Transcript.Chunk] = []

    /// The number of responses that lack requested times; the text of each is one piece.
    private(set) var untimedCount = 0

    /// Consecutive words of one response.
    private struct Passage {
        let part: Int
        var words: Range<Int>
    }

    /// Joins the responses to the chunks of a recording.
    ///
    /// - Parameters:
    ///   - parts: the responses, in order.
    ///   - levels: the level of the source over time; if `nil`, words are placed by the lengths of their texts alone.
    ///   - isTimed: true if times were requested; a chunk without times is then one piece over its own time.
    init(_ parts: [TranscribedChunk], _ levels: LevelProfile?, isTimed: Bool = false) {
        let overlaps = zip(parts, parts.dropFirst()).map { $0.overlap(with: $1) }
        let placement = WordPlacement(levels)
        let heard = parts.indices.map { index in
            let seams = [index > 0 ? overlaps[index - 1] : nil, index < overlaps.count ? overlaps[index] : nil]
            return HeardChunk(parts[index], seams: seams.compactMap(\.self), placement)
        }
        let passages = Self.passages(parts, heard, overlaps)
        var previous: Passage?
        for passage in passages {
            let isApart =
                heard[passage.part].isApart(at: passage.words.lowerBound)
                || previous.map { heard[$0.part].isApart(at: $0.words.upperBound) } ?? false
            text.append(heard[passage.part].text(of: passage.words), apart: isApart)
            previous = passage
        }
        guard isTimed || heard.contains(where: \.hasPieces) else { return }
        var latest = 0.0
        // The untimed piece in progress and its part; words at a seam may alternate between both sides.
        var whole: (piece: Int, part: Int)?
        for passage in passages {
            let part = passage.part
            if isTimed, !parts[part].speech.hasTimes {
                let text = heard[part].text(of: passage.words)
                if let whole, part <= whole.part {
                    chunks[whole.piece].text = Self.joined(chunks[whole.piece].text, text)
                    continue
                }
                latest = max(latest, parts[part].ownTimes.lowerBound)
                whole = (chunks.count, part)
                untimedCount += 1
                chunks.append(
                    Transcript.Chunk(text: text, start: latest, end: max(latest, parts[part].ownTimes.upperBound)))
                continue
            }
            let heard = heard[part]
            for run in heard.runs(passage.words) {
                let start = max(latest, heard.words[run.words.lowerBound].start)
                latest = max(start, heard.words[run.words.upperBound - 1].end)
                chunks.append(Transcript.Chunk(text: run.text, start: start, end: latest))
            }
        }
    }

    private static func joined(_ text: String, _ following: String) -> String {
        guard let last = text.last, let first = following.first else { return text + following }
        return text + (last.standsAlone && first.standsAlone ? "" : " ") + following
    }

    private static func passages(
        _ parts: [TranscribedChunk], _ heard: [HeardChunk], _ overlaps: [Range<Double>?]
    ) -> [Passage] {
        var passages: [Passage] = []
        func keep(_ part: Int, _ words: Range<Int>) {
            guard !words.isEmpty else { return }
            if let last = passages.indices.last, passages[last].part == part,
                passages[last].words.upperBound == words.lowerBound
            {
                passages[last].words = passages[last].words.lowerBound..<words.upperBound
            } else {
                passages.append(Passage(part: part, words: words))
            }
        }
        var next = 0
        for index in heard.indices {
            let count = heard[index].words.count
            guard index < overlaps.count, let overlap = overlaps[index] else {
                keep(index, min(next, count)..<count)
                next = 0
                continue
            }
            let seam = Seam(heard[index], heard[index + 1], overlap: overlap, cut: parts[index + 1].ownTimes.lowerBound)
            let start = min(count, seam.start(notBefore: next))
            keep(index, min(next, start)..<start)
            for choice in seam.choices(from: start) {
                switch choice {
                case .first(let word): keep(index, word..<word + 1)
                case .second(let word): keep(index + 1, word..<word + 1)
                }
            }
            next = seam.end
        }
        return passages
    }
}

extension String {
    /// Appends text after a space; in scripts without spaces between words, only if the text has one.
    fileprivate mutating func append(_ passage: String, apart isApart: Bool) {
        guard let first = passage.first else { return }
        let needsSpace = last.map { isApart || !($0.standsAlone && first.standsAlone) } ?? false
        self += (needsSpace ? " " : "") + passage
    }
}
