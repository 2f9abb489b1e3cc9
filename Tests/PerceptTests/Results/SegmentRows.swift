import Percept
import PerceptCore
import PerceptImage

extension Segment {
    /// Creates a segment with a mask that is marked by `#` in `rows`.
    init(_ label: String, score: Double? = nil, rows: [String]) throws {
        let mask = try Mask(
            size: PixelSize(width: rows[0].count, height: rows.count),
            pixels: rows.joined().map { $0 == "#" ? 255 : 0 })
        self.init(label: label, score: score, mask: mask)
    }
}
