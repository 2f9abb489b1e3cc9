import PerceptCore
import PerceptImage

/// The outline of a mask as SVG path data, in the mask's pixels, for the even-odd rule.
struct MaskOutline: Sendable {
    let path: String
    /// The size of a path unit in pixels of the mask, horizontally and vertically.
    let scale: (x: Double, y: Double)
    /// The size of the mask.
    let size: PixelSize

    /// The maximum number of run boundaries to trace at full size; for a busier mask, every other pixel is traced.
    ///
    /// A cat has thousands. Noise would make a path of many megabytes that no browser can draw.
    static let runLimit = 200_000

    init(_ mask: Mask, limits: ResourceLimits) throws(MediaError) {
        size = mask.size
        var traced = mask
        while traced.cocoCounts.count > Self.runLimit, traced.size.shortestSide > 1 {
            try MediaError.checkCancellation()
            let half = PixelSize(width: max(1, traced.size.width / 2), height: max(1, traced.size.height / 2))
            traced = try traced.resized(to: half, limits: limits)
        }
        path = Self.path(traced.polygons())
        scale = (
            Double(size.width) / Double(traced.size.width), Double(size.height) / Double(traced.size.height)
        )
    }

    private static func path(_ polygons: [MaskPolygon]) -> String {
        var path = ""
        for ring in polygons.lazy.flatMap(\.rings) {
            guard var place = ring.first else { continue }
            path += "M\(place.x) \(place.y)"
            for vertex in ring.dropFirst() {
                if vertex.y == place.y {
                    path += "h\(vertex.x - place.x)"
                } else if vertex.x == place.x {
                    path += "v\(vertex.y - place.y)"
                } else {
                    path += "L\(vertex.x) \(vertex.y)"
                }
                place = vertex
            }
            path += "z"
        }
        return path
    }
}
