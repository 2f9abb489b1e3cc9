/// The place where two chunks of a recording overlap, and the decision which words are kept from which.
///
/// - A word belongs to the side of the cut that contains its middle.
/// - A word that both sides keep is dropped from one only where the two are alike and their times differ by at most
///   ``SeamAlignment/sameTime``; they then lie within that of the cut. Other words stay twice: a repetition is seen, a
///   deletion is not.
/// - A word that neither side keeps is kept once.
/// - A word that only one side has is kept, whichever side of the cut it is on.
/// - A word that the edge of an upload has cut is taken from the other side, which has it whole.
struct Seam {
    /// A word of the first chunk or of the second.
    enum Choice: Hashable {
        case first(Int)
        case second(Int)
    }

    /// Words of an overlap are looked at as far as so many seconds beyond it.
    static let margin = 0.5
    /// Words of either side that are compared at most.
    static let longestSide = 1000
    /// Without times, no more words are dropped than so many times the overlap's share of the words, and one.
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

    /// The words of the first chunk from here on are the seam's.
    func start(notBefore index: Int) -> Int {
        let words = first.words
        let outside = words.lastIndex { $0.end + 2 * $0.spread <= overlap.lowerBound - Self.margin }
        return max(index, outside.map { $0 + 1 } ?? 0, words.count - Self.longestSide)
    }

    /// The words of the second chunk up to here are the seam's.
    var end: Int {
        let words = second.words
        let outside = words.firstIndex { $0.start - 2 * $0.spread >= overlap.upperBound + Self.margin }
        return min(outside ?? words.count, Self.longestSide)
    }

    /// The words of the seam that are kept, in order.
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

    /// Whether no more words repeat than the overlap can hold, where no times say so.
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

    /// Which of two words is kept.
    private func pair(_ steps: [SeamAlignment.Step], _ index: Int) -> Kept {
        let (one, other) = (word(first, steps[index].first), word(second, steps[index].second))
        let isSame = SeamAlignment.textScore(one, other) > SeamAlignment.otherText
        let isTimed = one.isTimed && other.isTimed
        // Nothing but an estimate says that other words are the same, unless their neighbours are.
        if !isSame, !isTimed, !isPair(steps, index - 1), !isPair(steps, index + 1) { return (true, true) }
        if one.isCut != other.isCut { return (other.isCut, one.isCut) }
        if one.isCut { return one.key.count >= other.key.count ? (true, false) : (false, true) }
        if !isSame, isTimed {
            // Other words, whatever brought them together.
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

    /// Whether a word is kept that the other side does not have.
    private func alone(_ steps: [SeamAlignment.Step], _ index: Int) -> Kept {
        let isFirst = steps[index].second.isEmpty
        let word = isFirst ? word(first, steps[index].first) : word(second, steps[index].second)
        let isOwn = isFirst ? word.middle < cut : word.middle >= cut
        let isKept = isOwn && !word.isCut || !isHeardOtherwise(word, isFirst ? second : first, steps, index)
        return isFirst ? (isKept, false) : (false, isKept)
    }

    /// Whether the other side has other words in the place of this one.
    private func isHeardOtherwise(
        _ word: HeardChunk.Word, _ other: HeardChunk, _ steps: [SeamAlignment.Step], _ index: Int
    ) -> Bool {
        if word.isTimed {
            let covered = other.words.reduce(0) { sum, other in
                guard other.isTimed else { return sum }
                return sum + max(0, min(word.end, other.end) - max(word.start, other.start))
            }
            // Half of a whole word; of a rest of one anything.
            return word.isCut ? covered > 0 : covered * 2 > word.end - word.start
        }
        if word.isCut { return isPair(steps, index - 1) || isPair(steps, index + 1) }
        return isSubstitution(steps, index - 1) || isSubstitution(steps, index + 1)
    }

    /// Whether a step pairs words that are alike.
    private func isPair(_ steps: [SeamAlignment.Step], _ index: Int) -> Bool {
        similarity(steps, index).map { $0 > SeamAlignment.otherText } ?? false
    }

    /// Whether a step pairs words that are not the same.
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
