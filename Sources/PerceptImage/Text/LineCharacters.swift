/// Reduces a text to the characters of one line.
enum LineCharacters {
    /// The maximum length of a line; longer texts are truncated with an ellipsis before they are measured.
    private static let longestLine = 200
    /// The maximum length of a character: marks beyond any natural writing are dropped.
    private static let longestCharacter = 24

    /// Returns the characters of a text. Line breaks, control characters and all kinds of spaces become single spaces,
    /// with none at either end. Characters that change the direction of the following text are dropped, because other
    /// text follows on the line.
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

    /// Returns true for embeddings, overrides and isolates of the bidirectional algorithm (UAX #9), which a text may
    /// leave open.
    private static func isDirectionChange(_ scalar: Unicode.Scalar) -> Bool {
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }

    /// Returns true if any character is written from right to left (Hebrew, Arabic and other scripts in their blocks),
    /// or is a mark of that direction.
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
