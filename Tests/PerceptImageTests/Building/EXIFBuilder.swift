/// Writes the TIFF structure of EXIF data (TIFF 6.0 §2) with an orientation in its first directory.
enum EXIFBuilder {
    /// - Parameters:
    ///   - type: 3 is SHORT, what the standard asks for; 4 is LONG.
    ///   - claimedEntryCount: what the directory says, where that is not the truth.
    static func bytes(
        orientation: Int, isLittleEndian: Bool, type: Int = 3, claimedEntryCount: Int? = nil, directoryOffset: Int = 8
    ) -> [UInt8] {
        func number(_ value: Int, _ byteCount: Int) -> [UInt8] {
            let bytes = (0..<byteCount).map { UInt8(value >> (8 * $0) & 0xFF) }
            return isLittleEndian ? bytes : bytes.reversed()
        }
        func entry(_ tag: Int, _ type: Int, _ value: [UInt8]) -> [UInt8] {
            number(tag, 2) + number(type, 2) + number(1, 4) + (value + [0, 0, 0, 0]).prefix(4)
        }
        return Array((isLittleEndian ? "II" : "MM").utf8) + number(42, 2) + number(directoryOffset, 4)
            + number(claimedEntryCount ?? 2, 2)
            + entry(0x0100, 3, number(640, 2))
            + entry(0x0112, type, number(orientation, type == 4 ? 4 : 2)) + number(0, 4)
    }
}
