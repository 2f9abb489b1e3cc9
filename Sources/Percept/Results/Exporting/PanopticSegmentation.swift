public import PerceptCore
public import PerceptImage
public import PerceptInference

/// Segments in COCO's panoptic format: an image of identifiers (R + 256 · G + 65536 · B) and JSON.
///
/// Each pixel has one segment. If several masks cover a pixel, the segment with the highest score gets it; among equal
/// scores, the first; segments without a score come last. Segment `i` of the list has identifier `i + 1`. A segment
/// without pixels of its own is skipped.
public struct PanopticSegmentation: Sendable, Hashable {
    /// A segment of the image.
    public struct Part: Sendable, Hashable {
        /// The identifier, which is the segment's colour in the image.
        public let identifier: Int
        /// The label of the segment.
        public let label: String
        /// The score of the segment, or `nil` if the service returned none.
        public let score: Double?
        /// The pixels that belong to this segment only.
        public let mask: Mask
    }

    /// The size of the image.
    public let size: PixelSize
    /// The parts, ordered by identifier.
    public let parts: [Part]

    /// Assigns each pixel to one segment.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the size of a mask differs from `size`; `.cancelled`.
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

    /// Returns the image of identifiers, ready to be written as PNG.
    ///
    /// - Throws: `MediaError` `.limitExceeded`, `.cancelled`.
    public func image(limits: ResourceLimits = .default) throws(MediaError) -> Image {
        try PanopticImage.drawing(
            parts.map { (identifier: $0.identifier, mask: $0.mask) }, size: size, limits: limits)
    }

    /// Returns the accompanying JSON: `images`, `annotations` with their `segments_info`, and `categories`, numbered
    /// from 1 in order of first appearance.
    ///
    /// `isthing` is always 1, because services do not distinguish things from stuff.
    ///
    /// - Parameters:
    ///   - fileName: The file name of the source image.
    ///   - pngName: The file name of the image of identifiers.
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
