/// A colour of 8 bits a channel in the order red, green, blue, alpha (straight); gray ones have three equal channels.
typealias PaletteColor = SIMD4<UInt8>

/// The space in which colours with transparency are compared.
///
/// With p the premultiplied channels, 0…255, and a the alpha, a colour lies at (p − a/2, √3/2 · a). The square of the
/// distance of two colours is then exactly what their difference comes to over black and over white, summed over red, green
/// and blue, in the mean of both: `((Δp)² + (Δp − Δa)²) / 2 = (Δp − Δa/2)² + (Δa)²/4`. Between opaque colours it is
/// the usual one of sRGB values. All that is fully transparent lies at one point.
enum PaletteSpace {
    typealias Point = SIMD4<Float>

    /// √3 / 2.
    private static let alphaScale: Float = 0.8660254

    @inline(__always)
    static func point(_ color: PaletteColor) -> Point {
        var point = Point(Float(color.x), Float(color.y), Float(color.z), 0)
        if color.w == 255 {
            point -= 127.5
            point.w = 255 * alphaScale
        } else {
            let alpha = Float(color.w)
            point = point * (alpha / 255) - alpha / 2
            point.w = alpha * alphaScale
        }
        return point
    }

    /// The colour nearest to a point, each channel rounded.
    ///
    /// - Parameter isOpaque: whether its alpha is 255 wherever the point lies.
    static func color(_ point: SIMD4<Double>, isOpaque: Bool) -> PaletteColor {
        let alpha = min(max(point.w / Double(alphaScale), 0), 255)
        guard alpha.rounded() > 0 else { return PaletteColor(repeating: 0) }
        var channels = ((point + alpha / 2) * (255 / alpha)).rounded(.toNearestOrAwayFromZero)
        channels.w = isOpaque ? 255 : alpha.rounded()
        return PaletteColor(
            truncatingIfNeeded: SIMD4<Int>(channels.clamped(lowerBound: .zero, upperBound: SIMD4(repeating: 255))))
    }

    @inline(__always)
    static func squaredDistance(_ first: Point, _ second: Point) -> Float {
        let difference = first - second
        return (difference * difference).sum()
    }
}
