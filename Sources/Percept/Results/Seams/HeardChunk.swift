import PerceptAudio
import PerceptInference

/// The words that a service recognized in one chunk, each with its stated or estimated time in seconds of the source.
struct HeardChunk: Sendable {
    struct Word: Sendable {
        /// The letters and digits, for comparison.
        let key: String
        /// The index of its piece; `nil` if the response has no pieces.
        let piece: Int?
        /// Its index among the words of its piece, or of the text.
        let index: Int
        var start: Double
        var end: Double
        /// The estimated standard deviation of the middle; 0 if the service stated the times of this word.
        var spread: Double
        /// True if the service stated both times of this word.
        let isTimed: Bool
        /// True if the start of the upload may have cut the word.
        var isCutAtStart = false
        /// True if the end of the upload may have cut the word.
        var isCutAtEnd = false
        /// True if it represents two words.
        var isJoined = false

        var middle: Double { (start + end) / 2 }
        var isCut: Bool { isCutAtStart || isCutAtEnd }

        /// Returns this word and the next as one.
        func joined(with next: Word) -> Word {
            var word = Word(
                key: key + next.key, piece: nil, index: index, start: start, end: next.end,
                spread: max(spread, next.spread), isTimed: isTimed && next.isTimed)
            word.isCutAtStart = isCutAtStart
            word.isCutAtEnd = next.isCutAtEnd
            word.isJoined = true
            return word
        }
    }

    /// A piece of the text as returned by the service, with the stated times.
    struct Piece: Sendable {
        let text: SpokenText
        let start: Double?
        let end: Double?
        /// The text between the previous piece and this one.
        let separator: String
    }

    /// The distance in seconds from the start or end of the upload within which a timed word may have been cut.
    ///
    /// Services round to 0.02 s (Whisper's step) and differ by 0.04 s in where they place the edge of a sound.
    static let edge = 0.06

    /// The distance in seconds from an overlap within which words are placed by the sound.
    static let reach = 1.0

    let text: SpokenText
    let pieces: [Piece]
    /// True if the service stated no times.
    var hasNoTimes: Bool { pieces.allSatisfy { $0.start == nil && $0.end == nil } }
    /// True if the response has pieces; otherwise its words are those of the text.
    let hasPieces: Bool
    private(set) var words: [Word] = []
    /// The times that the upload covers.
    let times: ClosedRange<Double>

    /// Assigns times to the words of a chunk.
    ///
    /// - Parameters:
    ///   - seams: the overlaps with other chunks; near them, words are placed by the sound, elsewhere evenly.
    ///   - placement: the placement of words by the sound.
    init(_ chunk: TranscribedChunk, seams: [Range<Double>], _ placement: WordPlacement) {
        text = SpokenText(chunk.speech.trimmedText)
        pieces = chunk.pieces
        times = chunk.receipt.sourceStart...max(chunk.receipt.sourceStart, chunk.receipt.sourceEnd)
        hasPieces = pieces.contains { !$0.text.words.isEmpty }
        let named: [(key: String, piece: Int?, index: Int, count: Int)] =
            hasPieces
            ? pieces.enumerated().flatMap { piece, value in
                value.text.words.enumerated().map { ($1.key, piece, $0, value.text.words.count) }
            } : text.words.enumerated().map { ($1.key, nil, $0, text.words.count) }
        words.reserveCapacity(named.count)
        for word in named {
            let piece = word.piece.map { pieces[$0] }
            words.append(
                Word(
                    key: word.key, piece: word.piece, index: word.index, start: times.lowerBound, end: times.upperBound,
                    spread: 0, isTimed: word.count == 1 && piece?.start != nil && piece?.end != nil))
        }
        placeWords(seams, placement)
        markCutWords()
    }

    /// Returns the stated start of a word, which is that of a piece that begins with it.
    private func statedStart(_ word: Word) -> Double? {
        word.index == 0 ? word.piece.flatMap { pieces[$0].start } : nil
    }

    /// Returns the stated end of a word, which is that of a piece that ends with it.
    private func statedEnd(_ word: Word) -> Double? {
        word.piece.flatMap { word.index == pieces[$0].text.words.count - 1 ? pieces[$0].end : nil }
    }

    /// Places the words between consecutive known times.
    private mutating func placeWords(_ seams: [Range<Double>], _ placement: WordPlacement) {
        var words = words
        var first = 0
        var known = times.lowerBound
        func close(_ end: Int, _ time: Double) {
            place(&words, first..<end, in: known...max(known, time), seams, placement)
            first = end
        }
        for index in words.indices {
            if let start = statedStart(words[index]) {
                if first < index { close(index, start) }
                // A word may start before the previous one ends, since stated edges vary.
                known = words[index].isTimed ? start : max(known, start)
            }
            if let end = statedEnd(words[index]) {
                close(index + 1, end)
                known = max(known, end)
            }
        }
        if first < words.count { close(words.count, times.upperBound) }
        self.words = words
    }

