import PerceptAudio
import PerceptInference

/// The words of all chunks of a recording, each once and in order.
struct StitchedText: Sendable {
    /// The texts of the responses, without the words that others have too.
    private(set) var text = ""
    /// The pieces of the responses, likewise; empty where no response has pieces.
    private(set) var chunks: [Transcript.Chunk] = []

    /// Responses without times whose texts are one piece each, as times were asked for.
    private(set) var untimedCount = 0

    /// Words of one response that follow one another.
    private struct Passage {
        let part: Int
        var words: Range<Int>
    }

    /// - Parameters:
    ///   - parts: in order.
    ///   - levels: the level of the source over time; `nil` places words by the lengths of their texts alone.
    ///   - isTimed: whether times were asked for: a chunk without any is then one piece over its own times.
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
        // The piece that is a whole text, and its part: words at a seam may come from both sides in turn.
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
    /// Appends text after a space; in scripts that put none between words only where the text says so.
    fileprivate mutating func append(_ passage: String, apart isApart: Bool) {
        guard let first = passage.first else { return }
        let needsSpace = last.map { isApart || !($0.standsAlone && first.standsAlone) } ?? false
        self += (needsSpace ? " " : "") + passage
    }
}
