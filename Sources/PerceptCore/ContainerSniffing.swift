/// The detection of recordings that ffmpeg decodes.
extension MediaType {
    /// Byte strings that files of a type begin with.
    private static let beginnings: [(type: MediaType, bytes: [UInt8])] = [
        (.flashVideo, Array("FLV".utf8) + [1]),
        (.mpegProgramStream, [0, 0, 1, 0xBA]),
        (.realMedia, Array(".RMF".utf8) + [0]),
        (.realAudio, Array(".ra".utf8) + [0xFD, 0]),
        (.sphere, Array("NIST_1A\n".utf8)),
        (.creativeVoice, Array("Creative Voice File".utf8) + [0x1A]),
        // The two byte orders, each with words of 16 and of 14 bits (ETSI TS 102 114, annex H).
        (.dts, [0x7F, 0xFE, 0x80, 0x01]), (.dts, [0xFE, 0x7F, 0x01, 0x80]), (.dts, [0x1F, 0xFF, 0xE8, 0x00]),
        (.dts, [0xFF, 0x1F, 0x00, 0xE8]),
        (.dtsHD, Array("DTSHDHDR".utf8)),
        (.tak, Array("tBaK".utf8)),
        (.musepack, Array("MPCKSH".utf8)),
        (.trueAudio, Array("TTA1".utf8) + [1, 0]), (.trueAudio, Array("TTA1".utf8) + [3, 0]),
        (.dsf, Array("DSD ".utf8) + [28, 0, 0, 0]),
        (.dictation, [2] + Array("dss".utf8)),
        // The key of a partition pack (SMPTE 377), and the leader of a packet with the map of the material (SMPTE 360).
        (.materialExchange, [0x06, 0x0E, 0x2B, 0x34, 2, 5, 1, 1, 13, 1, 2]),
        (.generalExchange, [0, 0, 0, 0, 1, 0xBC]),
        (.windowsTelevision, [0xB7, 0xD8, 0, 0x20, 0x37, 0x49, 0xDA, 0x11]),
        (.nut, Array("nut/multimedia container\0".utf8)),
        (.sox, Array(".SoX".utf8)), (.sox, Array("XoS.".utf8)),
    ]

    /// Byte strings that files of a type contain at an offset.
    private static let markers: [(type: MediaType, offset: Int, bytes: [UInt8])] = [
        (.amigaVoice, 8, Array("8SVX".utf8)), (.pureVoice, 8, Array("QLCM".utf8)), (.hcom, 128, Array("HCOM".utf8)),
    ]

    /// Detects containers by what no text and no image begins with.
    static func sniffContainer(_ prefix: [UInt8]) -> MediaType? {
        if let found = beginnings.first(where: { prefix.starts(with: $0.bytes) }) { return found.type }
        if let marked = markers.first(where: { prefix.dropFirst($0.offset).starts(with: $0.bytes) }) {
            let start = marked.type == .hcom ? Array(prefix[65..<69]) : Array(prefix.prefix(4))
            if ["FORM", "RIFF", "FSSD"].contains(String(decoding: start, as: UTF8.self)) { return marked.type }
        }
        // The magic number, a machine and a zero, in either byte order.
        let magic = Array(prefix.prefix(4))
        if [magic, magic.reversed()].contains(where: { bytes in
            bytes.starts(with: [0x64, 0xA3]) && bytes.last == 0 && (1...4).contains(bytes[2])
        }) {
            return .ircam
        }
        // Stream version 7, with a minor version of 0 or 1; 8 has its own signature.
        if prefix.count > 3, prefix.starts(with: Array("MP+".utf8)), [0x07, 0x17].contains(prefix[3]) {
            return .musepack
        }
        // A version in thousandths, which sets it apart from text.
        if prefix.count > 5, prefix.starts(with: Array("MAC ".utf8)), (3000..<5000).contains(version(prefix[4..<6])) {
            return .monkeysAudio
        }
        return sniffDolby(prefix)
    }

    private static func version(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }

    /// Detects containers that have only a short or common signature; `prefix` is not text.
    static func sniffWeakContainer(_ prefix: [UInt8]) -> MediaType? {
        if TransportStream.begins(prefix) { return .mpegTransportStream }
        return startsLikeQuickTime(prefix) ? .quickTime : nil
    }

