import PerceptAudio
import PerceptInference
import Testing

@testable import Percept

/// The costs of an alignment, each just below and just above the distance at which a pair and two single words cost
/// the same.
///
/// A word outside the overlap costs nothing alone, one in the middle of it ``SeamAlignment/aloneCost``.
@Suite struct SeamCostTests {
    private struct Side {
        var key: String
        var isCut = false
        var spread = 0.0

        func word(at middle: Double) -> HeardChunk.Word {
            var word = HeardChunk.Word(
                key: key, piece: nil, index: 0, start: middle - 0.1, end: middle + 0.1, spread: spread, isTimed: true)
            word.isCutAtEnd = isCut
            return word
        }
    }

    /// Returns true if two words that are `distance` seconds apart are paired; the first is at 0 s.
    private static func isPair(_ first: Side, _ second: Side, _ distance: Double, overlap: Range<Double>) -> Bool {
        let steps = SeamAlignment([first.word(at: 0)], [second.word(at: distance)], overlap: overlap).steps
        return steps == [SeamAlignment.Step(first: 0..<1, second: 0..<1)]
    }

    private static let fox = Side(key: "fox")
    private static let cat = Side(key: "cat")
    /// Both words are outside it: the first before its start, the second after its end.
    private static let between = 0.1..<0.2
    /// Both words are in the middle of it.
    private static let around = -10.0..<10

    /// 3 − d / 0.15 s = 0 at d = 0.45 s.
    @Test func equalWordsScoreThree() {
        #expect(Self.isPair(Self.fox, Self.fox, 0.44, overlap: Self.between))
        #expect(!Self.isPair(Self.fox, Self.fox, 0.46, overlap: Self.between))
    }

    /// A spread of 0.15 s doubles the distance that costs 1: 3 − d / 0.3 s = 0 at d = 0.9 s.
    @Test func aDistanceCostsLessIfTimesAreEstimates() {
        let fox = Side(key: "fox", spread: 0.15)
        #expect(Self.isPair(fox, Self.fox, 0.88, overlap: Self.between))
        #expect(!Self.isPair(fox, Self.fox, 0.92, overlap: Self.between))
    }

    /// 2 − d / 0.15 s = 0 at d = 0.3 s.
    @Test func aCutWordScoresTwoWithTheWordThatItBegins() {
        let (har, harbour) = (Side(key: "har", isCut: true), Side(key: "harbour"))
        #expect(Self.isPair(har, harbour, 0.29, overlap: Self.between))
        #expect(!Self.isPair(har, harbour, 0.31, overlap: Self.between))
        #expect(!Self.isPair(Side(key: "har"), harbour, 0.01, overlap: Self.between))
    }

    /// −2 − d / 0.15 s = −2 · 1.5 at d = 0.15 s.
    @Test func differentWordsScoreMinusTwoAndASingleWordCostsOneAndAHalf() {
        #expect(Self.isPair(Self.fox, Self.cat, 0.14, overlap: Self.around))
        #expect(!Self.isPair(Self.fox, Self.cat, 0.16, overlap: Self.around))
    }

    /// 3 − d / 0.15 s = −0.3 at d = 0.495 s: the first word is in the middle of the overlap, the second after it.
    @Test func aCutWordAloneCostsThreeTenths() {
        let fox = Side(key: "fox", isCut: true)
        #expect(Self.isPair(fox, Self.fox, 0.494, overlap: -10..<0.2))
        #expect(!Self.isPair(fox, Self.fox, 0.496, overlap: -10..<0.2))
    }

    /// 0.15 s from the edge a word costs half of 1.5, and 3 − d / 0.15 s = −0.75 at d = 0.5625 s; the other word is
    /// outside the overlap.
    @Test func theCostOfASingleWordRisesOverThreeTenthsOfASecond() {
        #expect(Self.isPair(Self.fox, Self.fox, 0.560, overlap: -0.15..<0.2))
        #expect(!Self.isPair(Self.fox, Self.fox, 0.565, overlap: -0.15..<0.2))
        #expect(Self.isPair(Self.fox, Self.fox, 0.560, overlap: 0.1..<0.560 + 0.15))
        #expect(!Self.isPair(Self.fox, Self.fox, 0.565, overlap: 0.1..<0.565 + 0.15))
        // 0.3 s from the edge it costs 1.5, and no more further inside: −1.5 at d = 0.675 s.
        for inside in [0.3, 0.6] {
            #expect(Self.isPair(Self.fox, Self.fox, 0.67, overlap: -inside..<0.2))
            #expect(!Self.isPair(Self.fox, Self.fox, 0.68, overlap: -inside..<0.2))
        }
    }

    /// With a spread of 0.1 s a pair would cost less than two single words up to 1.5 s, but at most 0.9 s + 3 · 0.1 s
    /// are compared.
    @Test func equalWordsAreComparedWithinNineTenthsOfASecond() {
        let fox = Side(key: "fox", spread: 0.1)
        #expect(Self.isPair(fox, Self.fox, 1.19, overlap: Self.around))
        #expect(!Self.isPair(fox, Self.fox, 1.21, overlap: Self.around))
    }

