/// The overlap of two chunks of a recording, where it decides which words to keep from which chunk.
///
/// - A word belongs to the side of the cut that contains its middle.
/// - If both sides keep a word, one of them drops it only if the two are alike and their times differ by at most
///   ``SeamAlignment/sameTime``, so that both lie within that distance of the cut. Other words are kept twice, because
///   a reader notices a repetition but not a deletion.
/// - A word that neither side keeps is kept once.
/// - A word that only one side has is kept, on either side of the cut.
/// - A word that the edge of an upload has cut is taken from the other side, which contains it whole.
struct Seam {
    /// A word of the first chunk or of the second.
    enum Choice: Hashable {
        case first(Int)
        case second(Int)
    }

    /// The time in seconds beyond an overlap in which words are still compared.
    static let margin = 0.5
    /// The maximum number of words of each side that are compared.
    static let longestSide = 1000
    /// The number of words dropped without stated times is at most this multiple of the overlap's share, plus one.
    static let shareFactor = 1.5

    private let first: HeardChunk
    private let second: HeardChunk
    private let overlap: Range<Double>
    private let cut: Double

    init(_ first: HeardChunk, _ second: HeardChunk, overlap: Range<Double>, cut: Double) {
        self.first = first
        self.second = second
        self.overlap = overlap
        self.cut = cut
    }

    /// Returns the index of the first word of the first chunk that belongs to the seam.
    func start(notBefore index: Int) -> Int {
        let words = first.words
        let outside = words.lastIndex { $0.end + 2 * $0.spread <= overlap.lowerBound - Self.margin }
        return max(index, outside.map { $0 + 1 } ?? 0, words.count - Self.longestSide)
    }

    /// The end index of the words of the second chunk that belong to the seam.
    var end: Int {
        let words = second.words
        let outside = words.firstIndex { $0.start - 2 * $0.spread >= overlap.upperBound + Self.margin }
        return min(outside ?? words.count, Self.longestSide)
    }

    /// Returns the words of the seam to keep, in order.
    func choices(from start: Int) -> [Choice] {
        let steps = SeamAlignment(first.words[start...], second.words[..<end], overlap: overlap).steps
        guard isWithinShare(steps) else {
            return (start..<first.words.count).map(Choice.first) + (0..<end).map(Choice.second)
        }
        return steps.indices.flatMap { index in
            let step = steps[index]
            let choice =
                if step.first.isEmpty || step.second.isEmpty { alone(steps, index) } else { pair(steps, index) }
            return (choice.first ? step.first.map(Choice.first) : [])
                + (choice.second ? step.second.map(Choice.second) : [])
        }
    }

    /// Returns true if times are stated or no more words repeat than the overlap can contain.
    private func isWithinShare(_ steps: [SeamAlignment.Step]) -> Bool {
        guard first.hasNoTimes || second.hasNoTimes else { return true }
        let shares = [first, second].map { chunk in
            let length = max(chunk.times.upperBound - chunk.times.lowerBound, .leastNormalMagnitude)
            return Double(chunk.words.count) * (overlap.upperBound - overlap.lowerBound) / length
        }
        let pairs = steps.count { !$0.first.isEmpty && !$0.second.isEmpty }
        return Double(pairs) <= (shares.max() ?? 0) * Self.shareFactor + 1
    }

    private typealias Kept = (first: Bool, second: Bool)

    /// Decides which of two paired words to keep.
    private func pair(_ steps: [SeamAlignment.Step], _ index: Int) -> Kept {
        let (one, other) = (word(first, steps[index].first), word(second, steps[index].second))
        let isSame = SeamAlignment.textScore(one, other) > SeamAlignment.otherText
        let isTimed = one.isTimed && other.isTimed
        // With estimated times only, words with different texts are not the same unless their neighbours are paired.
        if !isSame, !isTimed, !isPair(steps, index - 1), !isPair(steps, index + 1) { return (true, true) }
        if one.isCut != other.isCut { return (other.isCut, one.isCut) }
        if one.isCut { return one.key.count >= other.key.count ? (true, false) : (false, true) }
        if !isSame, isTimed {
            // Different words, paired only by their times.
            let kept: Kept = (
                one.middle < cut || !isHeardOtherwise(one, second, steps, index),
                other.middle >= cut || !isHeardOtherwise(other, first, steps, index)
            )
            if kept.first || kept.second { return kept }
        }
        let kept: Kept = (one.middle < cut, other.middle >= cut)
        if kept.first != kept.second { return kept }
        let isNear = !isTimed || SeamAlignment.distance(one, other) <= SeamAlignment.sameTime
        if kept.first, !isSame || !isNear { return kept }
        return (one.middle + other.middle) / 2 < cut ? (true, false) : (false, true)
    }

    /// Decides whether to keep a word that the other side does not have.
    private func alone(_ steps: [SeamAlignment.Step], _ index: Int) -> Kept {
        let isFirst = steps[index].second.isEmpty
        let word = isFirst ? word(first, steps[index].first) : word(second, steps[index].second)
        let isOwn = isFirst ? word.middle < cut : word.middle >= cut
        let isKept = isOwn && !word.isCut || !isHeardOtherwise(word, isFirst ? second : first, steps, index)
        return isFirst ? (isKept, false) : (false, isKept)
    }

    /// Returns true if the other side has different words at the time of this one.
    private func isHeardOtherwise(
        _ word: HeardChunk.Word, _ other: HeardChunk, _ steps: [SeamAlignment.Step], _ index: Int
    ) -> Bool {
        if word.isTimed {
            let covered = other.words.reduce(0) { sum, other in
                guard other.isTimed else { return sum }
                return sum + max(0, min(word.end, other.end) - max(word.start, other.start))
            }
            // More than half of a whole word; any part of a cut one.
            return word.isCut ? covered > 0 : covered * 2 > word.end - word.start
        }
        if word.isCut { return isPair(steps, index - 1) || isPair(steps, index + 1) }
        return isSubstitution(steps, index - 1) || isSubstitution(steps, index + 1)
    }

    /// Returns true if a step pairs similar words.
    private func isPair(_ steps: [SeamAlignment.Step], _ index: Int) -> Bool {
        similarity(steps, index).map { $0 > SeamAlignment.otherText } ?? false
    }

    /// Returns true if a step pairs different words.
    private func isSubstitution(_ steps: [SeamAlignment.Step], _ index: Int) -> Bool {
        similarity(steps, index).map { $0 < SeamAlignment.cutText } ?? false
    }

    private func similarity(_ steps: [SeamAlignment.Step], _ index: Int) -> Double? {
        guard steps.indices.contains(index), !steps[index].first.isEmpty, !steps[index].second.isEmpty else {
            return nil
        }
        return SeamAlignment.textScore(word(first, steps[index].first), word(second, steps[index].second))
    }

    private func word(_ chunk: HeardChunk, _ range: Range<Int>) -> HeardChunk.Word {
        range.dropFirst().reduce(chunk.words[range.lowerBound]) { $0.joined(with: chunk.words[$1]) }
    }
}
