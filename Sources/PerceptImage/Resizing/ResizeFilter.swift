#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The resampling filter: those of Pillow's `Image.resize`, with the same names.
///
/// All except ``nearest`` are antialiased: when an image is downscaled, the filter is widened by the same factor.
public enum ResizeFilter: String, Sendable, Hashable, Codable, CaseIterable {
    /// The pixel that contains the point.
    case nearest
    /// The mean of the pixels.
    case box
    /// A triangle.
    case bilinear
    /// A sinc with one lobe and a Hamming window: as sharp as bicubic, without its overshoot.
    case hamming
    /// Keys' cubic with a = −½ (Keys, 1981, equation 4).
    case bicubic
    /// A sinc with three lobes, windowed by the main lobe of another sinc.
    case lanczos

    /// The radius of the filter, in pixels of the smaller image.
    var support: Double {
        switch self {
        case .nearest: 0
        case .box: 0.5
        case .bilinear, .hamming: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    /// Returns the weight at distance `x`. The order of operations matters: it gives the same rounding as Pillow.
    func weight(at x: Double) -> Double {
        let distance = abs(x)
        switch self {
        case .nearest: return 1
        case .box: return x > -0.5 && x <= 0.5 ? 1 : 0
        case .bilinear: return distance < 1 ? 1 - distance : 0
        case .hamming:
            if distance == 0 { return 1 }
            if distance >= 1 { return 0 }
            let angle = distance * .pi
            return sin(angle) / angle * (0.54 + 0.46 * cos(angle))
        case .bicubic:
            let a = -0.5
            if distance < 1 { return ((a + 2) * distance - (a + 3)) * distance * distance + 1 }
            if distance < 2 { return (((distance - 5) * distance + 8) * distance - 4) * a }
            return 0
        case .lanczos:
            return x >= -3 && x < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
        }
    }

    private static func sinc(_ x: Double) -> Double {
        if x == 0 { return 1 }
        let angle = x * .pi
        return sin(angle) / angle
    }
}