    /// Words are different if fewer than half of their letters are the same: 31 of 63 are 0.492.
    @Test func halfOfTheLettersMakeWordsSimilar() {
        func score(_ first: String, _ second: String) -> Double {
            SeamAlignment.textScore(Side(key: first).word(at: 0), Side(key: second).word(at: 0))
        }
        let same = String(repeating: "a", count: 31)
        #expect(score(same + String(repeating: "b", count: 32), same + String(repeating: "c", count: 32)) == -2)
        #expect(score(same + String(repeating: "b", count: 31), same + String(repeating: "c", count: 31)) == -1)
        #expect(score("abcd", "abcx") == 0.5)
        #expect(score("abcd", "abcd") == 3)
    }

    /// Words whose order is undetermined: those of the second side come last, whatever their times.
    @Test func ofSingleWordsThoseOfTheSecondSideComeLast() {
        for distance in [-2.0, 2] {
            let steps = SeamAlignment(
                [Self.fox.word(at: 0)], [Self.cat.word(at: distance)], overlap: Self.around
            ).steps
            #expect(steps == [.init(first: 0..<1, second: 0..<0), .init(first: 1..<1, second: 0..<1)])
        }
    }
}

/// The limits of a seam: how far it reaches and how much it may drop.
@Suite struct SeamLimitTests {
    private static func chunk(
        _ words: [(String, Double?, Double?)], _ times: Range<Double>, of duration: Double = 60
    ) -> HeardChunk {
        HeardChunk(part(words, times, of: duration), seams: [], WordPlacement(nil))
    }

    private static func part(
        _ words: [(String, Double?, Double?)], _ times: Range<Double>, _ own: Range<Double>? = nil,
        of duration: Double = 60
    ) -> TranscribedChunk {
        let speech = RecognizedSpeech(
            text: words.map(\.0).joined(separator: " "),
            chunks: words.map { word in
                .init(
                    text: " \(word.0)", start: word.1.map { $0 - times.lowerBound },
                    end: word.2.map { $0 - times.lowerBound })
            })
        return SpokenWords.part(speech, times, own ?? times, of: duration)
    }

    /// A word that ends 0.50 s before the overlap or starts 0.50 s after it is not compared, 0.01 s nearer it is.
    @Test func wordsAreComparedWithinHalfASecondOfTheOverlap() {
        let far = Seam(
            Self.chunk([("a", 28.1, 28.5), ("b", 29.5, 29.9)], 0..<31),
            Self.chunk([("b", 29.5, 29.9), ("c", 31.5, 31.9)], 29..<60), overlap: 29..<31, cut: 30)
        #expect((far.start(notBefore: 0), far.end) == (1, 1))
        let near = Seam(
            Self.chunk([("a", 28.1, 28.51), ("b", 29.5, 29.9)], 0..<31),
            Self.chunk([("b", 29.5, 29.9), ("c", 31.49, 31.9)], 29..<60), overlap: 29..<31, cut: 30)
        #expect((near.start(notBefore: 0), near.end) == (0, 2))
    }

    @Test(arguments: [(1000, 0, 1000), (1001, 1, 1000)])
    func atMostAThousandWordsAreCompared(count: Int, start: Int, end: Int) {
        let words = (0..<count).map { ("w\($0)", nil as Double?, nil as Double?) }
        let seam = Seam(
            Self.chunk(words, 0..<31), Self.chunk(words, 0..<31), overlap: 0..<31, cut: 15)
        #expect((seam.start(notBefore: 0), seam.end) == (start, end))
    }

    /// Five letters, so that words with near numbers are not alike.
    private static func scatteredWord(_ number: Int) -> String {
        let bits = number * 7919 + 13
        let letters = [0, 1, 2, 3, 4].map { shift in UInt8(97 + (bits >> shift) % 26) }
        return String(decoding: letters, as: UTF8.self)
    }

    /// Two hundred words in 4 s share 0.75 s: 37.5 words, and 1.5 · 37.5 + 1 = 57.25 may be dropped.
    @Test(arguments: [(57, 343), (58, 400)])
    func withoutTimesOneAndAHalfTimesTheShareIsDropped(repeated: Int, kept: Int) {
        let words = (0..<400).map(Self.scatteredWord)
        let first = Array(words[..<200])
        let second = Array(first.suffix(repeated) + words[200..<400 - repeated])
        let stitched = StitchedText(
            [
                Self.part(first.map { ($0, nil, nil) }, 0..<4, 0..<3.625, of: 7.25),
                Self.part(second.map { ($0, nil, nil) }, 3.25..<7.25, 3.625..<7.25, of: 7.25),
            ], nil)
        #expect(stitched.text.split(separator: " ").count == kept)
    }

    /// The sound places the words of a piece that ends 0.99 s before the overlap, but not one that ends 1 s before it.
    @Test(arguments: [(28.0, 27.0), (28.01, 27.7)])
    func theSoundPlacesWordsWithinASecondOfTheOverlap(end: Double, start: Double) throws {
        // Sound from 26 to 27.6 s and from 27.7 to 28 s.
        var levels = LevelProfile(windowDuration: 0.01)
        for window in 0..<3100 {
            levels.append(power: (2600..<2760).contains(window) || (2770..<2800).contains(window) ? 0.05 : 0)
        }
        let heard = HeardChunk(
            Self.part([("one two", 26, end)], 0..<31), seams: [29..<31], WordPlacement(levels))
        let second = try #require(heard.words.last)
        #expect(abs(second.start - start) < 0.005)
    }
}
