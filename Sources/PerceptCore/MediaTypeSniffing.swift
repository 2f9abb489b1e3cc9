extension MediaType {
    /// The number of leading bytes that ``sniff(_:)`` uses.
    public static let sniffedByteCount = 4096
    /// How many bytes may stand before the first frame of an MP3 that has no signature in front.
    package static let junkByteCount = 1 << 18

    /// Detects the type of a file from its first bytes; returns `nil` if no signature matches.
    ///
    /// - Parameter prefix: The first ``sniffedByteCount`` bytes, or the whole file if it is shorter.
    public static func sniff(_ prefix: [UInt8]) -> MediaType? {
        if let signature = signatures.first(where: { $0.matches(prefix) }) { return signature.type }
        if let type = sniffISOBaseMedia(prefix) ?? sniffContainer(prefix) ?? sniffMPEGAudio(prefix) { return type }
        return looksLikeText(prefix) ? .plainText : sniffWeakContainer(prefix)
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
        Signature(.bmp, (0, ascii("BM")), (6, [0, 0, 0, 0])),
        Signature(.tiff, (0, [0x49, 0x49, 0x2A, 0x00])),
        Signature(.tiff, (0, [0x4D, 0x4D, 0x00, 0x2A])),
        Signature(.jpegXL, (0, [0xFF, 0x0A])),
        Signature(.jpegXL, (4, ascii("JXL "))),
        Signature(.jpeg2000, (4, ascii("jP  "))),
        Signature(.pdf, (0, ascii("%PDF-"))),
    ]

    /// The brands of ISO 14496-12 files; any other brand in an `ftyp` box is a video.
    private static let brands: [String: MediaType] = [
        "M4A ": .m4a, "M4B ": .m4a, "M4P ": .m4a, "qt  ": .quickTime,
        "crx ": .canonRaw, "heic": .heic, "heix": .heic, "heim": .heic, "heis": .heic, "hevc": .heic, "mif1": .heic,
        "msf1": .heic,
        "avif": .avif, "avis": .avif,
    ]

    private static func sniffISOBaseMedia(_ prefix: [UInt8]) -> MediaType? {
        guard prefix.count >= 12, prefix[4..<8].elementsEqual(ascii("ftyp")) else { return nil }
        return brands[String(decoding: prefix[8..<12], as: UTF8.self)] ?? .mp4
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

    private static func looksLikeText(_ prefix: [UInt8]) -> Bool {
        guard !prefix.isEmpty else { return false }
        let isControl: (UInt8) -> Bool = { $0 < 0x20 && !(0x09...0x0D).contains($0) && $0 != 0x1B || $0 == 0x7F }
        guard !prefix.contains(where: isControl) else { return false }
        // The prefix may end within a multi-byte character: allow up to three trailing bytes to be dropped.
        return (0...min(3, prefix.count - 1)).contains { String(validating: prefix.dropLast($0), as: UTF8.self) != nil }
    }
}
