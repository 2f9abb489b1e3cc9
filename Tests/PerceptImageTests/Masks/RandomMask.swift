import PerceptCore
import PerceptImage
import PerceptTestSupport

extension Mask {
    /// Creates a seeded mask of blobs and specks with sides of up to `longestSide`; some are full or empty.
    static func random(_ random: inout SplitMix64, longestSide: Int = 24) throws -> Mask {
        let size = PixelSize(
            width: .random(in: 1...longestSide, using: &random), height: .random(in: 1...longestSide, using: &random))
        return try Self.random(&random, size: size)
    }

    static func random(_ random: inout SplitMix64, size: PixelSize) throws -> Mask {
        let density = Int.random(in: 0...8, using: &random)
        var pixels = (0..<size.pixelCount).map { _ in
            Int.random(in: 0..<8, using: &random) < density ? UInt8(255) : 0
        }
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let value: UInt8 = .random(in: 0...1, using: &random) * 255
            let (x, y) = (
                Int.random(in: 0..<size.width, using: &random), Int.random(in: 0..<size.height, using: &random)
            )
            for row in y..<min(size.height, y + 6) {
                for column in x..<min(size.width, x + 9) { pixels[row * size.width + column] = value }
            }
        }
        return try Mask(size: size, pixels: pixels)
    }

    /// True for each pixel in the mask, rows from top to bottom.
    var members: [Bool] { pixels.map { $0 >= threshold } }

    /// Parses rows in which `#` marks pixels of the mask.
    init(rows: [String]) throws {
        try self.init(
            size: PixelSize(width: rows[0].count, height: rows.count),
            pixels: rows.joined().map { $0 == "#" ? 255 : 0 })
    }

    /// The rows in the form of ``init(rows:)``.
    var rows: [String] {
        (0..<size.height).map { y in
            String(members[y * size.width..<(y + 1) * size.width].map { $0 ? "#" : "." })
        }
    }
}
