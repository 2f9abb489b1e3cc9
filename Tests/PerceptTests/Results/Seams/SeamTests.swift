import PerceptAudio
import PerceptInference
import Testing

@testable import Percept

/// The rules of a seam, each at its value and one step beside: 0.01 s, as services round.
@Suite struct SeamTests {
    /// Two chunks of 30 s, 0–31 and 29–60 s with the cut at 30 s; times are those of the source.
    private static func stitched(
        _ first: [(String, Double?, Double?)], _ second: [(String, Double?, Double?)]
    ) -> String {
        func speech(_ words: [(String, Double?, Double?)], from start: Double) -> RecognizedSpeech {
            RecognizedSpeech(
                text: words.map(\.0).joined(separator: " "),
                chunks: words.map {
                    .init(text: " \($0.0)", start: $0.1.map { $0 - start }, end: $0.2.map { $0 - start })
                })
        }
        return StitchedText(
            [
                SpokenWords.part(speech(first, from: 0), 0..<31, 0..<30, of: 60),
                SpokenWords.part(speech(second, from: 29), 29..<60, 30..<60, of: 60),
            ], nil
        ).text
    }

    /// Middles at 29.99 and 30.00 s.
    @Test func aWordBelongsToTheSideThatHoldsItsMiddle() {
        #expect(Self.stitched([("left", 29.89, 30.09)], [("LEFT", 29.89, 30.09)]) == "left")
        #expect(Self.stitched([("left", 29.90, 30.10)], [("LEFT", 29.90, 30.10)]) == "LEFT")
    }

    /// Middles at 29.85 s and 30.15 or 30.16 s: 0.30 and 0.31 s apart.
    @Test func aDuplicateIsDroppedWithin300Milliseconds() {
        #expect(Self.stitched([("no", 29.75, 29.95)], [("no", 30.05, 30.25)]) == "no")
        #expect(Self.stitched([("no", 29.75, 29.95)], [("no", 30.06, 30.26)]) == "no no")
    }

    /// Other words are no duplicates, however near.
    @Test func onlyWordsThatAreAlikeAreDuplicates() {
        #expect(Self.stitched([("yes", 29.85, 30.05)], [("no", 30.0, 30.2)]) == "yes no")
        // Three of six letters are the same, and two of six.
        #expect(Self.stitched([("abcdef", 29.75, 29.95)], [("abcxyz", 30.0, 30.2)]) == "abcdef")
        #expect(Self.stitched([("abcdef", 29.85, 30.05)], [("abwxyz", 30.0, 30.2)]) == "abcdef abwxyz")
    }

    /// Both sides leave it to the other, 0.89 and 0.91 s apart: at 0.9 s a pair costs as much as two words alone.
    @Test func aWordThatNeitherSideKeepsIsKeptOnce() {
        #expect(Self.stitched([("fox", 30.40, 30.60)], [("fox", 29.51, 29.71)]) == "fox")
        #expect(Self.stitched([("fox", 30.40, 30.60)], [("fox", 29.49, 29.69)]) == "fox fox")
    }

