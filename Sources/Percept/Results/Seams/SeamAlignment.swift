/// Finds out which words on either side of a seam are the same, heard twice.
///
/// The last words of one chunk and the first of the next are aligned in order, by dynamic programming: a pair scores by
/// the likeness of the texts and loses by the distance in time; a word that stays alone within the overlap costs, since
/// both chunks hold its sound. Where texts cannot decide (“no no no”), times do.
struct SeamAlignment {
    /// Words of either side that belong together: one of each, two of one that are one of the other, or a word alone.
    struct Step: Hashable {
        let first: Range<Int>
        let second: Range<Int>
    }

    /// The score of two words that are the same.
    static let sameText = 3.0
    /// The score of a word that the edge of an upload may have cut, and of another that begins or ends like it.
    static let cutText = 2.0
    /// The score of words that are not alike, which only their times bring together; of words half alike, −1.
    static let otherText = -2.0
    /// Words less alike than this are other words.
    static let leastSimilarity = 0.5
    /// A pair loses 1 for so many seconds between its words, and for more where their times are estimates.
    static let timeScale = 0.15
    /// Words that are the same are paired over at most so many seconds: there, a pair costs as much as two words alone.
    static let longestShift = 0.9
    /// Words with nearly the same time, in seconds: other words are paired, and duplicates dropped, only within this.
    static let sameTime = 0.3
    /// The cost of a word that stays alone in the middle of the overlap.
    static let aloneCost = 1.5
    /// The same for a word that is cut: it may be no word at all.
    static let cutAloneCost = 0.3
    /// At the edges of the overlap, within so many seconds of them, being alone costs in proportion.
    static let aloneMargin = 0.3

    private let first: ArraySlice<HeardChunk.Word>
    private let second: ArraySlice<HeardChunk.Word>
    private let overlap: Range<Double>

    init(_ first: ArraySlice<HeardChunk.Word>, _ second: ArraySlice<HeardChunk.Word>, overlap: Range<Double>) {
        self.first = first
        self.second = second
        self.overlap = overlap
    }

    private enum Move: UInt8 {
        case none, firstAlone, secondAlone, pair, twoAndOne, oneAndTwo

        var counts: (Int, Int) {
            switch self {
            case .none: (0, 0)
            case .firstAlone: (1, 0)
            case .secondAlone: (0, 1)
            case .pair: (1, 1)
            case .twoAndOne: (2, 1)
            case .oneAndTwo: (1, 2)
            }
        }
    }

    /// All words of both sides, in order.
    var steps: [Step] {
        let (rows, columns) = (first.count, second.count)
        let (row0, column0) = (first.startIndex, second.startIndex)
        var scores = [[Double]](repeating: [Double](repeating: 0, count: columns + 1), count: rows + 1)
        var moves = [[Move]](repeating: [Move](repeating: .none, count: columns + 1), count: rows + 1)
        let costs = (first.map(firstAloneCost), second.map(secondAloneCost))
        for row in 0...rows {
            for column in 0...columns where row + column > 0 {
                var best = (score: -Double.infinity, move: Move.none)
                func consider(_ move: Move, _ gain: Double?) {
                    guard let gain else { return }
                    let score = scores[row - move.counts.0][column - move.counts.1] + gain
                    if score > best.score { best = (score, move) }
                }
                if row > 0, column > 0 {
                    let (one, other) = (row0 + row - 1, column0 + column - 1)
                    consider(.pair, score(first[one], second[other]))
                    if row > 1 { consider(.twoAndOne, score(first[one - 1].joined(with: first[one]), second[other])) }
                    if column > 1 {
                        consider(.oneAndTwo, score(first[one], second[other - 1].joined(with: second[other])))
                    }
                }
                // Words of the second side come last where the order is open.
                if column > 0 { consider(.secondAlone, -costs.1[column - 1]) }
                if row > 0 { consider(.firstAlone, -costs.0[row - 1]) }
                (scores[row][column], moves[row][column]) = best
            }
        }
        var steps: [Step] = []
        var (row, column) = (rows, columns)
        while row + column > 0 {
            let counts = moves[row][column].counts
            guard counts.0 + counts.1 > 0 else { break }
            steps.append(
                Step(
                    first: row0 + row - counts.0..<row0 + row, second: column0 + column - counts.1..<column0 + column))
            row -= counts.0
            column -= counts.1
        }
        return steps.reversed()
    }

    private func firstAloneCost(_ word: HeardChunk.Word) -> Double {
        Self.aloneCost(word, inside: word.middle - overlap.lowerBound)
    }

    private func secondAloneCost(_ word: HeardChunk.Word) -> Double {
        Self.aloneCost(word, inside: overlap.upperBound - word.middle)
    }

    private static func aloneCost(_ word: HeardChunk.Word, inside seconds: Double) -> Double {
        (word.isCut ? cutAloneCost : aloneCost) * min(max(0, seconds / aloneMargin), 1)
    }

    /// - Returns: `nil` for words that cannot be the same.
    private func score(_ word: HeardChunk.Word, _ other: HeardChunk.Word) -> Double? {
        let distance = Self.distance(word, other)
        let spread = word.spread + other.spread
        // Texts are compared only where times allow it.
        guard distance <= Self.longestShift + 3 * spread else { return nil }
        let text = Self.textScore(word, other)
        if word.isJoined || other.isJoined, text < Self.sameText { return nil }
        guard text > Self.otherText || distance <= Self.sameTime + 2 * spread else { return nil }
        return text - distance / (Self.timeScale + spread)
    }

    /// How far apart two words are in time, in seconds: of a word that is cut, the whole edge counts.
    static func distance(_ word: HeardChunk.Word, _ other: HeardChunk.Word) -> Double {
        let (endIsCut, startIsCut) = (word.isCutAtEnd || other.isCutAtEnd, word.isCutAtStart || other.isCutAtStart)
        switch (startIsCut, endIsCut) {
        case (false, false): return abs(word.middle - other.middle)
        case (false, true): return min(abs(word.start - other.start), abs(word.middle - other.middle))
        case (true, false): return min(abs(word.end - other.end), abs(word.middle - other.middle))
        case (true, true): return max(0, word.start - other.end, other.start - word.end)
        }
    }

    static func textScore(_ word: HeardChunk.Word, _ other: HeardChunk.Word) -> Double {
        if word.key == other.key { return sameText }
        let similarity = SpokenText.similarity(word.key, other.key)
        let score = similarity < leastSimilarity ? otherText : 6 * similarity - 4
        if isPart(word, of: other) || isPart(other, of: word) { return max(score, cutText) }
        return score
    }

    /// Whether a word that the edge of its upload may have cut is the beginning or the end of another.
    static func isPart(_ word: HeardChunk.Word, of other: HeardChunk.Word) -> Bool {
        word.isCutAtEnd && other.key.hasPrefix(word.key) || word.isCutAtStart && other.key.hasSuffix(word.key)
    }
}
