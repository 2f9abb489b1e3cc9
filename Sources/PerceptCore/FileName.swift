/// Names of files as strings: on Linux a name is any bytes but zero and the slash, while a string is Unicode.
///
/// Each byte of a name that is not part of valid UTF-8 becomes one code point of a private use area, U+10FE00 plus the
/// byte (U+10FE80…U+10FEFF). The bytes of such code points in a name are represented in the same way, so that every
/// name is restored exactly. JSON has them as lone surrogates, U+DC00 plus the byte, as Python's `os.fsdecode`
/// (PEP 383).
extension String {
    /// Creates the representation of a name or path.
    package init(fileName bytes: some Sequence<UInt8>) {
        self = Self.decoding(fileName: Array(bytes))
    }

    /// Creates the representation of a name or path that ends with a zero.
    package init(fileName: UnsafePointer<CChar>) {
        var count = 0
        while fileName[count] != 0 { count += 1 }
        self.init(fileName: UnsafeRawBufferPointer(start: fileName, count: count))
    }

    private static func decoding(fileName bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self), !text.mayHaveNameBytes { return text }
        var text = String.UnicodeScalarView()
        var index = 0
        while index < bytes.count {
            let count = sequenceByteCount(bytes[index])
            let sequence = bytes[index...].prefix(count)
            if let scalar = String(validating: sequence, as: UTF8.self)?.unicodeScalars.first, scalar.nameByte == nil {
                text.append(scalar)
                index += count
            } else {
                text.append(Unicode.Scalar(nameByte: bytes[index]))
                index += 1
            }
        }
        return String(text)
    }

    /// The bytes of the name or path that the string represents.
    package var fileNameBytes: [UInt8] {
        guard mayHaveNameBytes else { return Array(utf8) }
        return unicodeScalars.flatMap { scalar in scalar.nameByte.map { [$0] } ?? Array(String(scalar).utf8) }
    }

    /// Calls `body` with the bytes of the path, which end with a zero.
    package func withFileName<Value>(_ body: (UnsafePointer<CChar>) throws -> Value) rethrows -> Value {
        guard mayHaveNameBytes else { return try withCString(body) }
        return try (fileNameBytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return try "".withCString(body) }
            return try body(base)
        }
    }

    /// False if no code point of the string stands for a byte: those begin with this byte in UTF-8.
    private var mayHaveNameBytes: Bool { utf8.contains(0xF4) }

    /// Returns the length of the UTF-8 sequence that a byte begins (RFC 3629, §3); 1 for a byte that begins none.
    private static func sequenceByteCount(_ byte: UInt8) -> Int {
        switch byte {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }
}

extension Unicode.Scalar {
    /// Creates the code point for a byte of at least 0x80 in a name; U+FFFD for others.
    package init(nameByte byte: UInt8) {
        self = byte >= 0x80 ? Unicode.Scalar(0x10_FE00 + UInt32(byte)) ?? "\u{FFFD}" : "\u{FFFD}"
    }

    /// The byte of a name that the code point stands for; `nil` if it stands for itself.
    package var nameByte: UInt8? {
        (0x10_FE80...0x10_FEFF).contains(value) ? UInt8(truncatingIfNeeded: value) : nil
    }
}
