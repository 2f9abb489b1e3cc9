/// Replaces letters with diacritics with their ASCII base letters: `é` with `e`, `ß` with `ss`.
enum LatinFolding {
    /// Returns the ASCII characters for a character, or `nil` if there are none.
    ///
    /// Covers Latin-1, Latin Extended-A, letters followed by combining marks, and common typographic punctuation;
    /// control characters and line breaks become a space.
    static func ascii(_ character: Character) -> String? {
        var result = ""
        for scalar in character.unicodeScalars {
            switch scalar.value {
            case 0x20...0x7E: result.unicodeScalars.append(scalar)
            case 0..<0x20, 0x7F..<0xA0: if result.last != " " { result += " " }
            case 0x300...0x36F where !result.isEmpty: break
            default:
                guard let replacement = letters[scalar.value] ?? punctuation[scalar] else { return nil }
                result += replacement
            }
        }
        return result
    }

    /// U+00C0…U+017F, in order.
    private static let letters: [UInt32: String] = {
        let letters = """
            A A A A A A AE C E E E E I I I I D N O O O O O x O U U U U Y TH ss
            a a a a a a ae c e e e e i i i i d n o o o o o / o u u u u y th y
            A a A a A a C c C c C c C c D d D d E e E e E e E e E e G g G g G g G g H h H h I i I i I i I i I i IJ ij
            J j K k k L l L l L l L l L l N n N n N n 'n N n O o O o O o OE oe R r R r R r S s S s S s S s T t T t T t
            U u U u U u U u U u U u W w Y y Y Z z Z z Z z s
            """
        return Dictionary(
            uniqueKeysWithValues: zip(UInt32(0xC0)..., letters.split { $0 == " " || $0 == "\n" }.map(String.init)))
    }()

    private static let punctuation: [Unicode.Scalar: String] = [
        "\u{A0}": " ", "\u{AB}": "<<", "\u{BB}": ">>", "\u{AD}": "-", "\u{B4}": "'", "\u{2010}": "-", "\u{2011}": "-",
        "\u{2012}": "-", "\u{2013}": "-", "\u{2014}": "-", "\u{2018}": "'", "\u{2019}": "'", "\u{201A}": ",",
        "\u{201C}": "\"", "\u{201D}": "\"", "\u{201E}": "\"", "\u{2022}": "*", "\u{2026}": "...", "\u{2028}": " ",
        "\u{2029}": " ", "\u{2212}": "-", "\u{FEFF}": "", "\u{200B}": "",
    ]
}

extension StrokeFont {
    /// Returns the letters for any text: ASCII unchanged, letters without diacritics, and one box for each other
    /// character.
    static func letters(for characters: some Sequence<Character>) -> [Unicode.Scalar] {
        var letters: [Unicode.Scalar] = []
        for character in characters {
            guard let folded = LatinFolding.ascii(character) else {
                letters.append(missing)
                continue
            }
            for letter in folded.unicodeScalars where letter != " " || letters.last ?? " " != " " {
                letters.append(letter)
            }
        }
        if letters.last == " " { letters.removeLast() }
        return letters
    }
}
