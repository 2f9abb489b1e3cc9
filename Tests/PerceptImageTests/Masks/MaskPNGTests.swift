import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite("Masks encoded as PNG from runs")
struct MaskPNGTests {
    private static func read(_ png: [UInt8]) throws -> Image {
        try Image(decoding: .bytes(png, name: "mask"))
    }

    @Test("libpng decodes any mask unchanged", arguments: 0..<120 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let sides = [1, 2, 3, 8, 40, 257, 300, 1000]
        let size = PixelSize(
            width: sides.randomElement(using: &random) ?? 1, height: sides.randomElement(using: &random) ?? 1)
        let palette = [[0, 255], [0, 128, 255], Array(0...255), [255], [0]].randomElement(using: &random) ?? [0]
        let meanRun = [6, 20, 300, 5000, 1_000_000].randomElement(using: &random) ?? 6
        var pixels: [UInt8] = []
        while pixels.count < size.pixelCount {
            let count = min(Int.random(in: 1...2 * meanRun, using: &random), size.pixelCount - pixels.count)
            pixels += repeatElement(UInt8(palette.randomElement(using: &random) ?? 0), count: count)
        }
        let mask = try Mask(size: size, pixels: pixels)
        let image = try Self.read(mask.encodedPNG())
        #expect(image.layout == Image.Layout(colorModel: .gray, bitDepth: .eight))
        #expect(image.size == size && image.bytes == pixels)
    }

    @Test("shapes with soft edges, more tokens than a block, rows that repeat")
    func shapes() throws {
        let size = PixelSize(width: 700, height: 500)
        // A ramp of 16 values across the edge of a rotated square, with stripes below.
        let pixels = (0..<size.pixelCount).map { index -> UInt8 in
            let (x, y) = (index % 700, index / 700)
            if y >= 300 { return (x / 7 + y / 3) % 2 == 0 ? 255 : 0 }
            let distance = 140 - abs(x - 350) - abs(y - 150)
            return UInt8(min(max(distance * 16, 0), 255))
        }
        let mask = try Mask(size: size, pixels: pixels)
        #expect(mask.valueRuns != nil)
        #expect(try Self.read(mask.encodedPNG()).bytes == pixels)
        let empty = try Mask(
            size: PixelSize(width: 4000, height: 3000), pixels: [UInt8](repeating: 0, count: 12_000_000))
        #expect(try empty.encodedPNG().count < 20_000)
        #expect(try Self.read(empty.encodedPNG()).bytes == empty.pixels)
    }

    /// The algorithm of RFC 1950, byte by byte.
    @Test("the checksum of runs equals that of their bytes", arguments: 0..<20 as Range<UInt64>)
    func adler(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var runs = RunAdler32()
        var (low, high) = (1, 0)
        for _ in 0..<20 {
            let value = UInt8.random(in: 0...255, using: &random)
            let count = Int.random(in: 1...([3, 500, 70_000].randomElement(using: &random) ?? 3), using: &random)
            runs.append(value, count: count)
            for _ in 0..<count {
                low = (low + Int(value)) % 65521
                high = (high + low) % 65521
            }
        }
        let bytes = runs.bigEndianBytes.map(Int.init)
        #expect(bytes[0] << 8 | bytes[1] == high && bytes[2] << 8 | bytes[3] == low)
    }

    /// Kraft's inequality is an equality for a complete code; the mean length is less than one bit above the entropy.
    @Test("prefix codes are complete and no longer than allowed", arguments: 0..<60 as Range<UInt64>)
    func prefixCodes(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let longest = seed % 2 == 0 ? 15 : 7
        let count = Int.random(in: 2...(longest == 7 ? 19 : 286), using: &random)
        var counts = (0..<count).map { _ in Int.random(in: 0...3, using: &random) }
        // Counts that grow like Fibonacci's numbers make the longest possible codes.
        if seed % 3 == 0 { for index in counts.indices { counts[index] = 1 << min(index, 50) } }
        (counts[0], counts[count - 1]) = (max(1, counts[0]), max(1, counts[count - 1]))
        let code = PrefixCode(counts: counts, longest: longest)
        #expect(zip(counts, code.lengths).allSatisfy { ($0 > 0) == ($1 > 0) })
        #expect(code.lengths.allSatisfy { $0 <= longest })
        #expect(code.lengths.reduce(0) { $0 + ($1 > 0 ? 1 << (15 - $1) : 0) } == 1 << 15)
    }
}
