public import PerceptCore
import PerceptImage
public import PerceptInference

/// Results about pictures as COCO's JSON for object detection: `images`, `annotations` and `categories`.
///
/// Pictures, annotations and categories are numbered from 1 on. `bbox` is x, y, width and height in pixels, `area` that of the
/// mask (of the box where there is none), `iscrowd` is 0, and `score` is there where the service gave one.
public struct COCODataset: Sendable, Hashable {
    /// How masks are written.
    public enum MaskForm: String, Sendable, Hashable, CaseIterable {
        /// Lists of x, y by turns, one for each part, where a mask has no holes, which these cannot express; else as
        /// ``compressed``. pycocotools fills them to exactly the same mask.
        case polygons
        /// Run lengths as text.
        case compressed
        /// Run lengths as numbers.
        case uncompressed
    }

    private var images: [JSONValue] = []
    private var annotations: [JSONValue] = []
    private var categories: ClassNames

    /// - Parameter categories: labels that have the first numbers; others follow by their first appearance.
    public init(categories: [String] = []) {
        self.categories = ClassNames(categories)
    }

    /// Adds a picture and its segments.
    ///
    /// - Parameters:
    ///   - segments: those with empty masks are left out.
    ///   - fileName: of the picture.
    ///   - size: of the picture.
    ///   - form: how masks are written.
    /// - Throws: `MediaError` `.invalidArgument` when a mask is not of `size`; `.cancelled`.
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

    /// Adds a picture and the objects in it.
    public mutating func add(_ objects: [Detection], of fileName: String, size: PixelSize) {
        addImage(fileName, size)
        for object in objects {
            addAnnotation(object.label, object.score, object.box, area: .number(object.box.area), .array([]))
        }
    }

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
    /// - Throws: `MediaError` `.invalidArgument` when a mask is not of `size`.
    func checkSize(_ size: PixelSize) throws(MediaError) {
        for (index, segment) in enumerated() where segment.mask.size != size {
            throw MediaError(
                .invalidArgument, problem: "mask \(index) is \(segment.mask.size), the picture \(size)",
                remedy: "resize the mask to the picture")
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
    /// x, y, width, height; whole numbers without a fraction.
    var cocoJSON: JSONValue { [.number(xMin), .number(yMin), .number(width), .number(height)] }
}

extension JSONValue {
    /// A number, without a fraction where it is whole.
    static func number(_ value: Double) -> JSONValue {
        Int(exactly: value).map { .integer($0) } ?? .double(value)
    }
}
