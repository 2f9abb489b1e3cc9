import PerceptCore
import PerceptImage
import PerceptTestSupport

/// A page of coloured text, and noise like a camera's.
enum DrawnPictures {
    /// Lines of text in the built-in font, white on coloured plates.
    static func text(width: Int = 600, height: Int = 440) throws -> Image {
        let white = [UInt8](repeating: 255, count: width * height * 3)
        let page = try Image(size: PixelSize(width: width, height: height), layout: .rgb8, bytes: white)
        var lines: [LabelledBox] = []
        for y in stride(from: 30, to: height - 10, by: 26) {
            let box = BoundingBox(xMin: 8, yMin: Double(y), xMax: Double(width) - 8, yMax: Double(y) + 3)
            lines.append(LabelledBox(box, label: "line \(y): the quick brown fox jumps over the lazy dog"))
        }
        return try page.drawing(lines, style: BoxStyle(typeface: .builtIn)).image
    }

    /// Slow waves of colour, coarse and fine grain, and a few edges.
    static func photoLike(width: Int = 600, height: Int = 440) throws -> Image {
        var random = SplitMix64(seed: 8)
        var bytes: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let isShadow = (x / 150 + y / 110) % 2 == 0
                for channel in 0..<3 {
                    // A parabola per period stands for a wave.
                    let phase = Double((x * (2 + channel) + y * 3) % 300) / 150 - 1
                    let value =
                        (isShadow ? 70.0 : 140) + 60 * phase * phase + Double.random(in: -14...14, using: &random)
                    bytes.append(UInt8(min(max(value, 0), 255)))
                }
            }
        }
        return try Image(size: PixelSize(width: width, height: height), layout: .rgb8, bytes: bytes)
    }

    /// Each pixel of its own, in colour.
    static func noise(_ width: Int, _ height: Int, seed: UInt64) throws -> Image {
        var random = SplitMix64(seed: seed)
        return try Image(
            size: PixelSize(width: width, height: height), layout: .rgb8,
            bytes: (0..<width * height * 3).map { _ in UInt8.random(in: 0...255, using: &random) })
    }

    /// The sampling factors of a JPEG's first component: 0x22 for 4:2:0, 0x11 for 4:4:4 (ITU-T T.81, B.2.2).
    static func lumaSampling(of jpeg: [UInt8]) -> UInt8? {
        guard let frame = jpeg.firstRange(of: [0xFF, 0xC0]), frame.upperBound + 9 < jpeg.count else { return nil }
        return jpeg[frame.upperBound + 9]
    }
}