    private func place(
        _ words: inout [Word], _ range: Range<Int>, in times: ClosedRange<Double>, _ seams: [Range<Double>],
        _ placement: WordPlacement
    ) {
        if range.count == 1, words[range.lowerBound].isTimed {
            words[range.lowerBound].start = times.lowerBound
            words[range.lowerBound].end = times.upperBound
            return
        }
        let weights = words[range].map { WordPlacement.weight($0.key) }
        let near = seams.filter {
            $0.lowerBound - Self.reach < times.upperBound && $0.upperBound + Self.reach > times.lowerBound
        }
        var places = WordPlacement.evenPlaces(weights, in: times)
        if !near.isEmpty {
            let phrase = WordPlacement.Phrase(
                weights: weights, startIsCut: range.lowerBound == 0 && touchesStart(times.lowerBound),
                endIsCut: range.upperBound == words.count && touchesEnd(times.upperBound))
            // A word cut by an edge of the upload begins at the edge.
            let start = phrase.startIsCut ? self.times.lowerBound : times.lowerBound
            let end = phrase.endIsCut ? self.times.upperBound : times.upperBound
            places = placement.places(phrase, in: start...end, near: near)
        }
        for (index, place) in zip(range, places) {
            words[index].start = place.start
            words[index].end = place.end
            words[index].spread = place.spread
        }
        // Stated times take precedence over placed ones.
        if let start = statedStart(words[range.lowerBound]) {
            words[range.lowerBound].start = min(start, times.upperBound)
        }
        if let end = statedEnd(words[range.upperBound - 1]) {
            words[range.upperBound - 1].end = max(end, times.lowerBound)
        }
    }

    /// Marks the first and last word as possibly cut if they touch the edges of the upload or have no times.
    private mutating func markCutWords() {
        guard let first = words.first, let last = words.last else { return }
        words[0].isCutAtStart = touchesStart(statedStart(first) ?? times.lowerBound)
        words[words.count - 1].isCutAtEnd = touchesEnd(statedEnd(last) ?? times.upperBound)
    }

    private func touchesStart(_ time: Double) -> Bool { time <= times.lowerBound + Self.edge }
    private func touchesEnd(_ time: Double) -> Bool { time >= times.upperBound - Self.edge }
}

extension HeardChunk {
    /// Returns the part of the response's text that corresponds to a range of words.
    ///
    /// If the words of the pieces differ from those of the text (because numerals are spelled out, for example), words
    /// are counted from both ends, where the seams are; the middle of the text is kept whole.
    func text(of range: Range<Int>) -> String {
        guard !words.isEmpty, !text.words.isEmpty else { return joinedPieces(range) }
        let (count, half) = (text.words.count, words.count / 2)
        func place(_ index: Int) -> Int {
            if index <= half { return min(index, count) }
            return max(min(half, count), count - (words.count - index))
        }
        return String(text.excerpt(place(range.lowerBound)..<max(place(range.lowerBound), place(range.upperBound))))
    }

    /// Returns true if there is white space between a word and the previous one.
    func isApart(at index: Int) -> Bool {
        guard words.indices.contains(index), index > 0 else { return false }
        guard hasPieces, words[index].piece != words[index - 1].piece, let piece = words[index].piece else {
            let text = words[index].piece.map { pieces[$0].text } ?? text
            let start = text.words[words[index].index].range.lowerBound
            return start > text.text.startIndex && text.text[text.text.index(before: start)].isWhitespace
        }
        return !pieces[piece].separator.isEmpty
    }

    private func joinedPieces(_ range: Range<Int>) -> String {
        runs(range).reduce("") { text, run in
            text.isEmpty ? run.text : text + run.separator + run.text
        }
    }

    /// A run of words from one piece, or a part of it.
    struct Run {
        var text: String
        let words: Range<Int>
        let separator: String
    }

    /// Groups words by the service's pieces.
    func runs(_ range: Range<Int>) -> [Run] {
        var runs: [Run] = []
        var first = range.lowerBound
        while first < range.upperBound {
            let end = range.dropFirst(first - range.lowerBound).first { words[$0].piece != words[first].piece }
            let run = first..<(end ?? range.upperBound)
            let indices = words[first].index..<words[run.upperBound - 1].index + 1
            if let piece = words[first].piece {
                runs.append(
                    Run(
                        text: String(pieces[piece].text.excerpt(indices)), words: run,
                        separator: pieces[piece].separator))
            } else {
                runs.append(Run(text: String(text.excerpt(indices)), words: run, separator: " "))
            }
            first = run.upperBound
        }
        return runs
    }
}
