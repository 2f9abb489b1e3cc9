extension MediaType {
    /// The number of leading bytes that ``sniff(_:)`` uses.
    public static let sniffedByteCount = 4096
    /// How many bytes may stand before the first frame of an MP3 that has no signature in front.
    package static let junkByteCount = 1 << 18

    /// Detects the type of a file from its first bytes; returns `nil` if no signature matches.
    ///
    /// - Parameter prefix: The first ``sniffedByteCount`` bytes, or the whole file if it is shorter.
    public static func sniff(_ prefix: [UInt8]) -> MediaType? {
        if let signature = signatures.first(where: { $0.matches(prefix) }) {
            return signature.type == .tiff && isCameraRaw(tiff: prefix) ? .cameraRaw : signature.type
        }
        let type =
            sniffISOBaseMedia(prefix) ?? sniffContainer(prefix) ?? sniffBitmap(prefix) ?? sniffMPEGAudio(prefix)
        if let type { return type }
        guard looksLikeText(prefix) else { return sniffWeakContainer(prefix) }
        return looksLikeSVG(prefix) ? .svg : .plainText
    }

    /// Returns the offset of the audio after a leading ID3v2 tag, or `nil` if there is no tag.
    ///
    /// The size is "synchsafe": four bytes of seven bits each, not counting the ten bytes of the header (ID3v2.4
    /// §3.1).
    public static func offsetBehindID3(_ prefix: [UInt8]) -> Int? {
        guard prefix.count >= 10, prefix.starts(with: Array("ID3".utf8)) else { return nil }
        let size = prefix[6..<10].reduce(0) { $0 << 7 | Int($1 & 0x7F) }
        let hasFooter = prefix[5] & 0x10 != 0
        return 10 + size + (hasFooter ? 10 : 0)
    }

    private struct Signature {
        var type: MediaType
        /// Byte strings required at their offsets.
        var parts: [(offset: Int, bytes: [UInt8])]

        init(_ type: MediaType, _ parts: (Int, [UInt8])...) {
            self.type = type
            self.parts = parts.map { (offset: $0.0, bytes: $0.1) }
        }

        func matches(_ prefix: [UInt8]) -> Bool {
            parts.allSatisfy { part in
                prefix.count >= part.offset + part.bytes.count
                    && prefix[part.offset..<part.offset + part.bytes.count].elementsEqual(part.bytes)
            }
        }
    }

    private static func ascii(_ text: StaticString) -> [UInt8] {
        text.withUTF8Buffer(Array.init)
    }

    private static let signatures: [Signature] = [
        Signature(.iOSPNG, (0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), (12, ascii("CgBI"))),
        Signature(.png, (0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])),
        Signature(.jpeg, (0, [0xFF, 0xD8, 0xFF])),
        Signature(.webp, (0, ascii("RIFF")), (8, ascii("WEBP"))),
        Signature(.avi, (0, ascii("RIFF")), (8, ascii("AVI "))),
        Signature(.wav, (0, ascii("RIFF")), (8, ascii("WAVE"))),
        Signature(.wav, (0, ascii("RIFX")), (8, ascii("WAVE"))),
        Signature(.wav, (0, ascii("RF64")), (8, ascii("WAVE"))),
        Signature(.wav, (0, ascii("BW64")), (8, ascii("WAVE"))),
        Signature(.w64, (0, [0x72, 0x69, 0x66, 0x66, 0x2E, 0x91, 0xCF, 0x11])),
        Signature(.flac, (0, ascii("fLaC"))),
        Signature(.ogg, (0, ascii("OggS"))),
        Signature(.aiff, (0, ascii("FORM")), (8, ascii("AIFF"))),
        Signature(.aiff, (0, ascii("FORM")), (8, ascii("AIFC"))),
        Signature(.caf, (0, ascii("caff"))),
        Signature(.au, (0, ascii(".snd"))),
        Signature(.au, (0, ascii("dns."))),
        Signature(.amr, (0, ascii("#!AMR"))),
        Signature(.webm, (0, [0x1A, 0x45, 0xDF, 0xA3])),
        Signature(.wma, (0, [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11])),
        Signature(.wavPack, (0, ascii("wvpk"))),
        Signature(.mp3, (0, ascii("ID3"))),
        Signature(.gif, (0, ascii("GIF87a"))),
        Signature(.gif, (0, ascii("GIF89a"))),
        Signature(.cameraRaw, (0, [0x49, 0x49, 0x2A, 0x00]), (8, ascii("CR"))),
        Signature(.cameraRaw, (0, ascii("FUJIFILMCCD-RAW"))),
        Signature(.cameraRaw, (0, ascii("IIRO"))),
        Signature(.cameraRaw, (0, ascii("IIRS"))),
        Signature(.cameraRaw, (0, ascii("MMOR"))),
        Signature(.cameraRaw, (0, ascii("IIU\0"))),
        Signature(.cameraRaw, (0, ascii("\0MRM"))),
        Signature(.cameraRaw, (0, ascii("FOVb"))),
        Signature(.cameraRaw, (6, ascii("HEAPCCDR"))),
        Signature(.tiff, (0, [0x49, 0x49, 0x2A, 0x00])),
        Signature(.tiff, (0, [0x4D, 0x4D, 0x00, 0x2A])),
        // BigTIFF.
        Signature(.tiff, (0, [0x49, 0x49, 0x2B, 0x00, 0x08, 0x00])),
        Signature(.tiff, (0, [0x4D, 0x4D, 0x00, 0x2B, 0x00, 0x08])),
        Signature(.photoshop, (0, ascii("8BPS"))),
        Signature(.openEXR, (0, [0x76, 0x2F, 0x31, 0x01])),
        Signature(.dicom, (128, ascii("DICM"))),
        Signature(.icon, (0, [0, 0, 1, 0]), (5, [0])),
        Signature(.icon, (0, [0, 0, 2, 0]), (5, [0])),
        Signature(.jpegXL, (0, [0xFF, 0x0A])),
        Signature(.jpegXL, (4, ascii("JXL "))),
        Signature(.jpeg2000, (4, ascii("jP  "))),
        Signature(.jpeg2000, (0, [0xFF, 0x4F, 0xFF, 0x51])),
        Signature(.pdf, (0, ascii("%PDF-"))),
    ]

    /// The brands of ISO 14496-12 files; any other brand in an `ftyp` box is a video.
    private static let brands: [String: MediaType] = [
        "M4A ": .m4a, "M4B ": .m4a, "M4P ": .m4a, "qt  ": .quickTime,
        "heic": .heic, "heix": .heic, "heim": .heic, "heis": .heic, "hevc": .heic, "mif1": .heic, "msf1": .heic,
        "avif": .avif, "avis": .avif, "crx ": .cameraRaw,
    ]

    private static func sniffISOBaseMedia(_ prefix: [UInt8]) -> MediaType? {
        guard prefix.count >= 12, prefix[4..<8].elementsEqual(ascii("ftyp")) else { return nil }
        let type = brands[String(decoding: prefix[8..<12], as: UTF8.self)] ?? .mp4
        // The major brand may leave the codec open; compatible brands follow the version.
        let end = min(prefix.count, Int(prefix[2]) << 8 | Int(prefix[3]))
        let others = stride(from: 16, to: max(16, end - 3), by: 4).map {
            String(decoding: prefix[$0..<$0 + 4], as: UTF8.self)
        }
        return type == .heic && others.contains { brands[$0] == .avif } ? .avif : type
    }

    /// Detects an MPEG audio frame header (ISO 11172-3 §2.4.1.3), or an ADTS one, which has zero layer bits.
    private static func sniffMPEGAudio(_ prefix: [UInt8]) -> MediaType? {
        guard prefix.count >= 4, prefix[0] == 0xFF, prefix[1] & 0xE0 == 0xE0 else { return nil }
        let version = prefix[1] >> 3 & 3
        let layer = prefix[1] >> 1 & 3
        if layer == 0 { return prefix[1] & 0xF0 == 0xF0 ? .aac : nil }
        let bitRate = prefix[2] >> 4
        let sampleRate = prefix[2] >> 2 & 3
        guard version != 1, bitRate != 15, sampleRate != 3 else { return nil }
        // In free format more has to fit: such bytes begin text in UTF-16 too.
        return bitRate != 0 || MPEGFrameHeader.freeFormatByteCount(prefix, at: 0, isAtEnd: false) != nil ? .mp3 : nil
    }

    /// Detects a bitmap by its signature of two bytes and a header of a known size, or by the header alone, as on the
    /// clipboard: its size, one plane, a depth and a compression.
    private static func sniffBitmap(_ prefix: [UInt8]) -> MediaType? {
        guard prefix.count >= 20 else { return nil }
        let hasSignature = prefix.starts(with: ascii("BM"))
        let header = Array(prefix[(hasSignature ? 14 : 0)...])
        guard [12, 16, 40, 52, 56, 64, 108, 124].contains(header[0]), header[1..<4].allSatisfy({ $0 == 0 }) else {
            return nil
        }
        if hasSignature { return .bmp }
        let isPlausible =
            header[0] >= 40 && header[12...13].elementsEqual([1, 0]) && [1, 2, 4, 8, 16, 24, 32].contains(header[14])
            && header[15] == 0 && header[16] <= 6 && header[17..<20].allSatisfy { $0 == 0 }
        return isPlausible ? .bmp : nil
    }

    /// Returns true if the first directory of a TIFF file names a DNG version, or a camera and further directories: the
    /// first image of such a file is a preview.
    private static func isCameraRaw(tiff prefix: [UInt8]) -> Bool {
        let isLittleEndian = prefix[0] == UInt8(ascii: "I")
        func number(at offset: Int, byteCount: Int) -> Int? {
            guard offset >= 0, offset <= prefix.count - byteCount else { return nil }
            let bytes = prefix[offset..<offset + byteCount]
            return isLittleEndian
                ? bytes.reversed().reduce(0) { $0 << 8 | Int($1) } : bytes.reduce(0) { $0 << 8 | Int($1) }
        }
        guard number(at: 2, byteCount: 2) == 42, let directory = number(at: 4, byteCount: 4),
            let entryCount = number(at: directory, byteCount: 2)
        else { return false }
        let tags = Set((0..<min(entryCount, 256)).compactMap { number(at: directory + 2 + 12 * $0, byteCount: 2) })
        let (make, subdirectories, dngVersion) = (271, 330, 50706)
        return tags.contains(dngVersion) || tags.contains(make) && tags.contains(subdirectories)
    }

    /// Returns true if the first element of a text is `svg`, after declarations and comments.
    private static func looksLikeSVG(_ prefix: [UInt8]) -> Bool {
        let text = String(decoding: prefix, as: UTF8.self)
        guard let start = text.firstIndex(of: "<"), text[..<start].allSatisfy({ $0.isWhitespace || $0 == "\u{FEFF}" })
        else { return false }
        var rest = text[start...]
        while rest.hasPrefix("<?") || rest.hasPrefix("<!") {
            let end =
                rest.hasPrefix("<!--") ? rest.firstRange(of: "-->")?.upperBound : rest.firstRange(of: ">")?.upperBound
            guard let end, let next = rest[end...].firstIndex(of: "<") else { return false }
            rest = rest[next...]
        }
        return rest.hasPrefix("<svg")
    }

    private static func looksLikeText(_ prefix: [UInt8]) -> Bool {
        guard !prefix.isEmpty else { return false }
        let isControl: (UInt8) -> Bool = { $0 < 0x20 && !(0x09...0x0D).contains($0) && $0 != 0x1B || $0 == 0x7F }
        guard !prefix.contains(where: isControl) else { return false }
        // The prefix may end within a multi-byte character: allow up to three trailing bytes to be dropped.
        return (0...min(3, prefix.count - 1)).contains { String(validating: prefix.dropLast($0), as: UTF8.self) != nil }
    }
}
