import PerceptImage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A colour scale with increasing lightness, so that the order of values is visible to everyone and in monochrome
/// print.
///
/// The scale is a path through OKLCH (Björn Ottosson, “A perceptual color space for image processing”, 2020):
/// lightness rises from 0.10 to 0.97, hue runs from indigo through red to yellow, and chroma peaks in the middle within
/// sRGB. Steps along it have equal distances in OKLab.
struct LightnessScale: Sendable {
    /// The 256 colours, from the smallest value to the largest.
    let colors: [Color]

    static let standard = LightnessScale()

    /// A point in OKLab.
    struct Point: Sendable, Hashable {
        var lightness: Double
        var a: Double
        var b: Double

        func distance(to other: Point) -> Double {
            let (l, a, b) = (lightness - other.lightness, a - other.a, b - other.b)
            return (l * l + a * a + b * b).squareRoot()
        }

        /// The linear sRGB components, within 0…1 for colours in the sRGB gamut.
        var linearRGB: (red: Double, green: Double, blue: Double) {
            func cube(_ value: Double) -> Double { value * value * value }
            let l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b)
            let m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b)
            let s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b)
            return (
                4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
                -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
                -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s
            )
        }
    }

    /// Returns the point of the path at 0…1, before equalizing the steps.
    static func path(_ position: Double) -> Point {
        let chroma = 0.17 * pow(max(0, sin(.pi * pow(position, 0.9))), 0.8)
        let hue = (285 + 165 * position) * .pi / 180
        return Point(lightness: 0.10 + 0.87 * position, a: chroma * cos(hue), b: chroma * sin(hue))
    }

    /// Returns the points of ``colors``.
    static func steps(_ count: Int) -> [Point] {
        let fine = (0...8192).map { path(Double($0) / 8192) }
        var lengths = [0.0]
        for (first, second) in zip(fine, fine.dropFirst()) {
            lengths.append(lengths[lengths.count - 1] + first.distance(to: second))
        }
        var next = 0
        return (0..<count).map { step in
            let wanted = lengths[lengths.count - 1] * Double(step) / Double(max(1, count - 1))
            while next + 1 < lengths.count, lengths[next] < wanted { next += 1 }
            return fine[next]
        }
    }

    private init() {
        colors = Self.steps(256).map { point in
            let (red, green, blue) = point.linearRGB
            return Color(red: Self.encoded(red), green: Self.encoded(green), blue: Self.encoded(blue))
        }
    }

    /// Encodes a linear component by IEC 61966-2-1.
    private static func encoded(_ linear: Double) -> UInt8 {
        let linear = min(max(linear, 0), 1)
        let value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055
        return UInt8((value * 255).rounded())
    }

    /// Returns the colour of a value in 0…1; values outside are clamped.
    func color(_ value: Double) -> Color {
        colors[Int((min(max(value, 0), 1) * 255).rounded())]
    }
}
