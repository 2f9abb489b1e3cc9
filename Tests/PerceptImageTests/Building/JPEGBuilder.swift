/// Writes JPEG files byte by byte (ITU-T T.81) in which every 8×8 block is of one value, so that what must come out is
/// known exactly: the quantiser of the DC coefficient is 8, which makes the coefficient the value less 128, and the
/// inverse transform of a block that has nothing but DC is flat.
struct JPEGBuilder {
    struct Component {
        var identifier: UInt8
        /// Sampling factors.
        var across = 1
        var down = 1
        /// The value of the block at that column and row of the component's own blocks.
        var value: (_ column: Int, _ row: Int) -> UInt8
    }

    var width: Int
    var height: Int
    var components: [Component]
    var isProgressive = false
    /// Progressive only: leave out the scans of the AC coefficients of this many components, counted from the last.
    var missingScanCount = 0
    /// Blocks (of the interleaved kind) between restart markers; none when 0.
    var restartInterval = 0
    /// The colour transform that an Adobe APP14 marker states; no such marker when `nil`.
    var adobeTransform: UInt8?
    /// The TIFF structure of an EXIF APP1 marker.
    var exif: [UInt8]?
    /// ICC profile parts, each of an APP2 marker: their numbers, how many there are said to be, and their bytes.
    var profileParts: [(number: UInt8, count: UInt8, bytes: [UInt8])] = []
    /// Other segments after the start marker.
    var otherSegments: [(marker: UInt8, data: [UInt8])] = []
    /// The Ss, Se and Ah/Al of a sequential scan, if not 0, 63 and 0.
    var scanParameters: [UInt8] = [0, 63, 0]
    /// Bytes between the pixels and the end marker.
    var bytesBeforeEnd: [UInt8] = []
    var precision: UInt8 = 8
    /// Overrides the frame marker: 0xC0 baseline, 0xC3 lossless, …
    var frameMarker: UInt8?
    /// How often the AC scans are repeated.
    var scanRepetitions = 1

