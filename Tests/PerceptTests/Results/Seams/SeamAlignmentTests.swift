import Testing

@testable import Percept

/// The scores and costs of an alignment, each just within its value and just beyond it.
///
/// Two words are paired if the score of the pair, which falls by 1 per 0.15 s between them, is at least the negative
/// sum of what they cost without partners.
@Suite struct SeamAlignmentTests {
    private typealias Word = HeardChunk.Word

    /// Two seconds on each side of a word at 10 s: it costs 1.5 without a partner.
    private static let wide: Range<Double> = 8..<12
    /// An overlap of no length, where a word without a partner costs nothing.
    private static let none: Range<Double> = 10..<10

    private static func word(_ key: String, _ start: Double, _ end: Double, spread: Double = 0) -> Word {
        Word(key: key, piece: 0, index: 0, start: start, end: end, spread: spread, isTimed: spread == 0)
    }

    /// Returns a word of 0.2 s.
    private static func word(_ key: String, at middle: Double, spread: Double = 0) -> Word {
        word(key, middle - 0.1, middle + 0.1, spread: spread)
    }

    private static func arePaired(_ first: Word, _ second: Word, overlap: Range<Double>) -> Bool {
        SeamAlignment([first], [second], overlap: overlap).steps == [.init(first: 0..<1, second: 0..<1)]
    }

    /// A score of 3 lasts for 0.45 s.
    @Test(arguments: [(0.44, true), (0.46, false)])
    func equalWordsScoreThree(distance: Double, arePaired: Bool) {
        let first = Self.word("fox", at: 10 - distance / 2)
        let second = Self.word("fox", at: 10 + distance / 2)
        #expect(Self.arePaired(first, second, overlap: Self.none) == arePaired)
    }

    /// A score of 2 lasts for 0.3 s, here between the starts.
    @Test(arguments: [(0.29, true), (0.31, false)])
    func aCutWordAndItsWholeScoreTwo(distance: Double, arePaired: Bool) {
        var first = Self.word("light", 9.6, 9.9)
        first.isCutAtEnd = true
        let second = Self.word("lighthouse", 9.6 + distance, 10.8)
        #expect(Self.arePaired(first, second, overlap: Self.none) == arePaired)
        // The same in reverse: the end of a word, distances between the ends.
        var end = Self.word("house", 10.1, 10.4)
        end.isCutAtStart = true
        let whole = Self.word("lighthouse", 9.2, 10.4 - distance)
        #expect(Self.arePaired(whole, end, overlap: Self.none) == arePaired)
    }

    /// 1 above the cost of both words alone: 0.15 s.
    @Test(arguments: [(0.14, true), (0.16, false)])
    func differentWordsScoreMinusTwoAndCostThree(distance: Double, arePaired: Bool) {
        let first = Self.word("yes", at: 10)
        #expect(Self.arePaired(first, Self.word("no", at: 10 + distance), overlap: Self.wide) == arePaired)
    }

    /// 2 above the cost of both words alone: 0.3 s.
    @Test(arguments: [(0.29, true), (0.31, false)])
    func halfSimilarWordsScoreMinusOne(distance: Double, arePaired: Bool) {
        let first = Self.word("abcdef", at: 10)
        #expect(Self.arePaired(first, Self.word("abcxyz", at: 10 + distance), overlap: Self.wide) == arePaired)
    }

    /// Ten of 20 letters are equal, and ten of 21.
    @Test func wordsLessThanHalfSimilarAreDifferent() {
        let first = Self.word("abcdefghijklmnopqrst", at: 10)
        let longer = Self.word("abcdefghijklmnopqrstu", at: 10)
        #expect(Self.arePaired(first, Self.word("abcdefghij0123456789", at: 10.2), overlap: Self.wide))
        #expect(!Self.arePaired(longer, Self.word("abcdefghij01234567890", at: 10.2), overlap: Self.wide))
    }

    /// Estimated times pair words further apart: 0.9 s and three standard deviations, here of 0.1 s in all.
    @Test(arguments: [(1.19, true), (1.21, false)])
    func equalWordsShiftNoFurther(distance: Double, arePaired: Bool) {
        let first = Self.word("fox", at: 9.4, spread: 0.05)
        let second = Self.word("fox", at: 9.4 + distance, spread: 0.05)
        #expect(Self.arePaired(first, second, overlap: Self.wide) == arePaired)
    }

    /// 0.3 instead of 1.5: a pair may cost 0.6, or 1.8 if only one word is cut.
    @Test func aCutWordCostsLessAlone() {
        func cut(_ word: Word) -> Word {
            var word = word
            word.isCutAtEnd = true
            return word
        }
        func areCutPaired(_ distance: Double) -> Bool {
            Self.arePaired(
                cut(Self.word("fox", at: 10)), cut(Self.word("fox", at: 10 + distance)), overlap: Self.wide)
        }
        #expect(areCutPaired(0.538))
        #expect(!areCutPaired(0.542))
        func isCutPaired(_ distance: Double) -> Bool {
            Self.arePaired(cut(Self.word("fox", at: 10)), Self.word("fox", at: 10 + distance), overlap: Self.wide)
        }
        #expect(isCutPaired(0.719))
        #expect(!isCutPaired(0.721))
    }

    /// 0.15 s within the overlap a word costs 0.75, and a pair with a word in its middle may cost 2.25.
    @Test(arguments: [(0.785, true), (0.790, false)])
    func theCostRisesOverTheMargin(distance: Double, arePaired: Bool) {
        let first = Self.word("fox", at: 8.15)
        #expect(Self.arePaired(first, Self.word("fox", at: 8.15 + distance), overlap: Self.wide) == arePaired)
        let second = Self.word("fox", at: 11.85)
        #expect(Self.arePaired(Self.word("fox", at: 11.85 - distance), second, overlap: Self.wide) == arePaired)
    }

    /// From 0.3 s the cost is full: no distance beyond the one in the middle of the overlap.
    @Test func theCostIsFullBeyondTheMargin() {
        for middle in [8.3, 8.31, 9] {
            #expect(
                Self.arePaired(Self.word("yes", at: middle), Self.word("no", at: middle + 0.14), overlap: Self.wide))
            #expect(
                !Self.arePaired(Self.word("yes", at: middle), Self.word("no", at: middle + 0.16), overlap: Self.wide))
        }
    }

    @Test func unpairedWordsOfTheSecondSideComeLast() {
        let steps = SeamAlignment([Self.word("yes", at: 10.2)], [Self.word("no", at: 9.8)], overlap: Self.wide).steps
        #expect(steps == [.init(first: 0..<1, second: 0..<0), .init(first: 1..<1, second: 0..<1)])
    }
}