    @Test func whatOnlyOneSideHasIsKept() {
        #expect(Self.stitched([("one two three", 29.2, 30.8)], [("four", 31.2, 31.5)]) == "one two three four")
        #expect(
            Self.stitched([("one", 28.0, 28.4)], [("two three", 29.2, 30.8), ("four", 31.2, 31.5)])
                == "one two three four")
        // Grouped in other ways; “three” is the second side's, without its full stop.
        #expect(
            Self.stitched([("one two, three.", 29.1, 30.5)], [("two three", 29.6, 30.5), ("Four", 30.7, 31)])
                == "one two, three Four")
    }

    /// The other side has another word in 0.01 s less and 0.01 s more than half of the word's 0.2 s.
    @Test func aWordGivesWayToOthersInItsPlace() {
        #expect(Self.stitched([("uh", 30.50, 30.70)], [("quick", 30.19, 30.59)]) == "uh quick")
        #expect(Self.stitched([("uh", 30.50, 30.70)], [("quick", 30.21, 30.61)]) == "quick")
    }

    /// 0.06 s before the upload's end at 31 s it may be cut, 0.07 s before it is not.
    @Test func aWordThatTheEdgeCutIsTakenFromTheOtherSide() {
        #expect(Self.stitched([("light", 30.60, 30.94)], [("lighthouse", 30.60, 31.2)]) == "lighthouse")
        #expect(
            Self.stitched([("har", 28.5, 28.9), ("harbour", 28.8, 29.4)], [("bour", 29.06, 29.4)]) == "har harbour")
        let words = SpokenWords.part(
            RecognizedSpeech(
                text: "a b", chunks: [.init(text: "a", start: 0.07, end: 0.5), .init(text: "b", start: 1, end: 29.93)]),
            29..<59, 30..<59, of: 59)
        let heard = HeardChunk(words, seams: [], WordPlacement(nil)).words
        #expect(heard.map(\.isCut) == [false, false])
        let cut = SpokenWords.part(
            RecognizedSpeech(
                text: "a b", chunks: [.init(text: "a", start: 0.06, end: 0.5), .init(text: "b", start: 1, end: 29.94)]),
            29..<59, 30..<59, of: 59)
        #expect(HeardChunk(cut, seams: [], WordPlacement(nil)).words.map(\.isCut) == [true, true])
    }

    @Test func twoWordsMayBeOne() {
        #expect(
            Self.stitched(
                [("at", 29.2, 29.4), ("twenty-two", 29.6, 30.2)],
                [("twenty", 29.6, 29.9), ("two", 29.95, 30.2), ("now", 30.5, 30.8)])
                == "at twenty-two now")
    }

    /// Twelve of thirty words are repeated, and two seconds of 31 are shared: two words.
    @Test func withoutTimesNoMoreIsDroppedThanTheOverlapHolds() {
        let words = (0..<30).map { "word\($0 * 7919)" }
        let repeated = Self.stitched(words.map { ($0, nil, nil) }, (words.suffix(12) + ["end"]).map { ($0, nil, nil) })
        #expect(repeated.split(separator: " ").count == 43)
        let shared = Self.stitched(
            words.map { ($0, nil, nil) }, (words.suffix(2) + words.prefix(28)).map { ($0, nil, nil) })
        #expect(shared.split(separator: " ").count == 58)
    }

    @Test func aCutInSilenceComparesNothing() {
        let speech = RecognizedSpeech(text: "no", chunks: [.init(text: "no", start: 0, end: 0.3)])
        let end = RecognizedSpeech(text: "no", chunks: [.init(text: "no", start: 29.7, end: 30)])
        let parts = [
            SpokenWords.part(end, 0..<30, 0..<30, of: 60), SpokenWords.part(speech, 30..<60, 30..<60, of: 60),
        ]
        #expect(StitchedText(parts, nil).text == "no no")
    }

    @Test func wordsOfATextKeepTheirPunctuation() {
        let text = SpokenText("“It’s, the store — 3,5!” 今天，好")
        #expect(text.words.map(\.key) == ["its", "the", "store", "—", "35", "今", "天", "好"])
        #expect(text.excerpt(0..<2) == "“It’s, the")
        #expect(text.excerpt(5..<7) == "今天，")
        #expect(text.excerpt(0..<8) == text.text)
        #expect(SpokenText.similarity("harbour", "harbor") == 1 - 1.0 / 7)
        #expect(SpokenText.similarity("abc", "xyz") == 0)
    }
}

/// Words are placed where the sound is.
@Suite struct WordPlacementTests {
    private static func levels(_ sounds: [ClosedRange<Int>], _ count: Int) -> LevelProfile {
        var levels = LevelProfile(windowDuration: 0.01)
        for window in 0..<count { levels.append(power: sounds.contains { $0.contains(window) } ? 0.05 : 0) }
        return levels
    }

    /// Each word gets its own stretch of sound if there are as many as words, however uneven.
    @Test func eachWordGetsAStretchOfSound() {
        let sounds = [0...19, 25...64, 70...89, 95...144]
        let places = WordPlacement(Self.levels(sounds, 150)).places(
            .init(weights: [9, 4, 12, 5]), in: 0...1.5, near: [1..<2])
        #expect(places.map { ($0.start * 100).rounded() } == [0, 25, 70, 95])
        #expect(places.map { ($0.end * 100).rounded() } == [20, 65, 90, 145])
        #expect(places.allSatisfy { $0.spread == WordPlacement.gapSpread })
    }

    @Test func withoutSoundTheLengthsOfTheTextsDecide() {
        let places = WordPlacement(nil).places(.init(weights: [4, 8, 4]), in: 2...4, near: [3..<5])
        #expect(places.map(\.start) == [2, 2.5, 3.5])
        #expect(places.last?.end == 4)
    }

    /// Half decibels: 0 dB and above is 0, −127.5 dB and below the least.
    @Test func levelsAreKeptInHalfDecibels() {
        var levels = LevelProfile(windowDuration: 0.01)
        for power in [2, 1, 0.05, 0, .nan, 1e-20] as [Float] { levels.append(power: power) }
        #expect((0..<levels.count).map { levels[$0] } == [0, 0, -13, -127.5, -127.5, -127.5])
    }
}