    /// Detects AC-3 and E-AC-3 (ETSI TS 102 366 §4.3, §E.1.2), where a second frame follows if it fits, and TrueHD.
    private static func sniffDolby(_ prefix: [UInt8]) -> MediaType? {
        guard prefix.count >= 8 else { return nil }
        // The major synchronization word follows four bytes of sizes and timing.
        if prefix[4..<7].elementsEqual([0xF8, 0x72, 0x6F]), prefix[7] & 0xFE == 0xBA { return .trueHD }
        guard prefix[0] == 0x0B, prefix[1] == 0x77 else { return nil }
        let (type, byteCount): (MediaType, Int)
        switch prefix[5] >> 3 {
        case 0...10:
            let (rateCode, sizeCode) = (Int(prefix[4] >> 6), Int(prefix[4] & 0x3F))
            guard rateCode < 3, sizeCode < 38 else { return nil }
            let bitRate = ac3BitRates[sizeCode / 2]
            // A frame has 1536 samples; at 44.1 kHz its size alternates.
            let wordCounts = [bitRate * 2, bitRate * 320 / 147 + sizeCode % 2, bitRate * 3]
            (type, byteCount) = (.ac3, 2 * wordCounts[rateCode])
        case 11...16:
            (type, byteCount) = (.eac3, 2 * ((Int(prefix[2] & 7) << 8 | Int(prefix[3])) + 1))
        default: return nil
        }
        guard prefix.count >= byteCount + 2 else { return prefix.count < sniffedByteCount ? type : nil }
        return prefix[byteCount] == 0x0B && prefix[byteCount + 1] == 0x77 ? type : nil
    }

    /// The bit rates of AC-3 in kbit/s.
    private static let ac3BitRates = [
        32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640,
    ]

    /// Returns whether the first atom is one that QuickTime files without `ftyp` begin with, and another one follows it
    /// (QuickTime File Format Specification, "Atoms").
    private static func startsLikeQuickTime(_ prefix: [UInt8]) -> Bool {
        guard prefix.count >= 16 else { return false }
        let size = prefix[..<4].reduce(0) { $0 << 8 | Int($1) }
        let fits =
            switch String(decoding: prefix[4..<8], as: UTF8.self) {
            // Up to the end of the file, or with a size of 64 bits.
            case "mdat": size <= 1 || size >= 8
            case "moov": size >= 16 && size < 1 << 28
            case "free", "skip": size >= 8 && size < 1 << 28
            case "wide": size == 8
            case "pnot": size == 20
            default: false
            }
        guard fits else { return false }
        let next = prefix.dropFirst(size + 4).prefix(4)
        return size < 8 || next.count < 4 || next.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0xA9 }
    }
}

/// The packets of an MPEG transport stream (ISO 13818-1 §2.4.3.2).
private enum TransportStream {
    private static let syncByte: UInt8 = 0x47
    /// The sizes of a packet and the offsets of its first byte: plain, after a timestamp, and before a checksum.
    private static let layouts = [(size: 188, offset: 0), (size: 192, offset: 4), (size: 204, offset: 0)]
    /// The number of packets that have to follow one another unless the file begins with one.
    private static let leastCount = 5

    /// Returns whether a file begins with packets, or with the rest of one and then packets.
    static func begins(_ prefix: [UInt8]) -> Bool {
        layouts.contains { layout in
            (0..<min(layout.size, prefix.count)).contains { start in
                let leastCount = start == layout.offset ? 2 : leastCount
                return prefix.count >= start + (leastCount - 1) * layout.size + 4
                    && stride(from: start, to: prefix.count, by: layout.size).allSatisfy { isPacket(prefix, $0) }
            }
        }
    }

    /// A packet without a transport error has a payload, an adaptation field or both.
    private static func isPacket(_ bytes: [UInt8], _ start: Int) -> Bool {
        guard bytes[start] == syncByte else { return false }
        guard start + 3 < bytes.count else { return true }
        return bytes[start + 1] & 0x80 == 0 && bytes[start + 3] & 0x30 != 0
    }
}
