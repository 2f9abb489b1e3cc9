/// The four bytes that begin a frame of MPEG audio (ISO 11172-3 §2.4.1.3, ISO 13818-3 §2.4.1.3, and MPEG 2.5).
package struct MPEGFrameHeader: Sendable, Hashable {
    package enum Version: UInt8, Sendable {
        case mpeg25 = 0
        case mpeg2 = 2
        case mpeg1 = 3
    }

    package let version: Version
    /// 1, 2 or 3.
    package let layer: Int
    package let sampleRate: Int
    package let channelCount: Int
    /// True if two bytes of a checksum follow the header.
    package let hasChecksum: Bool
    /// In bit/s; `nil` in free format, in which all frames are of one length that is stated nowhere.
    package let bitRate: Int?
    /// Bytes that this frame is longer than others of its bit rate.
    package let paddingByteCount: Int

    package static let byteCount = 4

    /// Reads `bytes`, the first of which is the highest of `word`; `nil` when they begin no frame.
    package init?(_ word: UInt32) {
        guard word >> 21 == 0x7FF, let version = Version(rawValue: UInt8(word >> 19 & 3)) else { return nil }
        let (layerCode, rateCode, bitRateCode) = (Int(word >> 17 & 3), Int(word >> 10 & 3), Int(word >> 12 & 15))
        guard layerCode != 0, rateCode != 3, bitRateCode != 15 else { return nil }
        self.version = version
        layer = 4 - layerCode
        let halvings = version == .mpeg1 ? 0 : version == .mpeg2 ? 1 : 2
        sampleRate = [44_100, 48_000, 32_000][rateCode] >> halvings
        channelCount = word >> 6 & 3 == 3 ? 1 : 2
        hasChecksum = word >> 16 & 1 == 0
        paddingByteCount = word >> 9 & 1 == 0 ? 0 : layer == 1 ? 4 : 1
        let rates = version == .mpeg1 ? Self.bitRates1[layer - 1] : Self.bitRates2[layer == 1 ? 0 : 1]
        bitRate = bitRateCode == 0 ? nil : rates[bitRateCode - 1] * 1000
    }

    /// The header at `offset`; `nil` when there is none, or fewer than four bytes.
    package init?(_ bytes: [UInt8], at offset: Int) {
        guard offset >= 0, offset + 4 <= bytes.count, bytes[offset] == 0xFF else { return nil }
        self.init(bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) })
    }

    /// Samples of each channel.
    package var samplesPerFrame: Int {
        layer == 1 ? 384 : layer == 3 && version != .mpeg1 ? 576 : 1152
    }

    /// Bytes of the frame, its header included; `nil` in free format.
    package var frameByteCount: Int? {
        guard let bitRate else { return nil }
        // Layer I counts in slots of four bytes.
        if layer == 1 { return 12 * bitRate / sampleRate * 4 + paddingByteCount }
        return samplesPerFrame / 8 * bitRate / sampleRate + paddingByteCount
    }

    /// Returns true if two frames can be of one stream: only bit rate, padding, checksum and channels may differ.
    package func isOfOneStream(with other: MPEGFrameHeader) -> Bool {
        version == other.version && layer == other.layer && sampleRate == other.sampleRate
            && (bitRate == nil) == (other.bitRate == nil)
    }

    /// More than any frame has: Layer II at 384 kbit/s and 32 kHz has 1728 bytes, free format may have some more.
    package static let largestFrame = 3456

    private static let bitRates1 = [
        [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    ]
    private static let bitRates2 = [
        [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ]
}

extension MPEGFrameHeader {
    /// Bytes of each frame of free format without padding, found by where the next ones begin; `nil` when three do not
    /// follow one another at that distance.
    ///
    /// - Parameters:
    ///   - bytes: begin with the frame.
    ///   - start: where it begins.
    ///   - isAtEnd: whether the stream ends with `bytes`, so that there may be no third frame.
    package static func freeFormatByteCount(_ bytes: [UInt8], at start: Int, isAtEnd: Bool) -> Int? {
        guard let first = MPEGFrameHeader(bytes, at: start), first.bitRate == nil else { return nil }
        func isNext(at offset: Int) -> MPEGFrameHeader? {
            MPEGFrameHeader(bytes, at: offset).flatMap { $0.isOfOneStream(with: first) ? $0 : nil }
        }
        for distance in 24...largestFrame {
            guard let second = isNext(at: start + distance) else { continue }
            let length = distance - first.paddingByteCount
            let end = start + distance + length + second.paddingByteCount
            if isNext(at: end) != nil || isAtEnd && end == bytes.count { return length }
        }
        return nil
    }

    /// Where in `bytes` the first of `count` frames that follow one another begins; `nil` when there are none.
    package static func firstRun(of count: Int, in bytes: [UInt8]) -> Int? {
        var start = 0
        while let index = bytes[start...].firstIndex(of: 0xFF) {
            if isRun(of: count, in: bytes, at: index) { return index }
            start = index + 1
        }
        return nil
    }

    private static func isRun(of count: Int, in bytes: [UInt8], at start: Int) -> Bool {
        guard let first = MPEGFrameHeader(bytes, at: start) else { return false }
        let freeFormat = first.bitRate == nil ? freeFormatByteCount(bytes, at: start, isAtEnd: false) : nil
        var (offset, header) = (start, first)
        for _ in 1..<count {
            guard let length = header.frameByteCount ?? freeFormat.map({ $0 + header.paddingByteCount }) else {
                return false
            }
            offset += length
            guard let next = MPEGFrameHeader(bytes, at: offset), next.isOfOneStream(with: first) else { return false }
            header = next
        }
        return true
    }
}
