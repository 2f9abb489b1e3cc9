/// The words of a text, each with adjacent punctuation.
///
/// A word ends at white space. In scripts that put no spaces between words (Chinese, Japanese, Thai, Lao, Burmese,
/// Khmer) each character is a word, with the punctuation after it.
struct SpokenText: Sendable {
    struct Word: Sendable {
        let range: Range<String.Index>
        /// The letters and digits in lower case, or the unchanged word if it has none.
        let key: String
    }

    let text: String
    let words: [Word]

    init(_ text: String) {
        self.text = text
        var ranges: [Range<String.Index>] = []
        var start: String.Index?
        var standsAlone = false
        for index in text.indices {
            let character = text[index]
            let begins =
                character.standsAlone || standsAlone && (character.isLetter || character.isNumber)
            if let first = start, begins || character.isWhitespace {
                ranges.append(first..<index)
                start = nil
            }
            guard !character.isWhitespace else { continue }
            if start == nil { (start, standsAlone) = (index, character.standsAlone) }
        }
        if let start { ranges.append(start..<text.endIndex) }
        words = ranges.map { Word(range: $0, key: Self.key(text[$0])) }
    }

    private static func key(_ word: Substring) -> String {
        let key = word.filter { $0.isLetter || $0.isNumber }
        return (key.isEmpty ? String(word) : key).lowercased()
    }

    /// Returns the text of a range of words, including everything between them.
    ///
    /// Text before the very first word belongs to that word.
    func excerpt(_ range: Range<Int>) -> Substring {
        let range = range.clamped(to: 0..<words.count)
        guard !range.isEmpty else { return "" }
        let start = range.lowerBound == 0 ? text.startIndex : words[range.lowerBound].range.lowerBound
        let end = range.upperBound == words.count ? text.endIndex : words[range.upperBound - 1].range.upperBound
        return text[start..<end]
    }

    /// Returns the similarity of two words, from 0 to 1 for equal words: 1 minus the Levenshtein distance divided by
    /// the length of the longer word.
    static func similarity(_ first: String, _ second: String) -> Double {
        if first == second { return 1 }
        // Only a prefix is compared, since longer strings are not real words and the cost is quadratic.
        let (rows, columns) = (Array(first.prefix(longestWord)), Array(second.prefix(longestWord)))
        let longer = max(rows.count, columns.count)
        guard longer > 0 else { return 1 }
        var previous = Array(0...columns.count)
        for (row, letter) in rows.enumerated() {
            var current = [row + 1]
            for (column, other) in columns.enumerated() {
                current.append(
                    min(previous[column] + (letter == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return 1 - Double(previous[columns.count]) / Double(longer)
    }

    /// The maximum number of letters of a word that are compared.
    private static let longestWord = 64
}

extension Character {
    /// True if it belongs to a script that puts no spaces between words.
    var standsAlone: Bool {
        guard let scalar = unicodeScalars.first else { return false }
        let scripts: [ClosedRange<UInt32>] = [
            0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF,
        ]
        return scalar.properties.isIdeographic || scripts.contains { $0.contains(scalar.value) }
    }
}
