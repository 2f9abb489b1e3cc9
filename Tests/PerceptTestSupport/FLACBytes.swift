/// FLAC streams written bit by bit (RFC 9639), every sample verbatim, so that each header field can be what a test
/// wants.
public struct FLACBytes: Sendable {
    /// The bits per sample.
    public var bitDepth: Int
    /// The sample rate in the header, in Hz.
    public var sampleRate = 16_000
    /// The number of frames in the header; 0 is unknown.
    public var totalFrames: Int
    /// The checksum in the header; zeros are unknown.
    public var md5 = [UInt8](repeating: 0, count: 16)
    /// Frames of one block after the other, over and over; more than one makes a stream of variable block size.
    public var blockSizes = [192]
    /// One plane per channel, whole numbers of `bitDepth` bits.
    public var planes: [[Int]]

    /// Creates a stream of these samples.
    public init(_ planes: [[Int]], bitDepth: Int) {
        self.planes = planes
        self.bitDepth = bitDepth
        totalFrames = planes.first?.count ?? 0
    }

    private var isVariable: Bool { Set(blockSizes).count > 1 }

    /// Vorbis comments, `NAME=value`; none make no block.
    public var tags: [String] = []

    /// The stream from `fLaC` on.
    public func encoded() -> [UInt8] {
        header() + tagBlock() + frames().flatMap { $0 }
    }

    private func tagBlock() -> [UInt8] {
        guard !tags.isEmpty else { return [] }
        func text(_ text: String) -> [UInt8] { WAVBytes.littleEndian(UInt32(text.utf8.count)) + Array(text.utf8) }
        let content = text("tests") + WAVBytes.littleEndian(UInt32(tags.count)) + tags.flatMap(text)
        return [0x84, 0, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
    }

    /// The magic and the STREAMINFO block, the last of all unless tags follow.
    public func header() -> [UInt8] {
        var bits = BitWriter()
        bits.append(0x664C_6143, count: 32)
        bits.append(tags.isEmpty ? 0x80 : 0, count: 8)
        bits.append(34, count: 24)
        bits.append(isVariable ? 16 : blockSizes[0], count: 16)
        bits.append(isVariable ? 65_535 : blockSizes[0], count: 16)
        bits.append(0, count: 48)
        bits.append(sampleRate, count: 20)
        bits.append(planes.count - 1, count: 3)
        bits.append(bitDepth - 1, count: 5)
        bits.append(totalFrames, count: 36)
        return bits.bytes + md5
    }

    /// The audio frames.
    public func frames() -> [[UInt8]] {
        var (frames, start): ([[UInt8]], Int) = ([], 0)
        while start < planes[0].count {
            let end = min(planes[0].count, start + blockSizes[frames.count % blockSizes.count])
            frames.append(frame(start..<end, number: isVariable ? start : frames.count))
            start = end
        }
        return frames
    }

    private func frame(_ range: Range<Int>, number: Int) -> [UInt8] {
        var bits = BitWriter()
        bits.append(isVariable ? 0xFFF9 : 0xFFF8, count: 16)
        // The block size follows in 16 bits; the rate is the header's, and so is a depth that has no code.
        bits.append(7, count: 4)
        bits.append(0, count: 4)
        bits.append(planes.count - 1, count: 4)
        bits.append([8: 1, 12: 2, 16: 4, 20: 5, 24: 6, 32: 7][bitDepth] ?? 0, count: 3)
        bits.append(0, count: 1)
        bits.bytes += Self.coded(number)
        bits.append(range.count - 1, count: 16)
        bits.append(Int(Self.remainder(bits.bytes, polynomial: 0x07, width: 8)), count: 8)
        for plane in planes {
            bits.append(0b0000_0010, count: 8)
            for sample in plane[range] { bits.append(sample, count: bitDepth) }
        }
        bits.align()
        bits.append(Int(Self.remainder(bits.bytes, polynomial: 0x8005, width: 16)), count: 16)
        return bits.bytes
    }

    /// The frame with another rate in its header, by its code in section 9.1.2, whose checksums fit.
    ///
    /// - Parameter frame: one of ``frames()`` of a number below 128.
    public static func restated(_ frame: [UInt8], rateCode: UInt8) -> [UInt8] {
        var frame = frame
        frame[2] = frame[2] & 0xF0 | rateCode
        frame[7] = UInt8(remainder(Array(frame[..<7]), polynomial: 0x07, width: 8))
        let sum = remainder(Array(frame.dropLast(2)), polynomial: 0x8005, width: 16)
        return frame.dropLast(2) + [UInt8(sum >> 8), UInt8(sum & 0xFF)]
    }

    /// A number in the way of UTF-8, up to 36 bits.
    private static func coded(_ number: Int) -> [UInt8] {
        guard number >= 0x80 else { return [UInt8(number)] }
        var (rest, tail): (Int, [UInt8]) = (number, [])
        // After n continuation bytes the first byte has room for 6 − n bits.
        while rest >= 1 << (6 - tail.count) {
            tail.insert(UInt8(0x80 | rest & 0x3F), at: 0)
            rest >>= 6
        }
        return [UInt8(truncatingIfNeeded: 0xFF00 >> (tail.count + 1)) | UInt8(rest)] + tail
    }

    /// The cyclic redundancy check of section 9.1.8 (8 bits) and 9.3 (16 bits).
    public static func remainder(_ bytes: [UInt8], polynomial: UInt32, width: UInt32) -> UInt32 {
        bytes.reduce(0) { crc, byte in
            var crc = crc ^ UInt32(byte) << (width - 8)
            for _ in 0..<8 { crc = crc >> (width - 1) & 1 == 1 ? crc << 1 ^ polynomial : crc << 1 }
            return crc & (1 << width - 1)
        }
    }

    private struct BitWriter {
        var bytes: [UInt8] = []
        private var free = 0

        mutating func append(_ value: Int, count: Int) {
            for bit in stride(from: count - 1, through: 0, by: -1) {
                if free == 0 {
                    bytes.append(0)
                    free = 8
                }
                free -= 1
                bytes[bytes.count - 1] |= UInt8(value >> bit & 1) << free
            }
        }

        mutating func align() { free = 0 }
    }
}
