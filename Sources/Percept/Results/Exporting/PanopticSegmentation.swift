public import PerceptCore
public import PerceptImage
public import PerceptInference

/// Segments as COCO's panoptic format has them: a picture of their numbers (R + 256 · G + 65536 · B) and JSON about it.
///
/// A pixel has one segment there. One that several masks cover goes to that of the highest score, the earlier one among
/// equals; segments without a score come last. Segment `i` of the list has number `i + 1`; one that has no pixels of its own
/// is left out.
public struct PanopticSegmentation: Sendable, Hashable {
    /// A segment as it stands in the picture.
    public struct Part: Sendable, Hashable {
        public let identifier: Int
        public let label: String
        public let score: Double?
        /// The pixels that are the segment's alone.
        public let mask: Mask
    }

    public let size: PixelSize
    /// By their numbers.
    public let parts: [Part]

    /// - Throws: `MediaError` `.invalidArgument` when a mask is not of `size`; `.cancelled`.
    public init(_ segments: [Segment], size: PixelSize) throws(MediaError) {
        try segments.checkSize(size)
        let ranked = segments.indices.sorted { first, second in
            let scores = (segments[first].score ?? -.infinity, segments[second].score ?? -.infinity)
            return scores.0 == scores.1 ? first < second : scores.0 > scores.1
        }
        let masks = try Mask.disjoint(ranked.map { segments[$0].mask })
        self.size = size
        parts = zip(ranked, masks).filter { $0.1.area > 0 }
            .map { index, mask in
                Part(
                    identifier: index + 1, label: segments[index].label, score: segments[index].score, mask: mask)
            }
            .sorted { $0.identifier < $1.identifier }
    }

    /// The picture of numbers, to be written as PNG.
    ///
    /// - Throws: `MediaError` `.limitExceeded`, `.cancelled`.
    public func image(limits: ResourceLimits = .default) throws(MediaError) -> Image {
        try PanopticImage.drawing(
            parts.map { (identifier: $0.identifier, mask: $0.mask) }, size: size, limits: limits)
    }

    /// The JSON beside it: `images`, `annotations` with their `segments_info`, and `categories`, which are numbered from 1
    /// on by first appearance.
    ///
    /// What is a thing and what is not (`isthing`) no service says: 1 for all.
    ///
    /// - Parameters:
    ///   - fileName: of the picture that the segments are about.
    ///   - pngName: of the picture of numbers.
    public func json(fileName: String, pngName: String) -> JSONValue {
        var categories = ClassNames()
        let segments: [JSONValue] = parts.map { part in
            var info: JSONObject = [
                "id": .integer(part.identifier), "category_id": .integer(categories.index(of: part.label) + 1),
                "area": .integer(part.mask.area), "bbox": part.mask.boundingBox?.cocoJSON ?? [0, 0, 0, 0],
                "iscrowd": 0,
            ]
            if let score = part.score { info["score"] = .double(score) }
            return .object(info)
        }
        return [
            "images": [
                [
                    "id": 1, "file_name": .string(fileName), "width": .integer(size.width),
                    "height": .integer(size.height),
                ]
            ],
            "annotations": [
                ["image_id": 1, "file_name": .string(pngName), "segments_info": .array(segments)]
            ],
            "categories": .array(
                categories.names.enumerated().map { index, name in
                    [
                        "id": .integer(index + 1), "name": .string(name), "supercategory": .string(""), "isthing": 1,
                    ]
                }),
        ]
    }
}
