/// Metadata in a text chunk, as ImageMagick and exiftool write it into a PNG: a line with the name, a line with the
/// number of bytes, and lines of hexadecimal digits.
enum RawProfile {
    /// Returns the bytes, or `nil` for a text in another format.
    ///
    /// If there are too few digits, or other characters among them, the bytes before that point are returned.
    static func bytes(_ text: [UInt8]) -> [UInt8]? {
        var rest = text[...].drop(while: isSpace)
        // Skips the name.
        rest = rest.drop { !isSpace($0) }.drop(while: isSpace)
        let number = rest.prefix { !isSpace($0) }
        guard (1...9).contains(number.count), let count = Int(String(decoding: number, as: UTF8.self)), count > 0 else {
            return nil
        }
        rest = rest.dropFirst(number.count)
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in rest where !isSpace(character) {
            guard bytes.count < count, let digit = digit(character) else { break }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return bytes
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
