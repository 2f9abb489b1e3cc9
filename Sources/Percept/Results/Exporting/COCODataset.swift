public import PerceptCore
import PerceptImage
public import PerceptInference

/// Results about images as JSON in COCO's format for object detection: `images`, `annotations` and `categories`.
///
/// Images, annotations and categories are numbered from 1. `bbox` is x, y, width and height in pixels; `area` is that
/// of the mask, or of the box if there is no mask; `iscrowd` is 0; `score` is present if the service returned one.
public struct COCODataset: Sendable, Hashable {
    /// The encoding of masks.
    public enum MaskForm: String, Sendable, Hashable, CaseIterable {
        /// Lists of alternating x and y, one per part; pycocotools restores exactly the same mask. A mask with holes,
        /// which polygons cannot express, is written as ``compressed``.
        case polygons
        /// Run lengths as text.
        case compressed
        /// Run lengths as numbers.
        case uncompressed
    }

    private var images: [JSONValue] = []
    private var annotations: [JSONValue] = []
    private var categories: ClassNames

    /// Creates an empty data set.
    ///
    /// - Parameter categories: Labels with the first category numbers; other labels follow in order of first
    ///   appearance.
    public init(categories: [String] = []) {
        self.categories = ClassNames(categories)
    }

    /// Adds an image and its segments.
    ///
    /// - Parameters:
    ///   - segments: The segments; those with empty masks are skipped.
    ///   - fileName: The file name of the image.
    ///   - size: The size of the image.
    ///   - form: The encoding of masks.
    /// - Throws: `MediaError` `.invalidArgument` if the size of a mask differs from `size`; `.cancelled`.
    public mutating func add(
        _ segments: [Segment], of fileName: String, size: PixelSize, masksAs form: MaskForm = .polygons
    ) throws(MediaError) {
        try segments.checkSize(size)
        addImage(fileName, size)
        for segment in segments {
            try MediaError.checkCancellation()
            guard let box = segment.mask.boundingBox else { continue }
            addAnnotation(
                segment.label, segment.score, box, area: .integer(segment.mask.area), segment.mask.cocoJSON(form))
        }
    }

    /// Adds an image and the objects in it.
    public mutating func add(_ objects: [Detection], of fileName: String, size: PixelSize) {
        addImage(fileName, size)
        for object in objects {
            addAnnotation(object.label, object.score, object.box, area: .number(object.box.area), .array([]))
        }
    }

    /// The data set as JSON.
    public var json: JSONValue {
        [
            "images": .array(images), "annotations": .array(annotations),
            "categories": .array(
                categories.names.enumerated().map { index, name in
                    ["id": .integer(index + 1), "name": .string(name), "supercategory": .string("")]
                }),
        ]
    }

    private mutating func addImage(_ fileName: String, _ size: PixelSize) {
        images.append([
            "id": .integer(images.count + 1), "file_name": .string(fileName), "width": .integer(size.width),
            "height": .integer(size.height),
        ])
    }

    private mutating func addAnnotation(
        _ label: String, _ score: Double?, _ box: BoundingBox, area: JSONValue, _ segmentation: JSONValue
    ) {
        var annotation: JSONObject = [
            "id": .integer(annotations.count + 1), "image_id": .integer(images.count),
            "category_id": .integer(categories.index(of: label) + 1), "bbox": box.cocoJSON, "area": area,
            "iscrowd": 0, "segmentation": segmentation,
        ]
        if let score { annotation["score"] = .double(score) }
        annotations.append(.object(annotation))
    }
}

extension [Segment] {
    /// Checks the sizes of all masks.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the size of a mask differs from `size`.
    func checkSize(_ size: PixelSize) throws(MediaError) {
        for (index, segment) in enumerated() where segment.mask.size != size {
            throw MediaError(
                .invalidArgument, problem: "mask \(index) is \(segment.mask.size), the image \(size)",
                remedy: "resize the mask to the image")
        }
    }
}

extension Mask {
    fileprivate func cocoJSON(_ form: COCODataset.MaskForm) -> JSONValue {
        let counts: JSONValue
        switch form {
        case .polygons:
            let polygons = polygons()
            guard polygons.contains(where: { !$0.holes.isEmpty }) else {
                return .array(
                    polygons.map { .array($0.exterior.flatMap { [.integer($0.x), .integer($0.y)] }) })
            }
            counts = .string(cocoString)
        case .compressed: counts = .string(cocoString)
        case .uncompressed: counts = .array(cocoCounts.map { .integer($0) })
        }
        return ["size": [.integer(size.height), .integer(size.width)], "counts": counts]
    }
}

extension BoundingBox {
    /// x, y, width and height, without a fraction where they are integers.
    var cocoJSON: JSONValue { [.number(xMin), .number(yMin), .number(width), .number(height)] }
}

extension JSONValue {
    /// Returns a number, without a fraction if it is an integer.
    static func number(_ value: Double) -> JSONValue {
        Int(exactly: value).map { .integer($0) } ?? .double(value)
    }
}
