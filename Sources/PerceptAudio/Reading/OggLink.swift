import PerceptCore

/// The header of an Ogg page (RFC 3533 §6).
struct OggPage {
    let isFirstOfStream: Bool
    let isLastOfStream: Bool
    /// The position after the last packet that ends in the page, in units of the codec; `nil` if none ends there.
    let granule: Int64?
    let serialNumber: UInt32
    let sequenceNumber: UInt32
    let headerByteCount: Int
    let byteCount: Int

    static let largestHeader = 27 + 255

    /// Parses a page header, which must be complete.
    init?(_ bytes: ArraySlice<UInt8>) {
        let start = bytes.startIndex
        guard bytes.count >= 27, bytes.starts(with: Array("OggS".utf8)), bytes[start + 4] == 0 else { return nil }
        func integer(_ offset: Int, _ count: Int) -> UInt64 {
            bytes[start + offset..<start + offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        let segmentCount = Int(bytes[start + 26])
        headerByteCount = 27 + segmentCount
        guard bytes.count >= headerByteCount else { return nil }
        isFirstOfStream = bytes[start + 5] & 2 != 0
        isLastOfStream = bytes[start + 5] & 4 != 0
        let position = Int64(bitPattern: integer(6, 8))
        granule = position == -1 ? nil : position
        serialNumber = UInt32(integer(14, 4))
        sequenceNumber = UInt32(integer(18, 4))
        byteCount = headerByteCount + bytes[start + 27..<start + headerByteCount].reduce(0) { $0 + Int($1) }
    }

    /// Returns whether the page's checksum, a 32-bit CRC with the polynomial 0x04C11DB7, is correct.
    static func isIntact(_ page: [UInt8]) -> Bool {
        guard page.count >= 27 else { return false }
        var sum: UInt32 = 0
        for (index, byte) in page.enumerated() {
            let byte = (22..<26).contains(index) ? 0 : byte
            sum = sum << 8 ^ checksums[Int(UInt8(sum >> 24) ^ byte)]
        }
        return sum == page[22..<26].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static let checksums: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index) << 24) { sum, _ in sum >> 31 == 1 ? sum << 1 ^ 0x04C1_1DB7 : sum << 1 }
    }
}

/// A link of an Ogg chain: logical streams that begin together, up to where others begin (RFC 3533 §4).
struct OggLink {
    enum Codec {
        case vorbis, opus, flac
    }

    /// The codec of the first stream that can be decoded; `nil` if there is none.
    fileprivate(set) var codec: Codec?
    /// The range in the file, up to the next link.
    fileprivate(set) var range: Range<Int>
    /// `true` if the stream ends with a page that is marked as its last.
    fileprivate(set) var isComplete = false
    /// The last granule position of the stream.
    fileprivate(set) var lastGranule: Int64?
    /// `true` if pages are missing between the headers and the first page of sound.
    fileprivate(set) var missesFirstPages = false
    /// The size in bytes of the pages of streams that did not begin in this link.
    fileprivate(set) var strayByteCount = 0
    fileprivate var serialNumber: UInt32?
    fileprivate var streams: Set<UInt32> = []
    fileprivate var nextSequence: UInt32 = 0
    /// `true` if an intact page with sound was found.
    fileprivate(set) var hasSound = false
}

/// The links of an Ogg file, found by the headers of its pages.
///
/// opusfile and vorbisfile find them too, but treat two links with the same serial number as one (an encoder may use a
/// fixed number), and do not support chains of different codecs.
struct OggChain {
    private(set) var links: [OggLink] = []
    /// `true` if the file ends inside a page.
    private(set) var endsInsidePage = false

    /// Finds the links.
    ///
    /// - Throws: `MediaError` `.inputOutput`, `.cancelled`.
    init(_ bytes: InputBytes) throws(MediaError) {
        var (position, count) = (0, 0)
        var isInHeaders = false
        while let (start, page) = try Self.page(from: position, in: bytes) {
            guard start + page.byteCount <= bytes.byteCount else {
                endsInsidePage = true
                break
            }
            count += 1
            if count % 4096 == 0 { try MediaError.checkCancellation() }
            if page.isFirstOfStream {
                let content = try bytes.read(at: start, count: page.byteCount)
                if OggPage.isIntact(content) {
                    if !isInHeaders { begin(at: start) }
                    isInHeaders = true
                    addStream(page, content)
                }
            } else {
                isInHeaders = false
                try add(page, at: start, bytes)
            }
            position = start + page.byteCount
        }
        guard !links.isEmpty else { return }
        links[links.count - 1].range = links[links.count - 1].range.lowerBound..<bytes.byteCount
    }

