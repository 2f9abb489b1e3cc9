/// Where a FLAC frame begins, told from its header (RFC 9639 §9.1).
enum FLACFrameHeader {
    /// Bytes of the longest header: four fixed ones, a number of seven, a block size and a rate of two each, and the checksum.
    static let largestByteCount = 16

    /// The first place in `bytes` where a header stands that fits the stream.
    ///
    /// By chance one byte in eight millions looks like one, so what is found still has to prove a frame.
    static func firstIndex(in bytes: [UInt8], channelCount: Int, bitDepth: Int) -> Int? {
        bytes.withUnsafeBufferPointer { bytes in
            var index = 0
            while index + 1 < bytes.count {
                if bytes[index] == 0xFF, bytes[index + 1] & 0xFE == 0xF8,
                    isHeader(bytes[index...], channelCount, bitDepth)
                {
                    return index
                }
                index += 1
            }
            return nil
        }
    }

    private static func isHeader(
        _ bytes: Slice<UnsafeBufferPointer<UInt8>>, _ channelCount: Int, _ bitDepth: Int
    ) -> Bool {
        let bytes = UnsafeBufferPointer(rebasing: bytes.prefix(largestByteCount))
        guard bytes.count > 5 else { return false }
        let (blockSize, rate) = (bytes[2] >> 4, bytes[2] & 15)
        guard blockSize != 0, rate != 15, fits(bytes[3], channelCount, bitDepth) else { return false }
        // Coded like UTF-8: as many bytes as the first has leading ones, or one.
        let ones = (~bytes[4]).leadingZeroBitCount
        guard ones != 1, ones < 8 else { return false }
        let numberLength = max(1, ones)
        let blockSizeLength = blockSize == 6 ? 1 : blockSize == 7 ? 2 : 0
        let rateLength = rate == 12 ? 1 : rate == 13 || rate == 14 ? 2 : 0
        let length = 4 + numberLength + blockSizeLength + rateLength
        guard length < bytes.count else { return false }
        return checksum(bytes[..<length]) == bytes[length]
    }

    /// Whether the byte of channels and depth is that of the stream.
    private static func fits(_ byte: UInt8, _ channelCount: Int, _ bitDepth: Int) -> Bool {
        let assignment = Int(byte >> 4)
        let hasChannels = assignment < 8 ? assignment + 1 == channelCount : assignment <= 10 && channelCount == 2
        // Zero refers to the stream's header.
        let depths = [bitDepth, 8, 12, nil, 16, 20, 24, 32]
        return hasChannels && depths[Int(byte >> 1 & 7)] == bitDepth && byte & 1 == 0
    }

    /// CRC-8 with the polynomial x⁸ + x² + x + 1.
    private static func checksum(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> UInt8 {
        bytes.reduce(0) { sum, byte in
            (0..<8).reduce(sum ^ byte) { bits, _ in bits & 0x80 == 0 ? bits << 1 : bits << 1 ^ 0x07 }
        }
    }
}
