extension Orientation {
    /// Reads the orientation from EXIF data; returns `nil` if there is none, or it is invalid.
    ///
    /// Both byte orders are supported. Only the first directory is read. Damage in it (offsets out of bounds, too large
    /// a count, a value of another type or outside 1…8) counts as no orientation, since showing an image as stored is
    /// better than rejecting it (EXIF 3.0 §4.6.2, TIFF 6.0 §2).
    ///
    /// - Parameter exif: the TIFF structure, after any number of "Exif\\0\\0" prefixes: some writers add two.
    init?(exif bytes: [UInt8]) {
        var exif = bytes[...]
        while exif.starts(with: Self.exifHeader) { exif = exif.dropFirst(Self.exifHeader.count) }
        self.init(tiff: Array(exif))
    }

    private static let exifHeader = Array("Exif\0\0".utf8)

    private init?(tiff exif: [UInt8]) {
        let isLittleEndian: Bool
        switch exif.prefix(2) {
        case [0x49, 0x49]: isLittleEndian = true
        case [0x4D, 0x4D]: isLittleEndian = false
        default: return nil
        }
        func number(at offset: Int, byteCount: Int) -> Int? {
            guard offset >= 0, offset <= exif.count - byteCount else { return nil }
            let bytes = exif[offset..<offset + byteCount]
            return isLittleEndian
                ? bytes.reversed().reduce(0) { $0 << 8 | Int($1) } : bytes.reduce(0) { $0 << 8 | Int($1) }
        }
        guard number(at: 2, byteCount: 2) == 42, let directory = number(at: 4, byteCount: 4),
            let entryCount = number(at: directory, byteCount: 2)
        else { return nil }
        for entry in 0..<entryCount {
            let offset = directory + 2 + 12 * entry
            guard let tag = number(at: offset, byteCount: 2), let type = number(at: offset + 2, byteCount: 2) else {
                return nil
            }
            guard tag == 0x0112 else { continue }
            // The standard requires a SHORT; some writers store a LONG.
            let value = type == 4 ? number(at: offset + 8, byteCount: 4) : number(at: offset + 8, byteCount: 2)
            guard type == 3 || type == 4, let value else { return nil }
            self.init(rawValue: value)
            return
        }
        return nil
    }
}
