import PerceptCore

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A syntax error in JSON text.
public struct JSONSyntaxError: LocalizedError, Sendable, Hashable, CustomStringConvertible {
    /// The offset of the invalid byte.
    public var offset: Int
    /// The reason why the text is invalid.
    public var problem: String

    /// The problem and its position.
    public var description: String { "\(problem) at byte \(offset)" }
    /// The same as ``description``.
    public var errorDescription: String? { description }
}

extension JSONValue {
    /// The maximum nesting depth that ``init(parsing:)`` accepts; known responses have at most 8 levels.
    static let maximumDepth = 128

    /// Parses a whole JSON text (RFC 8259) in UTF-8; a leading byte order mark is skipped.
    ///
    /// Malformed UTF-8 in strings and lone surrogate escapes become U+FFFD, except `\udc80`…`\udcff`, which are bytes
    /// of file names.
    public init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
        try self.init(parsing: bytes, readsNonFiniteNumbersAsNull: false)
    }

    /// Parses a whole JSON text like ``init(parsing:)``, with a choice about numbers that JSON cannot hold.
    ///
    /// - Parameter readsNonFiniteNumbersAsNull: Reads `NaN`, `Infinity` and `-Infinity`, which Python's `json` writes,
    /// and
    ///   numbers beyond the range of a `Double` as `null`; otherwise they are errors.
    init(parsing bytes: [UInt8], readsNonFiniteNumbersAsNull: Bool) throws(JSONSyntaxError) {
        var parser = JSONParser(bytes: bytes, readsNonFiniteNumbersAsNull: readsNonFiniteNumbersAsNull)
        self = try parser.parseDocument()
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    let readsNonFiniteNumbersAsNull: Bool
    var position = 0

    init(bytes: [UInt8], readsNonFiniteNumbersAsNull: Bool) {
        self.bytes = bytes
        self.readsNonFiniteNumbersAsNull = readsNonFiniteNumbersAsNull
    }

    mutating func parseDocument() throws(JSONSyntaxError) -> JSONValue {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        skipWhitespace()
        let value = try parseValue(depth: 0)
        skipWhitespace()
        guard position == bytes.count else { throw failure("unexpected text after the value") }
        return value
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ problem: String) -> JSONSyntaxError {
        JSONSyntaxError(offset: position, problem: position < bytes.count ? problem : "unexpected end of text")
    }

    private mutating func skipWhitespace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func skip(_ byte: Character) -> Bool {
        guard current == byte.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func parseValue(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard depth < JSONValue.maximumDepth else { throw failure("nested deeper than \(JSONValue.maximumDepth)") }
        guard let byte = current else { throw failure("expected a JSON value") }
        if readsNonFiniteNumbersAsNull, skipNonFiniteNumber() { return .null }
        switch byte {
        case UInt8(ascii: "{"): return .object(try parseObject(depth: depth))
        case UInt8(ascii: "["): return .array(try parseArray(depth: depth))
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        default: throw failure("expected a JSON value")
        }
    }

    private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let expected = word.withUTF8Buffer(Array.init)
        guard bytes[position...].starts(with: expected) else { throw failure("expected a JSON value") }
        position += expected.count
        return value
    }

    private mutating func skipNonFiniteNumber() -> Bool {
        for word in ["NaN", "Infinity", "-Infinity"] where bytes[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return true
        }
        return false
    }

    private mutating func parseObject(depth: Int) throws(JSONSyntaxError) -> JSONObject {
        var members: [(String, JSONValue)] = []
        position += 1
        skipWhitespace()
        if skip("}") { return JSONObject() }
        repeat {
            skipWhitespace()
            guard current == UInt8(ascii: "\"") else { throw failure("expected a member name") }
            let key = try parseString()
            skipWhitespace()
            guard skip(":") else { throw failure("expected a colon") }
            skipWhitespace()
            members.append((key, try parseValue(depth: depth + 1)))
            skipWhitespace()
        } while skip(",")
        guard skip("}") else { throw failure("expected a comma or the end of the object") }
        return JSONObject(members)
    }

    private mutating func parseArray(depth: Int) throws(JSONSyntaxError) -> [JSONValue] {
        var elements: [JSONValue] = []
        position += 1
        skipWhitespace()
        if skip("]") { return [] }
        repeat {
            skipWhitespace()
            elements.append(try parseValue(depth: depth + 1))
            skipWhitespace()
        } while skip(",")
        guard skip("]") else { throw failure("expected a comma or the end of the array") }
        return elements
    }

    private mutating func parseNumber() throws(JSONSyntaxError) -> JSONValue {
        let start = position
        _ = skip("-")
        if skip("0") {
            if isDigit { throw failure("leading zero in a number") }
        } else {
            try skipDigits()
        }
        var isIntegral = true
        if skip(".") {
            isIntegral = false
            try skipDigits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isIntegral = false
            position += 1
            if !skip("+") { _ = skip("-") }
            try skipDigits()
        }
        let literal = String(decoding: bytes[start..<position], as: UTF8.self)
        if isIntegral, let value = Int(literal) { return .integer(value) }
        if isIntegral, let value = UInt(literal) { return .unsignedInteger(value) }
        guard let value = Double(literal), value.isFinite else {
            if readsNonFiniteNumbersAsNull { return .null }
            position = start
            throw failure("the number is out of range")
        }
        return .double(value)
    }

    private var isDigit: Bool {
        current.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
    }

    private mutating func skipDigits() throws(JSONSyntaxError) {
        guard isDigit else { throw failure("expected a digit") }
        while isDigit { position += 1 }
    }

    private mutating func parseString() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        position = bytes[start...].firstIndex { $0 == 0x22 || $0 == 0x5C || $0 < 0x20 } ?? bytes.count
        // Fast path for strings without escapes: masks are megabytes of base64.
        if current == UInt8(ascii: "\"") {
            position += 1
            return String(decoding: bytes[start..<position - 1], as: UTF8.self)
        }
        var unescaped = Array(bytes[start..<position])
        while let byte = current, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw failure("control character in a string") }
            if byte == UInt8(ascii: "\\") {
                try parseEscape(into: &unescaped)
            } else {
                unescaped.append(byte)
                position += 1
            }
        }
        guard skip("\"") else { throw failure("unterminated string") }
        return String(decoding: unescaped, as: UTF8.self)
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F, UInt8(ascii: "b"): 0x08,
        UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    ]

    private mutating func parseEscape(into unescaped: inout [UInt8]) throws(JSONSyntaxError) {
        position += 1
        guard let letter = current else { throw failure("unterminated string") }
        if let byte = Self.escapes[letter] {
            position += 1
            unescaped.append(byte)
            return
        }
        guard letter == UInt8(ascii: "u") else { throw failure("unknown escape in a string") }
        position += 1
        let unit = try parseHexadecimalUnit()
        var scalar = Unicode.Scalar(unit)
        if UTF16.isLeadSurrogate(unit), bytes[position...].starts(with: [0x5C, 0x75]) {
            let afterLead = position
            position += 2
            let trail = try parseHexadecimalUnit()
            if UTF16.isTrailSurrogate(trail) {
                scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(trail) - 0xDC00))
            } else {
                position = afterLead
            }
        }
        // PEP 383: a byte of a file name that is not UTF-8.
        if (0xDC80...0xDCFF).contains(unit) { scalar = Unicode.Scalar(nameByte: UInt8(unit & 0xFF)) }
        unescaped.append(contentsOf: String(Character(scalar ?? "\u{FFFD}")).utf8)
    }

    private mutating func parseHexadecimalUnit() throws(JSONSyntaxError) -> UInt16 {
        let digits = bytes[position...].prefix(4)
        let isHexadecimal: (UInt8) -> Bool = { Character(Unicode.Scalar($0)).isHexDigit }
        guard digits.count == 4, digits.allSatisfy(isHexadecimal),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw failure("expected four hexadecimal digits") }
        position += 4
        return unit
    }
}
