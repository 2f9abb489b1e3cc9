import Testing

@testable import Percept

@Suite struct SeamWordsTests {
    private static func repetition(_ first: String, _ second: String) -> [Int]? {
        SeamWords.repetition(
            SeamWords.words(of: first).map(\.normalized), SeamWords.words(of: second).map(\.normalized)
        ).map { [$0.first, $0.second] }
    }

    /// The numbers of words to remove at the end of the first text and at the start of the second.
    @Test(
        arguments: [
            ("we went to the store and bought", "the store and bought milk and eggs", [0, 4]),
            ("We went to the store, and bought.", "The store and bought milk", [0, 4]),
            // Different transcriptions of the same words.
            ("he sailed to the harbour at noon", "the harbor at noon and rested", [0, 4]),
            ("it was twenty two degrees outside", "twenty-two degrees outside and", [0, 4]),
            // A truncated word: at the end of the first text, at the start of the second, or both.
            ("the first stop is the light", "stop is the lighthouse on the hill", [1, 3]),
            ("leaves the harbour at half past", "bour at half past seven", [0, 4]),
            ("one two three four five six sev", "ne two three four five six seven eight", [1, 6]),
            // A single word is a repetition only if identical.
            ("and then there was silence", "silence fell", [0, 1]),
            ("nothing in common here", "something else follows", nil),
            ("", "anything", nil),
            ("今天天气很好", "气很好我们去", [0, 3]),
        ] as [(String, String, [Int]?)])
    func whatWasHeardTwiceIsFound(first: String, second: String, expected: [Int]?) {
        #expect(Self.repetition(first, second) == expected)
    }

    /// At most twelve words are compared: an earlier refrain does not matter.
    @Test func onlyWordsNearTheSeamAreCompared() {
        let refrain = "over the hills and far away"
        let between = (0..<12).map { "\(["red", "blue", "green"][$0 % 3])\($0 * 7919)" }.joined(separator: " ")
        #expect(Self.repetition("\(refrain) \(between)", refrain) == nil)
    }

    @Test func wordsAreRemovedWithTheirPunctuation() {
        #expect("the store, and bought. Milk!".droppingFirstWords(4) == "Milk!")
        #expect("the store. “Milk!”".droppingFirstWords(2) == "“Milk!”")
        #expect("one two".droppingFirstWords(2) == "")
        #expect("one two".droppingFirstWords(0) == "one two")
        #expect("It's the light".droppingLastWords(1) == "It's the")
        #expect(SeamWords.words(of: "It's ’tis 3,5—ok").map(\.normalized) == ["it's", "tis", "3", "5", "ok"])
    }
}
