/// RIFF files chunk by chunk, the right way and the ways that are met.
public enum RIFFBytes {
    /// The order of the integers: RIFF's or RIFX's.
    public enum Order: Sendable {
        case little, big

        /// Returns the bytes of an integer in this order.
        public func bytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
            self == .little ? WAVBytes.littleEndian(value) : WAVBytes.littleEndian(value).reversed()
        }
    }

    /// Returns a file of these chunks.
    public static func file(
        _ chunks: [[UInt8]], magic: String = "RIFF", statedSize: UInt32? = nil, order: Order = .little
    ) -> [UInt8] {
        let body = Array("WAVE".utf8) + chunks.flatMap { $0 }
        return Array(magic.utf8) + order.bytes(statedSize ?? UInt32(body.count)) + body
    }

    /// Returns a chunk with its header and padding.
    public static func chunk(
        _ id: String, _ content: [UInt8], statedSize: UInt32? = nil, isPadded: Bool = true, order: Order = .little
    ) -> [UInt8] {
        let padding: [UInt8] = isPadded && content.count % 2 == 1 ? [0] : []
        return Array(id.utf8) + order.bytes(statedSize ?? UInt32(content.count)) + content + padding
    }

    /// The content of a `fmt ` chunk, which `extra` follows.
    public static func format(
        tag: UInt16 = 1, bits: UInt16 = 16, sampleRate: UInt32 = 8000, channelCount: UInt16 = 1,
        blockAlign: UInt16? = nil, extra: [UInt8] = [], order: Order = .little
    ) -> [UInt8] {
        let blockAlign = blockAlign ?? channelCount * bits / 8
        return order.bytes(tag) + order.bytes(channelCount) + order.bytes(sampleRate)
            + order.bytes(sampleRate * UInt32(blockAlign)) + order.bytes(blockAlign) + order.bytes(bits) + extra
    }

    /// Returns the fields of an extensible format after its first 16 bytes.
    public static func extensible(
        validBits: UInt16, channelMask: UInt32, tag: UInt16 = 1, suffix: [UInt8] = waveFormatSuffix
    ) -> [UInt8] {
        WAVBytes.littleEndian(UInt16(22)) + WAVBytes.littleEndian(validBits) + WAVBytes.littleEndian(channelMask)
            + WAVBytes.littleEndian(tag) + [0, 0] + suffix
    }

    /// The last twelve bytes of KSDATAFORMAT_SUBTYPE_WAVEFORMATEX.
    public static let waveFormatSuffix: [UInt8] = [0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]

    /// The content of a `ds64` chunk.
    public static func longSizes(riff: UInt64 = 0, data: UInt64, frames: UInt64 = 0) -> [UInt8] {
        [riff, data, frames].flatMap(WAVBytes.littleEndian) + [0, 0, 0, 0]
    }

    /// A Wave64 file: identifiers of 16 bytes, sizes that count their own header, chunks that start at multiples of 8.
    public static func wave64(_ chunks: [(id: String, content: [UInt8])]) -> [UInt8] {
        let suffix: [UInt8] = [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A]
        let riff: [UInt8] = Array("riff".utf8) + [0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0, 0]
        let body = chunks.flatMap { id, content -> [UInt8] in
            let padding = [UInt8](repeating: 0, count: (8 - content.count % 8) % 8)
            return Array(id.utf8) + suffix + WAVBytes.littleEndian(UInt64(24 + content.count)) + content + padding
        }
        return riff + WAVBytes.littleEndian(UInt64(40 + body.count)) + Array("wave".utf8) + suffix + body
    }
}
