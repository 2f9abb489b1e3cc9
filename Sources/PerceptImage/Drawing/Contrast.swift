#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Color {
    /// The relative luminance, 0 (black) to 1 (white), as defined by WCAG 2.2 for sRGB.
    public var relativeLuminance: Double {
        func linear(_ byte: UInt8) -> Double {
            let value = Double(byte) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Returns the WCAG 2.2 contrast ratio, from 1 (equal luminance) to 21 (black and white), in either order.
    public func contrast(with other: Color) -> Double {
        let luminances = (relativeLuminance, other.relativeLuminance)
        return (max(luminances.0, luminances.1) + 0.05) / (min(luminances.0, luminances.1) + 0.05)
    }

    /// Black or white, whichever has the higher contrast with this colour.
    ///
    /// The contrast is at least √21 ≈ 4.58, above the 4.5 that WCAG requires for text: the contrasts of any colour
    /// with black and with white multiply to 21, so the larger is at least its square root.
    public var legibleTextColor: Color {
        contrast(with: .black) >= contrast(with: .white) ? .black : .white
    }
}
