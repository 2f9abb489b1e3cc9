public import PerceptCore

/// An opaque sRGB colour, 8 bits per channel.
public struct Color: Sendable, Hashable {
    /// The red channel, 0…255.
    public var red: UInt8
    /// The green channel, 0…255.
    public var green: UInt8
    /// The blue channel, 0…255.
    public var blue: UInt8

    /// Creates a colour.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Parses a CSS colour: `#ffffff`, or `#fff` with each digit doubled, in upper or lower case.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for any other text.
    public init(hex: String) throws(MediaError) {
        let digits = hex.utf8.dropFirst().compactMap(Self.value(ofHexDigit:))
        guard hex.utf8.first == UInt8(ascii: "#"), digits.count == hex.utf8.count - 1 else { throw Self.refusal(hex) }
        switch digits.count {
        case 3: self.init(red: digits[0] * 17, green: digits[1] * 17, blue: digits[2] * 17)
        case 6:
            self.init(
                red: digits[0] << 4 | digits[1], green: digits[2] << 4 | digits[3], blue: digits[4] << 4 | digits[5])
        default: throw Self.refusal(hex)
        }
    }

    /// White.
    public static let white = Color(red: 255, green: 255, blue: 255)
    /// Black.
    public static let black = Color(red: 0, green: 0, blue: 0)

    private static func value(ofHexDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func refusal(_ text: String) -> MediaError {
        MediaError(
            .invalidArgument, problem: "invalid colour “\(text)”", remedy: "write it as '#rrggbb' or '#rgb'")
    }
}

extension Color: CustomStringConvertible {
    /// The colour in CSS notation, `#ff8000`.
    public var description: String {
        "#"
            + [red, green, blue].map { byte in
                let digits = String(byte, radix: 16)
                return byte < 16 ? "0" + digits : digits
            }.joined()
    }
}