    private mutating func begin(at start: Int) {
        if let last = links.indices.last { links[last].range = links[last].range.lowerBound..<start }
        links.append(OggLink(range: start..<start))
    }

    private mutating func addStream(_ page: OggPage, _ content: [UInt8]) {
        let packet = content.dropFirst(page.headerByteCount)
        let last = links.count - 1
        links[last].streams.insert(page.serialNumber)
        guard links[last].codec == nil, let codec = Self.codec(packet) else { return }
        links[last].codec = codec
        links[last].serialNumber = page.serialNumber
        links[last].nextSequence = page.sequenceNumber &+ 1
    }

    private static func codec(_ packet: ArraySlice<UInt8>) -> OggLink.Codec? {
        if packet.starts(with: [1] + Array("vorbis".utf8)) { return .vorbis }
        if packet.starts(with: Array("OpusHead".utf8)) { return .opus }
        return packet.starts(with: [0x7F] + Array("FLAC".utf8)) ? .flac : nil
    }

    private mutating func add(_ page: OggPage, at start: Int, _ bytes: InputBytes) throws(MediaError) {
        guard let last = links.indices.last else { return }
        guard links[last].streams.contains(page.serialNumber) else {
            links[last].strayByteCount += page.byteCount
            return
        }
        guard page.serialNumber == links[last].serialNumber else { return }
        if !links[last].hasSound {
            // A damaged page counts as missing.
            guard OggPage.isIntact(try bytes.read(at: start, count: page.byteCount)) else { return }
            links[last].hasSound = (page.granule ?? 0) > 0
            if page.sequenceNumber != links[last].nextSequence { links[last].missesFirstPages = true }
            links[last].nextSequence = page.sequenceNumber &+ 1
        }
        if page.isLastOfStream, !OggPage.isIntact(try bytes.read(at: start, count: page.byteCount)) {
            // The decoders drop it, and its values cannot be trusted.
            links[last].isComplete = false
            return
        }
        links[last].isComplete = page.isLastOfStream
        links[last].lastGranule = page.granule ?? links[last].lastGranule
    }

    /// Returns the first page at or after `position`, and its offset.
    private static func page(from position: Int, in bytes: InputBytes) throws(MediaError) -> (start: Int, OggPage)? {
        let head = try bytes.read(at: position, count: OggPage.largestHeader)
        if let page = OggPage(head[...]) { return (position, page) }
        var start = position + 1
        while start < bytes.byteCount {
            let window = try bytes.read(at: start, count: 1 << 16)
            guard !window.isEmpty else { return nil }
            var rest = window[...]
            while let index = rest.firstIndex(of: 0x4F) {
                if index + OggPage.largestHeader > window.count, start + window.count < bytes.byteCount { break }
                if let page = OggPage(window[index...]) { return (start + index, page) }
                rest = window[(index + 1)...]
            }
            // A page that the window cuts off is examined again.
            let next = rest.firstIndex(of: 0x4F) ?? window.count
            start += max(next, 1)
        }
        return nil
    }
}

extension InputBytes {
    /// Returns whether the last intact Ogg page is marked as the last of its stream; bytes after it are ignored.
    func endsWithLastOggPage() throws(MediaError) -> Bool {
        let start = max(0, byteCount - 2 * (OggPage.largestHeader + 255 * 255))
        let window = try read(at: start, count: byteCount - start)
        var end = window.endIndex
        while let candidate = window[..<end].lastIndex(of: 0x4F) {
            if let page = OggPage(window[candidate...]), candidate + page.byteCount <= window.count,
                OggPage.isIntact(Array(window[candidate..<candidate + page.byteCount]))
            {
                return page.isLastOfStream
            }
            end = candidate
        }
        return false
    }

    /// Returns the offset of the Ogg page that ends at `end`, or `nil` if there is none.
    func startOfOggPage(endingAt end: Int) throws(MediaError) -> Int? {
        let start = max(0, end - OggPage.largestHeader - 255 * 255)
        let window = try read(at: start, count: end - start)
        var rest = window[...]
        while let index = rest.lastIndex(of: 0x4F) {
            if let page = OggPage(window[index...]), index + page.byteCount == window.count { return start + index }
            rest = window[..<index]
        }
        return nil
    }
}
