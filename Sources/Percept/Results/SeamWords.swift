/// Words on either side of a seam, compared so that what was said once and heard twice stands there once.
///
/// The end of one text is laid over the beginning of the next; a word cut in two by the seam may be left out on either
/// side, and the rest may differ a little. At most ``reach`` words are looked at.
enum SeamWords {
    /// Words of a text, without case and punctuation, and where they stand; a character of Chinese or Japanese is one.
    struct Word {
        let normalized: String
        let range: Range<String.Index>
    }

    /// Two seconds of the fastest speech.
    static let reach = 12

    /// Differences per word up to which two runs of words are taken for the same.
    private static let tolerance = 1.0 / 3

    /// How many words repeat: the last `first` are to be left out of the first text, and the first `second` of the second.
    struct Repetition: Equatable {
        /// Words cut in two by the seam, at the end of the first text.
        var first: Int
        /// The words that the first text has already, and those cut in two before them.
        var second: Int
    }

    static func words(of text: String) -> [Word] {
        var words: [Word] = []
        var start: String.Index?
        func close(at end: String.Index) {
            if let first = start { words.append(Word(normalized: text[first..<end].lowercased(), range: first..<end)) }
            start = nil
        }
        for index in text.indices {
            let character = text[index]
            if character.standsAlone {
                close(at: index)
                start = index
                close(at: text.index(after: index))
            } else if character.isLetter || character.isNumber || isInnerApostrophe(character, start) {
                start = start ?? index
            } else {
                close(at: index)
            }
        }
        close(at: text.endIndex)
        return words
    }

    private static func isInnerApostrophe(_ character: Character, _ start: String.Index?) -> Bool {
        start != nil && (character == "'" || character == "’")
    }

    /// The repetition at the seam of two texts; `nil` when nothing repeats.
    static func repetition(_ first: [String], _ second: [String]) -> Repetition? {
        let (tail, head) = (Array(first.suffix(reach)), Array(second.prefix(reach)))
        var best: (repetition: Repetition, matched: Double)?
        for skipped in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let tail = tail.dropLast(skipped.0)
            let head = head.dropFirst(skipped.1)
            for length in stride(from: 1, through: tail.count, by: 1) {
                for other in max(1, length - 2)...(length + 2) where other <= head.count {
                    let longer = max(length, other)
                    let difference =
                        distance(Array(tail.suffix(length)), Array(head.prefix(other)))
                        + Double(skipped.0 + skipped.1)
                    // A single word must be the same: short ones resemble each other.
                    guard difference <= (longer == 1 ? 0 : tolerance * Double(longer)) else { continue }
                    let matched = Double(longer) - 2 * difference
                    guard matched > best?.matched ?? 0 else { continue }
                    var repetition = Repetition(first: skipped.0, second: skipped.1 + other)
                    // The seam cut the word: the whole of it is in the second text.
                    if let last = tail.last, let whole = head.prefix(other).last, last != whole, whole.hasPrefix(last) {
                        repetition.first += 1
                        repetition.second -= 1
                    }
                    best = (repetition, matched)
                }
            }
        }
        return best?.repetition
    }

    /// Levenshtein's distance over words; words that resemble each other count in part.
    private static func distance(_ first: [String], _ second: [String]) -> Double {
        editDistance(first.count, second.count) { i, j in
            let (a, b) = (first[i], second[j])
            if a == b { return 0 }
            let letters = (Array(a), Array(b))
            let part =
                editDistance(letters.0.count, letters.1.count) { letters.0[$0] == letters.1[$1] ? 0 : 1 }
                / Double(max(letters.0.count, letters.1.count))
            return part <= 0.5 ? part : 1
        }
    }

    private static func editDistance(_ rows: Int, _ columns: Int, _ replacing: (Int, Int) -> Double) -> Double {
        var previous = (0...columns).map(Double.init)
        for row in 0..<rows {
            var current = [Double(row + 1)]
            for column in 0..<columns {
                current.append(
                    min(
                        previous[column] + replacing(row, column), previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[columns]
    }
}

extension Character {
    /// Of a script that puts no spaces between words.
    var standsAlone: Bool {
        unicodeScalars.first.map { $0.properties.isIdeographic || (0x3040...0x30FF).contains($0.value) } ?? false
    }
}

extension String {
    /// The text without its first `count` words and the punctuation behind them.
    func droppingFirstWords(_ count: Int) -> String {
        let words = SeamWords.words(of: self)
        guard count > 0 else { return self }
        guard count < words.count else { return "" }
        return String(
            self[words[count - 1].range.upperBound...].drop { $0.isWhitespace || ".,;:!?…-–—、。！？".contains($0) })
    }

    /// The text without its last `count` words and what follows them.
    func droppingLastWords(_ count: Int) -> String {
        let words = SeamWords.words(of: self)
        guard count > 0 else { return self }
        guard count < words.count else { return "" }
        let kept = self[..<words[words.count - count].range.lowerBound]
        return String(kept.reversed().drop(while: \.isWhitespace).reversed())
    }
}
