/// The characters of a text as one line shows them.
enum LineCharacters {
    /// Longer texts are cut, and end in an ellipsis, before anything is measured: a line on a picture is no place for them.
    private static let longestLine = 200
    /// Of a character with more marks than any writing puts on a letter the first ones count.
    private static let longestCharacter = 24

    /// Line breaks, control characters and spaces of all kinds become single spaces, none at either end; what changes the
    /// direction of all that follows is left out, since the line goes on with what is not part of the text.
    static func of(_ text: String) -> (characters: [Character], isCut: Bool) {
        var characters: [Character] = []
        for character in text.prefix(longestLine) {
            if isSpace(character) {
                if characters.last ?? " " != " " { characters.append(" ") }
                continue
            }
            let scalars = character.unicodeScalars.prefix(longestCharacter).filter { !isDirectionChange($0) }
            let kept = String(String.UnicodeScalarView(scalars))
            characters += kept
        }
        let isCut = !text.dropFirst(longestLine).isEmpty
        if characters.last == " " { characters.removeLast() }
        return (characters, isCut)
    }

    private static func isSpace(_ character: Character) -> Bool {
        guard let first = character.unicodeScalars.first else { return true }
        switch first.properties.generalCategory {
        case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control: return true
        default: return false
        }
    }

    /// Embeddings, overrides and isolates of the bidirectional algorithm (UAX #9), which a text may leave open.
    private static func isDirectionChange(_ scalar: Unicode.Scalar) -> Bool {
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }

    /// Whether there is a character that is written from right to left (Hebrew, Arabic and other scripts of their blocks),
    /// or a mark of that direction.
    static func runsFromRightToLeft(_ characters: ArraySlice<Character>) -> Bool {
        characters.contains { character in
            character.unicodeScalars.contains { scalar in
                switch scalar.value {
                case 0..<0x590: false
                case 0x590...0x8FF, 0x200F, 0xFB1D...0xFDFF, 0xFE70...0xFEFE, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
                default: false
                }
            }
        }
    }
}
