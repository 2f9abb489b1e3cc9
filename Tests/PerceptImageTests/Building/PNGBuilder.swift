import PerceptCore
import PerceptImage

/// Writes PNG files byte by byte (ISO 15948), so that each odd case can be had: any colour type, depth and interlace,
/// any extra chunk, any damage. The compressed data is stored, not packed.
struct PNGBuilder {
    enum ColorType: UInt8, CaseIterable {
        case gray = 0
        case rgb = 2
        case palette = 3
        case grayAlpha = 4
        case rgba = 6

        var channelCount: Int {
            switch self {
            case .gray, .palette: 1
            case .grayAlpha: 2
            case .rgb: 3
            case .rgba: 4
            }
        }

        /// ISO 15948 table 11.1.
        var bitDepths: [Int] {
            switch self {
            case .gray: [1, 2, 4, 8, 16]
            case .palette: [1, 2, 4, 8]
            case .rgb, .grayAlpha, .rgba: [8, 16]
            }
        }
    }

    var width: Int
    var height: Int
    var bitDepth: Int
    var colorType: ColorType
    var isInterlaced = false
    /// Chunks between IHDR and IDAT.
    var chunksBeforePixels: [(type: String, data: [UInt8])] = []
    var chunksAfterPixels: [(type: String, data: [UInt8])] = []
    /// The samples in their order, where they are not the pattern's.
    var samples: [Int]?
    /// A false size to state in IHDR.
    var claimedSize: PixelSize?
    /// Types of chunks that get a wrong checksum.
    var damagedChunks: Set<String> = []

    /// The sample at a place: a pattern that visits every value of the depth and differs between channels.
    func sample(_ x: Int, _ y: Int, _ channel: Int) -> Int {
        if let samples { return samples[(y * width + x) * colorType.channelCount + channel] }
        let value = x * 7 + y * 13 + channel * 31 + x * y
        return bitDepth == 16 ? (value * 2654435761 >> 7) & 0xFFFF : value & (1 << bitDepth - 1)
    }

    /// The content of an iCCP chunk.
    static func profileChunk(_ profile: [UInt8]) -> (type: String, data: [UInt8]) {
        ("iCCP", Array("test\0\0".utf8) + stored(profile))
    }

    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Entry `i` of the palette of a palette file.
    static func paletteEntry(_ index: Int) -> [UInt8] {
        [UInt8(index), UInt8(255 - index), UInt8(index * 37 & 0xFF)]
    }

    var bytes: [UInt8] {
        var bytes = Self.signature
        let size = claimedSize ?? PixelSize(width: width, height: height)
        append(
            "IHDR",
            Self.bigEndian(size.width) + Self.bigEndian(size.height)
                + [UInt8(bitDepth), colorType.rawValue, 0, 0, isInterlaced ? 1 : 0], to: &bytes)
        if colorType == .palette {
            append("PLTE", (0..<1 << bitDepth).flatMap(Self.paletteEntry), to: &bytes)
        }
        for chunk in chunksBeforePixels { append(chunk.type, chunk.data, to: &bytes) }
        append("IDAT", Self.stored(isInterlaced ? interlacedRows : rows), to: &bytes)
        for chunk in chunksAfterPixels { append(chunk.type, chunk.data, to: &bytes) }
        append("IEND", [], to: &bytes)
        return bytes
    }

    private var rows: [UInt8] {
        packed(columns: Array(0..<width), rows: Array(0..<height))
    }

    /// The seven passes of Adam7 (ISO 15948 §8.2).
    private var interlacedRows: [UInt8] {
        let passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        return passes.flatMap { left, top, stepX, stepY in
            packed(
                columns: Array(stride(from: left, to: width, by: stepX)),
                rows: Array(stride(from: top, to: height, by: stepY)))
        }
    }

    /// Rows of packed samples, each after a filter byte of 0; none for a pass without columns.
    private func packed(columns: [Int], rows: [Int]) -> [UInt8] {
        guard !columns.isEmpty else { return [] }
        return rows.flatMap { y in
            var row: [UInt8] = [0]
            var pending = 0
            var bitCount = 0
            for x in columns {
                for channel in 0..<colorType.channelCount {
                    pending = pending << bitDepth | sample(x, y, channel)
                    bitCount += bitDepth
                    while bitCount >= 8 {
                        bitCount -= 8
                        row.append(UInt8(pending >> bitCount & 0xFF))
                    }
                    pending &= 1 << bitCount - 1
                }
            }
            if bitCount > 0 { row.append(UInt8(pending << (8 - bitCount) & 0xFF)) }
            return row
        }
    }

    private func append(_ type: String, _ data: [UInt8], to bytes: inout [UInt8]) {
        let body = Array(type.utf8) + data
        let checksum = Self.checksum(body) ^ (damagedChunks.contains(type) ? 1 : 0)
        bytes += Self.bigEndian(data.count) + body + Self.bigEndian(Int(checksum))
    }

    static func bigEndian(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(value >> $0 & 0xFF) }
    }

    /// A zlib stream of stored blocks (RFC 1950, RFC 1951 §3.2.4).
    static func stored(_ data: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        let starts = data.isEmpty ? [0] : Array(stride(from: 0, to: data.count, by: 65535))
        for start in starts {
            let block = data[start..<min(start + 65535, data.count)]
            let isLast: UInt8 = block.endIndex == data.endIndex ? 1 : 0
            let count = block.count
            stream += [isLast, UInt8(count & 0xFF), UInt8(count >> 8), UInt8(~count & 0xFF), UInt8(~count >> 8 & 0xFF)]
            stream += block
        }
        var (a, b) = (1, 0)
        for byte in data {
            a = (a + Int(byte)) % 65521
            b = (b + a) % 65521
        }
        return stream + bigEndian(b << 16 | a)
    }

    /// CRC-32 (ISO 15948 annex D).
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var checksum: UInt32 = 0xFFFF_FFFF
        for byte in bytes { checksum = checksum >> 8 ^ remainders[Int(UInt8(truncatingIfNeeded: checksum) ^ byte)] }
        return ~checksum
    }

    /// The remainder of each byte after division by the polynomial.
    private static let remainders: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
}
