import PerceptCore

extension JSONValue {
    /// Returns the value as compact JSON text in UTF-8, with members in order.
    ///
    /// Numbers are written so that parsing restores the same value. Slashes are not escaped.
    public func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes, indentation: nil)
        return bytes
    }

    /// Returns the value as indented JSON text, for files that people read and edit.
    package func serializedForReading() -> [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes, indentation: 0)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private func write(to bytes: inout [UInt8], indentation: Int?) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(contentsOf: value.description.utf8)
        case .unsignedInteger(let value): bytes.append(contentsOf: value.description.utf8)
        case .double(let value): bytes.append(contentsOf: (value.isFinite ? value.description : "null").utf8)
        case .string(let value): Self.write(value, to: &bytes)
        case .array(let elements):
            Self.write(elements, between: "[", "]", to: &bytes, indentation) { element, bytes, indentation in
                element.write(to: &bytes, indentation: indentation)
            }
        case .object(let object):
            Self.write(Array(object), between: "{", "}", to: &bytes, indentation) { member, bytes, indentation in
                Self.write(member.key, to: &bytes)
                bytes.append(contentsOf: (indentation == nil ? ":" : ": ").utf8)
                member.value.write(to: &bytes, indentation: indentation)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], between opening: String, _ closing: String, to bytes: inout [UInt8], _ indentation: Int?,
        item write: (Item, inout [UInt8], Int?) -> Void
    ) {
        func breakLine(_ indentation: Int?) {
            guard let indentation else { return }
            bytes.append(UInt8(ascii: "\n"))
            bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation))
        }
        bytes.append(contentsOf: opening.utf8)
        let inner = indentation.map { $0 + 2 }
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            breakLine(inner)
            write(item, &bytes, inner)
        }
        if !items.isEmpty { breakLine(indentation) }
        bytes.append(contentsOf: closing.utf8)
    }

    private static let shortEscapes: [UInt8: String] = [
        0x22: "\\\"", 0x5C: "\\\\", 0x08: "\\b", 0x0C: "\\f", 0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t",
    ]

    /// Returns the byte of a file name that a code point in UTF-8 stands for.
    private static func nameByte(_ sequence: Slice<UnsafeBufferPointer<UInt8>>) -> UInt8? {
        String(decoding: sequence, as: UTF8.self).unicodeScalars.first?.nameByte
    }

    /// Writes a string. Bytes of a file name that are not UTF-8 become lone surrogates, U+DC00 plus the byte, as in
    /// Python's `json.dumps(os.fsdecode(name))` (PEP 383).
    private static func write(_ string: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { utf8 in
            var runStart = 0
            for (index, byte) in utf8.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0xF4 {
                if byte == 0xF4 {
                    guard let nameByte = nameByte(utf8[index...].prefix(4)) else { continue }
                    bytes.append(contentsOf: utf8[runStart..<index])
                    bytes.append(contentsOf: "\\udc\(String(nameByte, radix: 16))".utf8)
                    runStart = index + 4
                    continue
                }
                bytes.append(contentsOf: utf8[runStart..<index])
                runStart = index + 1
                let digits = String(byte, radix: 16)
                let escape =
                    shortEscapes[byte] ?? "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                bytes.append(contentsOf: escape.utf8)
            }
            bytes.append(contentsOf: utf8[runStart...])
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
