/// Base64 (RFC 4648): a tolerant decoder for the variants that services and gateways produce, and a strict encoder.
public enum Base64 {
    /// Decodes base64 text.
    ///
    /// Besides the standard form, accepts a `data:…;base64,` prefix, white space and line breaks anywhere, the
    /// URL-safe alphabet (`-` and `_`), missing padding, and percent-encoded characters (`%2B`). Unused bits of the
    /// last character are ignored. Anything else is an error: an invalid character, a character after the padding, more
    /// padding than the length needs, or a length that no number of bytes encodes to.
    ///
    /// - Parameters:
    ///   - text: The text as received; offsets in errors count its UTF-8 bytes from 0.
    ///   - byteLimit: The maximum size of the result, checked against the length of the text before allocation.
    /// - Throws: ``MediaError`` `.malformedInput` with the offset and the character, `.limitExceeded`.
    public static func decode(
        _ text: String, byteLimit: Int = ResourceLimits.default.uploadByteCount
    ) throws(MediaError) -> [UInt8] {
        var text = text
        // `withUTF8` rethrows untyped errors; the result carries the typed one.
        let result = text.withUTF8 { bytes in
            Result { () throws(MediaError) in try decode(bytes, byteLimit: byteLimit) }
        }
        return try result.get()
    }

    /// Encodes with the standard alphabet, with padding and without line breaks.
    public static func encode(_ bytes: [UInt8]) -> String {
        let count = (bytes.count + 2) / 3 * 4
        return String(unsafeUninitializedCapacity: count) { output in
            alphabet.withUTF8Buffer { alphabet in
                bytes.withUnsafeBufferPointer { input in
                    var index = 0
                    var written = 0
                    while index + 3 <= input.count {
                        let group =
                            UInt32(input[index]) << 16 | UInt32(input[index + 1]) << 8 | UInt32(input[index + 2])
                        output[written] = alphabet[Int(group >> 18)]
                        output[written + 1] = alphabet[Int(group >> 12 & 63)]
                        output[written + 2] = alphabet[Int(group >> 6 & 63)]
                        output[written + 3] = alphabet[Int(group & 63)]
                        index += 3
                        written += 4
                    }
                    let rest = input.count - index
                    if rest > 0 {
                        let group = UInt32(input[index]) << 16 | (rest == 2 ? UInt32(input[index + 1]) << 8 : 0)
                        output[written] = alphabet[Int(group >> 18)]
                        output[written + 1] = alphabet[Int(group >> 12 & 63)]
                        output[written + 2] = rest == 2 ? alphabet[Int(group >> 6 & 63)] : padding
                        output[written + 3] = padding
                    }
                }
            }
            return count
        }
    }

    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    private static let padding = UInt8(ascii: "=")

    /// The value of each text byte: six bits, or a mark, which has a bit above the sixth set.
    private static let meanings: [UInt8] = {
        var table = [UInt8](repeating: Mark.wrong, count: 256)
        alphabet.withUTF8Buffer { alphabet in
            for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        }
        table[Int(UInt8(ascii: "-"))] = 62
        table[Int(UInt8(ascii: "_"))] = 63
        for character in [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D] { table[character] = Mark.whiteSpace }
        table[Int(padding)] = Mark.padding
        table[Int(UInt8(ascii: "%"))] = Mark.percent
        return table
    }()

    private enum Mark {
        static let wrong: UInt8 = 0x80
        static let whiteSpace: UInt8 = 0x81
        static let padding: UInt8 = 0x82
        static let percent: UInt8 = 0x83
    }

    private enum Failure {
        case character(at: Int)
        case behindPadding(at: Int)
        case length(characterCount: Int)
        case padding(characterCount: Int, paddingCount: Int)
    }

    private static func decode(
        _ text: UnsafeBufferPointer<UInt8>, byteLimit: Int
    ) throws(MediaError) -> [UInt8] {
        let start = try offsetBehindDataPrefix(text)
        let characterCount = text.count - start
        let possibleByteCount = characterCount / 4 * 3 + characterCount % 4
        guard characterCount / 4 * 3 <= byteLimit else {
            throw .exceeded(
                .uploadByteCount, byteLimit,
                problem: "base64 text of \(characterCount) characters stands for more than \(byteLimit) bytes",
                alternative: "send less")
        }
        var failure: Failure?
        let bytes = [UInt8](unsafeUninitializedCapacity: possibleByteCount) { output, written in
            failure = meanings.withUnsafeBufferPointer {
                decodeBody(text, from: start, meanings: $0, into: output, written: &written)
            }
        }
        if let failure { throw error(for: failure, in: text) }
        guard !bytes.isEmpty else {
            throw MediaError(
                .malformedInput, problem: "base64 text is empty", remedy: "check that the whole answer arrived")
        }
        return bytes
    }

