public import PerceptCore
import PerceptImage
public import PerceptInference

/// The boundaries of segments as JSON.
///
/// ```
/// {"width": 640, "height": 420, "segments": [
///     {"label", "score", "area", "polygons": [[exterior, hole, …], …]}, …]}
/// ```
///
/// A polygon is one part of the mask, a list of rings: its exterior, then its holes. A ring is a list of `[x, y]` pixel
/// corners, described in `MaskPolygon`; `Mask(polygons:size:)` restores the same mask.
public enum SegmentPolygons {
    /// Returns the boundaries of the segments, in order.
    ///
    /// - Parameters:
    ///   - segments: Segments with masks of `size`.
    ///   - size: The size of the image.
    /// - Throws: `MediaError` `.invalidArgument` if the size of a mask differs from `size`; `.cancelled`.
    public static func json(_ segments: [Segment], size: PixelSize) throws(MediaError) -> JSONValue {
        try segments.checkSize(size)
        var entries: [JSONValue] = []
        for segment in segments {
            try MediaError.checkCancellation()
            let polygons = segment.mask.polygons().map { polygon -> JSONValue in
                .array(
                    polygon.rings.map { ring in .array(ring.map { [.integer($0.x), .integer($0.y)] }) })
            }
            entries.append([
                "label": .string(segment.label), "score": segment.score.map { .double($0) } ?? .null,
                "area": .integer(segment.mask.area), "polygons": .array(polygons),
            ])
        }
        return [
            "width": .integer(size.width), "height": .integer(size.height), "segments": .array(entries),
        ]
    }
}