    var bytes: [UInt8] {
        var bytes: [UInt8] = [0xFF, 0xD8]
        if let exif { append(0xE1, Array("Exif\0\0".utf8) + exif, to: &bytes) }
        for segment in otherSegments { append(segment.marker, segment.data, to: &bytes) }
        for part in profileParts {
            append(0xE2, Array("ICC_PROFILE\0".utf8) + [part.number, part.count] + part.bytes, to: &bytes)
        }
        if let adobeTransform {
            append(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, adobeTransform], to: &bytes)
        }
        append(0xDB, [0, 8] + [UInt8](repeating: 1, count: 63), to: &bytes)
        let frame: [UInt8] =
            [precision] + Self.short(height) + Self.short(width) + [UInt8(components.count)]
            + components.flatMap { component -> [UInt8] in
                [component.identifier, UInt8(component.across << 4 | component.down), 0]
            }
        append(frameMarker ?? (isProgressive ? 0xC2 : 0xC0), frame, to: &bytes)
        // DC: sizes 0…11 as the twelve codes of four bits. AC: the end of a block is the one code, of one bit.
        append(0xC4, [0x00, 0, 0, 0, 12] + [UInt8](repeating: 0, count: 12) + Array(0...11), to: &bytes)
        append(0xC4, [0x10, 1] + [UInt8](repeating: 0, count: 15) + [0], to: &bytes)
        if restartInterval > 0 { append(0xDD, Self.short(restartInterval), to: &bytes) }
        appendInterleavedScan(to: &bytes)
        if isProgressive {
            for _ in 0..<scanRepetitions {
                for index in components.indices.dropLast(missingScanCount) {
                    appendEmptyScan(index, to: &bytes)
                }
            }
        }
        return bytes + bytesBeforeEnd + [0xFF, 0xD9]
    }

    private var maximumAcross: Int { components.map(\.across).max() ?? 1 }
    private var maximumDown: Int { components.map(\.down).max() ?? 1 }

    private func appendInterleavedScan(to bytes: inout [UInt8]) {
        let selectors = components.flatMap { component -> [UInt8] in [component.identifier, 0x00] }
        append(
            0xDA, [UInt8(components.count)] + selectors + (isProgressive ? [0, 0, 0] : scanParameters), to: &bytes)
        let unitsAcross = (width + 8 * maximumAcross - 1) / (8 * maximumAcross)
        let unitsDown = (height + 8 * maximumDown - 1) / (8 * maximumDown)
        // A single component is not interleaved: its blocks come row by row, without padding to sampling factors.
        var bits = BitWriter()
        var previous = [Int](repeating: 0, count: components.count)
        for unit in 0..<unitsAcross * unitsDown {
            if restartInterval > 0, unit > 0, unit % restartInterval == 0 {
                bytes += bits.flushed() + [0xFF, 0xD0 + UInt8((unit / restartInterval - 1) % 8)]
                bits = BitWriter()
                previous = previous.map { _ in 0 }
            }
            let (row, column) = unit.quotientAndRemainder(dividingBy: unitsAcross)
            for (index, component) in components.enumerated() {
                for v in 0..<component.down {
                    for h in 0..<component.across {
                        let value = component.value(column * component.across + h, row * component.down + v)
                        let coefficient = Int(value) - 128
                        bits.appendDifference(coefficient - previous[index])
                        previous[index] = coefficient
                        if !isProgressive { bits.append(0, bitCount: 1) }
                    }
                }
            }
        }
        bytes += bits.flushed()
    }

    /// A progressive scan of the AC coefficients of one component, all zero.
    private func appendEmptyScan(_ index: Int, to bytes: inout [UInt8]) {
        let component = components[index]
        append(0xDA, [1, component.identifier, 0x00, 1, 63, 0], to: &bytes)
        let samplesAcross = (width * component.across + maximumAcross - 1) / maximumAcross
        let samplesDown = (height * component.down + maximumDown - 1) / maximumDown
        var bits = BitWriter()
        for _ in 0..<((samplesAcross + 7) / 8) * ((samplesDown + 7) / 8) { bits.append(0, bitCount: 1) }
        bytes += bits.flushed()
    }

    private func append(_ marker: UInt8, _ data: [UInt8], to bytes: inout [UInt8]) {
        bytes += [0xFF, marker] + Self.short(data.count + 2) + data
    }

    private static func short(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }

    private struct BitWriter {
        private var bytes: [UInt8] = []
        private var pending = 0
        private var bitCount = 0

        mutating func append(_ value: Int, bitCount count: Int) {
            pending = pending << count | value
            bitCount += count
            while bitCount >= 8 {
                bitCount -= 8
                let byte = UInt8(pending >> bitCount & 0xFF)
                bytes.append(byte)
                if byte == 0xFF { bytes.append(0) }
                pending &= 1 << bitCount - 1
            }
        }

        /// T.81 table F.1: the size as a code of four bits, then the value, negative ones as their complement.
        mutating func appendDifference(_ difference: Int) {
            let size = Int.bitWidth - abs(difference).leadingZeroBitCount
            append(size, bitCount: 4)
            if size > 0 { append(difference < 0 ? difference + 1 << size - 1 : difference, bitCount: size) }
        }

        /// Filled up with ones.
        mutating func flushed() -> [UInt8] {
            if bitCount > 0 { append(1 << (8 - bitCount) - 1, bitCount: 8 - bitCount) }
            return bytes
        }
    }
}

extension JPEGBuilder {
    /// A gray image of blocks with ascending values.
    static func gray(width: Int = 40, height: Int = 24) -> JPEGBuilder {
        JPEGBuilder(
            width: width, height: height,
            components: [Component(identifier: 1) { column, row in UInt8((column * 40 + row * 70) & 0xFF) }])
    }

    /// Luma that counts up under one chroma throughout.
    static func yCbCr(width: Int = 40, height: Int = 40, across: Int = 1, down: Int = 1) -> JPEGBuilder {
        JPEGBuilder(
            width: width, height: height,
            components: [
                Component(identifier: 1, across: across, down: down) { UInt8(60 + ($0 * 10 + $1 * 20) % 120) },
                Component(identifier: 2) { _, _ in 110 },
                Component(identifier: 3) { _, _ in 150 },
            ])
    }

    /// One block per colour without conversion: gray, RGB or inks, by the number of values in a colour.
    static func blocks(_ colors: [[UInt8]], adobeTransform: UInt8?) -> JPEGBuilder {
        JPEGBuilder(
            width: 8 * colors.count, height: 8,
            components: (colors.first ?? []).indices.map { index in
                Component(identifier: UInt8(index + 1)) { column, _ in colors[min(column, colors.count - 1)][index] }
            }, adobeTransform: adobeTransform)
    }

    /// Four flat components.
    static func fourComponents(_ values: [UInt8], adobeTransform: UInt8?) -> JPEGBuilder {
        JPEGBuilder(
            width: 16, height: 8,
            components: values.enumerated().map { index, value in
                Component(identifier: UInt8(index + 1)) { _, _ in value }
            }, adobeTransform: adobeTransform)
    }
}