    /// Decodes the body; `output` must hold three bytes per four characters, plus the remainder.
    private static func decodeBody(
        _ text: UnsafeBufferPointer<UInt8>, from start: Int, meanings: UnsafeBufferPointer<UInt8>,
        into output: UnsafeMutableBufferPointer<UInt8>, written: inout Int
    ) -> Failure? {
        var index = start
        var group: UInt32 = 0
        var groupCount = 0
        var symbolCount = 0
        var paddingCount = 0
        var count = 0
        defer { written = count }
        while index < text.count {
            if groupCount == 0 && paddingCount == 0 {
                let first = index
                while index + 4 <= text.count {
                    let a = meanings[Int(text[index])]
                    let b = meanings[Int(text[index + 1])]
                    let c = meanings[Int(text[index + 2])]
                    let d = meanings[Int(text[index + 3])]
                    if (a | b | c | d) & 0x80 != 0 { break }
                    output[count] = a << 2 | b >> 4
                    output[count + 1] = b << 4 | c >> 2
                    output[count + 2] = c << 6 | d
                    count += 3
                    index += 4
                }
                symbolCount += index - first
                if index == text.count { break }
            }
            var meaning = meanings[Int(text[index])]
            var length = 1
            if meaning == Mark.percent {
                guard let character = percentDecoded(text, at: index) else { return .character(at: index) }
                meaning = character == UInt8(ascii: "%") ? Mark.wrong : meanings[Int(character)]
                length = 3
            }
            switch meaning {
            case Mark.wrong:
                return .character(at: index)
            case Mark.whiteSpace:
                break
            case Mark.padding:
                paddingCount += 1
            default:
                guard paddingCount == 0 else { return .behindPadding(at: index) }
                group = group << 6 | UInt32(meaning)
                groupCount += 1
                symbolCount += 1
                if groupCount == 4 {
                    output[count] = UInt8(truncatingIfNeeded: group >> 16)
                    output[count + 1] = UInt8(truncatingIfNeeded: group >> 8)
                    output[count + 2] = UInt8(truncatingIfNeeded: group)
                    count += 3
                    group = 0
                    groupCount = 0
                }
            }
            index += length
        }
        if groupCount == 1 { return .length(characterCount: symbolCount) }
        guard paddingCount <= (groupCount == 0 ? 0 : 4 - groupCount) else {
            return .padding(characterCount: symbolCount, paddingCount: paddingCount)
        }
        if groupCount >= 2 {
            output[count] = UInt8(truncatingIfNeeded: groupCount == 2 ? group >> 4 : group >> 10)
            count += 1
        }
        if groupCount == 3 {
            output[count] = UInt8(truncatingIfNeeded: group >> 2)
            count += 1
        }
        return nil
    }

    private static func percentDecoded(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt8? {
        guard index + 2 < text.count, let high = hexadecimalDigit(text[index + 1]),
            let low = hexadecimalDigit(text[index + 2])
        else { return nil }
        return high << 4 | low
    }

    private static func hexadecimalDigit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// Returns the offset of the base64 in a data URL (RFC 2397), or 0 if the text is not a data URL.
    private static func offsetBehindDataPrefix(_ text: UnsafeBufferPointer<UInt8>) throws(MediaError) -> Int {
        let start = text.firstIndex { meanings[Int($0)] != Mark.whiteSpace } ?? text.count
        guard lowercased(text[start...].prefix(5)) == "data:" else { return start }
        guard let comma = text[start...].firstIndex(of: UInt8(ascii: ",")) else {
            throw MediaError(.malformedInput, problem: "the data URL has no comma in front of its contents")
        }
        guard lowercased(text[start..<comma].suffix(7)) == ";base64" else {
            throw MediaError(
                .unsupportedFeature,
                problem: "the data URL is not encoded in base64 (no ;base64 in front of its comma)",
                remedy: "encode it in base64")
        }
        return comma + 1
    }

    private static func lowercased(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        String(decoding: bytes, as: UTF8.self).lowercased()
    }

    private static func error(for failure: Failure, in text: UnsafeBufferPointer<UInt8>) -> MediaError {
        let problem =
            switch failure {
            case .character(let offset):
                "base64 text has the wrong character \(characterName(text, at: offset)) at offset \(offset)"
            case .behindPadding(let offset):
                "base64 text continues after its padding with \(characterName(text, at: offset)) at offset \(offset)"
            case .length(let count):
                "base64 text ends at offset \(text.count) after \(count) characters, a length that no bytes encode to"
            case .padding(let count, let padding):
                "base64 text of \(count) characters has \(padding) padding characters at its end"
                    + " (offset \(text.count)), more than its length calls for"
            }
        return MediaError(
            .malformedInput, problem: problem, remedy: "check that the whole answer arrived, and unchanged")
    }

    /// Returns a printable ASCII character in quotes, or the code of any other character, so that the error stays on
    /// one line.
    private static func characterName(_ text: UnsafeBufferPointer<UInt8>, at offset: Int) -> String {
        let rest = String(decoding: text[offset...].prefix(4), as: UTF8.self)
        guard let scalar = rest.unicodeScalars.first else { return "(end)" }
        if (0x21...0x7E).contains(scalar.value) { return "'\(scalar)'" }
        let number = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - number.count)) + number
    }
}
