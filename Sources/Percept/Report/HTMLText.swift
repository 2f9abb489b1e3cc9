import PerceptCore
import PerceptInference

/// Escapes external text for use in a page.
enum HTMLText {
    /// Escapes text for use between tags or in a quoted attribute.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar == "\0" || scalar.nameByte != nil ? "\u{FFFD}" : scalar)
            }
        }
        return escaped
    }

    /// Escapes JSON for use in a `script` element, so that it can neither end the element nor begin a comment.
    ///
    /// `<`, `>` and `&` occur only in JSON strings, where an escape means the same. U+2028 and U+2029 are escaped too:
    /// they end lines in JavaScript but not in JSON.
    static func scriptContents(_ json: JSONValue) -> [UInt8] {
        let bytes = json.serialized()
        var escaped: [UInt8] = []
        escaped.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
                escaped += Array("\\u00".utf8) + Array(String(byte, radix: 16).utf8)
            // U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
            case 0xE2 where index + 2 < bytes.count && bytes[index + 1] == 0x80 && bytes[index + 2] & 0xFE == 0xA8:
                escaped += Array((bytes[index + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8)
                index += 2
            default: escaped.append(byte)
            }
            index += 1
        }
        return escaped
    }
}
