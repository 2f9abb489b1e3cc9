import PerceptCore

/// The tags that players add around MPEG audio and FLAC: ID3v1 and v2, APE and Lyrics3.
enum MediaTag {
    /// Returns the offset after the tag that begins at `offset`; `nil` if there is no tag.
    static func end(at offset: Int, in bytes: InputBytes, limit: Int) throws(MediaError) -> Int? {
        let head = try bytes.read(at: offset, count: min(32, limit - offset))
        guard head.count >= 10, let length = length(head) else { return nil }
        return min(limit, offset + length)
    }

    /// Returns whether a tag can begin with this byte.
    static func canBegin(with byte: UInt8) -> Bool {
        byte == 0x49 || byte == 0x54 || byte == 0x41
    }

    private static func length(_ head: [UInt8]) -> Int? {
        if let end = MediaType.offsetBehindID3(head), head[3] != 0xFF, head[6..<10].allSatisfy({ $0 < 0x80 }) {
            return end
        }
        if head.starts(with: Array("TAG+".utf8)) { return 227 }
        if head.starts(with: Array("TAG".utf8)) { return 128 }
        // The size includes the footer but not the header (APEv2).
        if head.starts(with: Array("APETAGEX".utf8)), head.count == 32 {
            let isHeader = head[23] & 0x20 != 0
            return isHeader ? 32 + integer(head[12..<16]) : 32
        }
        return nil
    }

    /// Returns the start of the tags that directly precede `end`; `end` if there are none.
    static func start(ofTagsBefore end: Int, in bytes: InputBytes) throws(MediaError) -> Int {
        var start = end
        // More iterations than there are kinds of tags.
        for _ in 0..<8 {
            guard let length = try length(endingAt: start, in: bytes), length <= start else { break }
            start -= length
        }
        return start
    }

    private static func length(endingAt end: Int, in bytes: InputBytes) throws(MediaError) -> Int? {
        func tail(_ count: Int, _ text: String) throws(MediaError) -> [UInt8]? {
            guard end >= count else { return nil }
            let tail = try bytes.read(at: end - count, count: count)
            return tail.starts(with: Array(text.utf8)) ? tail : nil
        }
        if try tail(128, "TAG") != nil { return 128 }
        if try tail(227, "TAG+") != nil { return 227 }
        if let footer = try tail(32, "APETAGEX") {
            return integer(footer[12..<16]) + (footer[23] & 0x80 != 0 ? 32 : 0)
        }
        // Six digits give the size of what precedes them (Lyrics3 v2).
        if try tail(9, "LYRICS200") != nil {
            let digits = String(decoding: try bytes.read(at: end - 15, count: 6), as: UTF8.self)
            return Int(digits).flatMap { $0 >= 0 ? $0 + 15 : nil }
        }
        if let footer = try tail(10, "3DI"), footer[6..<10].allSatisfy({ $0 < 0x80 }) {
            return footer[6..<10].reduce(0) { $0 << 7 | Int($1) } + 20
        }
        return nil
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
