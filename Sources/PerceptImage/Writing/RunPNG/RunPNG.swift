import PerceptCore

/// Encodes runs of equal values as an 8-bit gray PNG (ISO/IEC 15948) directly, without pixels.
struct RunPNG {
    private let size: PixelSize
    private let ends: [UInt32]
    private let values: [UInt8]

    /// Creates an image.
    ///
    /// - Parameters:
    ///   - ends: The end of each run in raster order, one past its last pixel.
    ///   - values: The values of the runs.
    init(size: PixelSize, ends: [UInt32], values: [UInt8]) {
        self.size = size
        self.ends = ends
        self.values = values
    }

    /// Encodes the image. Rows are stored as differences from the row above, except rows of only 0, which form one run.
    ///
    /// - Throws: `MediaError` `.cancelled`; `.invalidArgument` for a size that PNG cannot hold.
    func encoded() throws(MediaError) -> [UInt8] {
        try ImageEncoding.png.check(size: size)
        var file = PNGChunks()
        file.append("IHDR", Self.bigEndian(size.width) + Self.bigEndian(size.height) + [8, 0, 0, 0, 0])
        let data = try filtered()
        for start in stride(from: 0, to: data.count, by: Self.chunkByteCount) {
            file.append("IDAT", Array(data[start..<min(start + Self.chunkByteCount, data.count)]))
        }
        file.append("IEND", [])
        return file.bytes
    }

    private static let chunkByteCount = 1 << 20
    private static let rowsBetweenChecks = 4096
    private static let (noFilter, differenceToAbove): (UInt8, UInt8) = (0, 2)

    private func filtered() throws(MediaError) -> [UInt8] {
        let width = size.width
        var stream = RunDeflater()
        // The runs of the current pixel and of the pixel above it.
        var (here, above) = (0, 0)
        var row = 0
        var checkedRow = 0
        while row < size.height, here < ends.count {
            if row >= checkedRow {
                try MediaError.checkCancellation()
                checkedRow = row + Self.rowsBetweenChecks
            }
            let start = row * width
            let empty = values[here] == 0 ? (Int(ends[here]) - start) / width : 0
            if empty > 0 {
                stream.append(Self.noFilter, count: empty * (width + 1))
                row += empty
                if Int(ends[here]) == row * width { here += 1 }
                continue
            }
            stream.append(Self.differenceToAbove, count: 1)
            if row > 0 {
                while Int(ends[above]) <= start - width { above += 1 }
            }
            var place = start
            while place < start + width {
                let endHere = Int(ends[here])
                let endAbove = row == 0 ? start + width : Int(ends[above]) + width
                let end = min(endHere, endAbove, start + width)
                stream.append(values[here] &- (row == 0 ? 0 : values[above]), count: end - place)
                if end == endHere { here += 1 }
                if row > 0, end == endAbove { above += 1 }
                place = end
            }
            row += 1
        }
        return stream.finish()
    }

    static func bigEndian(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}

/// The chunks of a PNG file, each with its checksum.
private struct PNGChunks {
    private(set) var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    mutating func append(_ type: String, _ data: [UInt8]) {
        bytes += RunPNG.bigEndian(data.count)
        let start = bytes.count
        bytes += Array(type.utf8)
        bytes += data
        bytes += RunPNG.bigEndian(Int(Self.checksum(bytes[start...])))
    }

    /// Returns the CRC-32 of ISO/IEC 15948, annex D.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var checksum: UInt32 = .max
        for byte in bytes {
            checksum = table[Int(UInt8(truncatingIfNeeded: checksum) ^ byte)] ^ checksum >> 8
        }
        return ~checksum
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }
}
