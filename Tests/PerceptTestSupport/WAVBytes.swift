/// WAV files written byte by byte, so that readers are tested against the format and not against a writer of ours.
public enum WAVBytes {
    /// Codes of `wFormatTag`.
    public enum Tag: UInt16, Sendable {
        case pcm = 1
        case float = 3
        case aLaw = 6
        case muLaw = 7
    }

    /// A plain file: `fmt ` of 16 bytes, then `data`.
    public static func plain(
        _ data: [UInt8], tag: Tag = .pcm, bits: Int, sampleRate: Int, channelCount: Int
    ) -> [UInt8] {
        file(fmt: format(tag.rawValue, bits, sampleRate, channelCount), data)
    }

    /// A WAVEFORMATEXTENSIBLE file of PCM samples with a channel mask.
    public static func extensible(
        _ data: [UInt8], bits: Int, sampleRate: Int, channelCount: Int, channelMask: UInt32
    ) -> [UInt8] {
        let pcmGUID: [UInt8] = [1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
        let fmt =
            format(0xFFFE, bits, sampleRate, channelCount) + littleEndian(UInt16(22)) + littleEndian(UInt16(bits))
            + littleEndian(channelMask) + pcmGUID
        return file(fmt: fmt, data)
    }

    /// Returns the bytes of an integer, least significant first.
    public static func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    /// Returns the bytes of 16-bit samples.
    public static func samples(_ values: [Int16]) -> [UInt8] { values.flatMap(littleEndian) }

    /// Returns the bytes of 32-bit floating-point samples.
    public static func samples(_ values: [Float]) -> [UInt8] { values.flatMap { littleEndian($0.bitPattern) } }

    private static func format(_ tag: UInt16, _ bits: Int, _ sampleRate: Int, _ channelCount: Int) -> [UInt8] {
        let blockAlign = channelCount * bits / 8
        return littleEndian(tag) + littleEndian(UInt16(channelCount)) + littleEndian(UInt32(sampleRate))
            + littleEndian(UInt32(sampleRate * blockAlign)) + littleEndian(UInt16(blockAlign))
            + littleEndian(UInt16(bits))
    }

    private static func file(fmt: [UInt8], _ data: [UInt8]) -> [UInt8] {
        let body =
            Array("WAVE".utf8) + chunk("fmt ", fmt) + chunk("data", data)
        return Array("RIFF".utf8) + littleEndian(UInt32(body.count)) + body
    }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        Array(name.utf8) + littleEndian(UInt32(content.count)) + content + (content.count % 2 == 1 ? [0] : [])
    }
}
