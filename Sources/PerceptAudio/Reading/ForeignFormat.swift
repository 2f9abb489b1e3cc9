import PerceptCore

/// A format that has no sound, so that its files are not passed to ffmpeg.
///
/// Only formats that ``MediaType`` does not know are listed: its images, documents and text are never passed.
struct ForeignFormat: Equatable {
    /// The name of a file in this format, with an article, such as `a ZIP archive`.
    let name: String

    /// Detects a format by its signature; `nil` if none matches.
    ///
    /// - Throws: `MediaError` `.inputOutput`.
    init?(_ bytes: InputBytes) throws(MediaError) {
        let prefix = try bytes.read(at: 0, count: 512)
        let match = Self.signatures.first { signature in
            prefix.dropFirst(signature.offset).starts(with: signature.bytes)
        }
        guard let match else { return nil }
        name = match.name
    }

    func error(source: String) -> MediaError {
        MediaError(
            .unsupportedFeature, source: source, problem: "is \(name), neither a recording nor a readable image",
            remedy: MediaType.adviceOnReadableMedia)
    }

    private static let signatures: [(name: String, offset: Int, bytes: [UInt8])] =
        text([
            ("a GIMP image", 0, "gimp xcf"),
            ("a DirectDraw image", 0, "DDS "), ("a QOI image", 0, "qoif"), ("an Apple icon", 0, "icns"),
            ("a FITS image", 0, "SIMPLE  ="), ("a DjVu document", 0, "AT&TFORM"), ("a MIDI file", 0, "MThd"),
            ("a 7-Zip archive", 0, "7z\u{BC}\u{AF}"), ("a RAR archive", 0, "Rar!"), ("a bzip2 archive", 0, "BZh"),
            ("a tar archive", 257, "ustar"), ("a ZIP archive", 0, "PK\u{3}\u{4}"), ("a ZIP archive", 0, "PK\u{5}\u{6}"),
            ("an SQLite database", 0, "SQLite format 3"), ("a Parquet file", 0, "PAR1"), ("a NumPy array", 1, "NUMPY"),
            ("an HDF5 file", 1, "HDF\r\n"), ("a program", 0, "\u{7F}ELF"), ("a program", 0, "MZ"),
            ("a WebAssembly module", 0, "\0asm"), ("a font", 0, "OTTO"), ("a font", 0, "wOFF"), ("a font", 0, "wOF2"),
            ("a font", 0, "\0\u{1}\0\0\0"), ("an Avro file", 0, "Obj\u{1}"), ("a Git pack", 0, "PACK"),
        ]) + [
            ("a JPEG XR image", 0, [0x49, 0x49, 0xBC]),
            ("a gzip archive", 0, [0x1F, 0x8B]), ("an xz archive", 0, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]),
            ("a Zstandard archive", 0, [0x28, 0xB5, 0x2F, 0xFD]), ("a program", 0, [0xCF, 0xFA, 0xED, 0xFE]),
            ("a Microsoft Office document", 0, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
            ("an EPS image", 0, [0xC5, 0xD0, 0xD3, 0xC6]), ("a program", 0, [0xCA, 0xFE, 0xBA, 0xBE]),
        ]

    /// Characters stand for the byte with their number.
    private static func text(
        _ signatures: [(name: String, offset: Int, text: String)]
    ) -> [(name: String, offset: Int, bytes: [UInt8])] {
        signatures.map { ($0.name, $0.offset, $0.text.unicodeScalars.map { UInt8($0.value) }) }
    }
}
