/// Finds the words that were recognized twice, once on each side of a seam.
///
/// The last words of one chunk and the first of the next are aligned in order by dynamic programming. The score of a
/// pair rises with the similarity of the texts and falls with the distance in time. A word without a partner within the
/// overlap has a cost, since both chunks contain its sound. If texts cannot decide (“no no no”), times do.
struct SeamAlignment {
    /// Words that belong together: one of each side, two of one side and one of the other, or a single word.
    struct Step: Hashable {
        let first: Range<Int>
        let second: Range<Int>
    }

    /// The score of two equal words.
    static let sameText = 3.0
    /// The score of a word that the edge of an upload may have cut, paired with a word that begins or ends with it.
    static let cutText = 2.0
    /// The score of dissimilar words that only their times pair; half-similar words score −1.
    static let otherText = -2.0
    /// The similarity below which words are different.
    static let leastSimilarity = 0.5
    /// The distance in seconds between two words that costs 1; it is larger if their times are estimates.
    static let timeScale = 0.15
    /// The maximum distance in seconds between equal words; beyond it, a pair costs more than two single words.
    static let longestShift = 0.9
    /// The distance in seconds within which times are nearly the same: only then are different words paired and
    /// duplicates dropped.
    static let sameTime = 0.3
    /// The cost of a word without a partner in the middle of the overlap.
    static let aloneCost = 1.5
    /// The cost of a cut word without a partner, which may not be a real word.
    static let cutAloneCost = 0.3
    /// The time in seconds at each edge of the overlap over which the cost of a single word rises to its full value.
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

    /// The alignment of all words of both sides, in order.
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
                // If the order is undetermined, words of the second side come last.
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

    /// Returns the score of a pair; `nil` for words that cannot be the same.
    private func score(_ word: HeardChunk.Word, _ other: HeardChunk.Word) -> Double? {
        let distance = Self.distance(word, other)
        let spread = word.spread + other.spread
        // Compare texts only if times allow a pair.
        guard distance <= Self.longestShift + 3 * spread else { return nil }
        let text = Self.textScore(word, other)
        if word.isJoined || other.isJoined, text < Self.sameText { return nil }
        guard text > Self.otherText || distance <= Self.sameTime + 2 * spread else { return nil }
        return text - distance / (Self.timeScale + spread)
    }

    /// Returns the distance in time between two words in seconds; a cut word may extend beyond the edge.
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

    /// Returns true if a word that the edge of its upload may have cut is the beginning or the end of another.
    static func isPart(_ word: HeardChunk.Word, of other: HeardChunk.Word) -> Bool {
        word.isCutAtEnd && other.key.hasPrefix(word.key) || word.isCutAtStart && other.key.hasSuffix(word.key)
    }
}
