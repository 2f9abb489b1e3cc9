public import PerceptCore
public import PerceptImage
public import PerceptInference

/// Masks saved as files: one PNG per segment, and `segments.json` that lists them; other formats beside them on request.
public struct SegmentFiles: Sendable, Hashable {
    /// One saved segment.
    public struct Entry: Sendable, Hashable {
        public let label: String
        public let score: Double?
        /// The file's name within the folder.
        public let mask: String
        /// Pixels that belong to the mask.
        public let area: Int
        /// The smallest box around them; `nil` for an empty mask.
        public let box: BoundingBox?
        /// The name of the cut-out's file, where there is one.
        public let cutOut: String?
        /// The place in the answer, where that is stated.
        public let index: Int?
    }

    /// What is written besides the masks.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// `coco.json`: COCO's annotations, as ``COCODataset`` writes them.
        case coco
        /// `panoptic.png` and `panoptic.json`, as ``PanopticSegmentation`` writes them.
        case panoptic
        /// `indexed.png`, as `IndexedMaskImage` writes it: segment `i` of the list has number `i + 1`. A pixel that several masks cover
        /// goes to the segment that has it in ``PanopticSegmentation``. At most 255 segments.
        case indexed
        /// `polygons.json`, as ``SegmentPolygons`` writes it.
        case polygons
        /// `000-cat-cutout.png` and so on: what lies under each mask, as `Image.cutOut(_:)` gives it; none for an empty mask.
        case cutouts
    }

    public let folder: String
    public let entries: [Entry]
    /// The names of the files that belong to all segments, besides `segments.json`.
    public let commonFiles: [String]

    public static let listName = "segments.json"

    /// Writes the masks of `segments` into `folder`, which is created when it does not exist, in one piece or not at all:
    /// when a file cannot be written, those that were new are removed again.
    ///
    /// The masks are 8-bit gray PNG files of the size of the source, with the values that the service sent;
    /// `SegmentFileName` says how they are named. Several are written at a time.
    ///
    /// - Parameters:
    ///   - segments: what is saved, in this order.
    ///   - folder: where to.
    ///   - indices: the places of the segments in the answer, where these are others than in `segments`; the list states them.
    ///   - formats: what is written besides; all masks must be of one size then.
    ///   - cocoMasks: how `coco.json` writes masks.
    ///   - pictureName: what `coco.json` and `panoptic.json` call the picture.
    ///   - image: the picture, upright; cut-outs need it.
    ///   - inputs: files that must not be replaced.
    /// - Throws: `MediaError` `.invalidArgument` when a file would replace one of `inputs`, when masks differ in size from each
    ///   other or from the picture, when there are cut-outs without the picture, a panoptic picture of neither segments nor
    ///   a picture, or more segments than an indexed picture numbers; `.outputNotCreatable` or `.inputOutput`.
    public init(
        saving segments: [Segment], in folder: String, indices: [Int]? = nil, formats: Set<Format> = [],
        cocoMasks: COCODataset.MaskForm = .polygons, pictureName: String = "", image: Image? = nil,
        protecting inputs: [String] = []
    ) throws(MediaError) {
        let plan = try SegmentFilePlan(
            segments, formats, indices: indices, cocoMasks: cocoMasks, pictureName: pictureName, image: image)
        let entries = plan.entries
        let list = PlannedFile(name: Self.listName) { () throws(MediaError) in
            Self.json(entries).serializedForReading()
        }
        // The list comes last: where it stands, all that it names stands too.
        try PlannedFile.write([plan.files, [list]], into: folder, protecting: inputs)
        self.folder = folder
        self.entries = entries
        commonFiles = plan.commonFiles
    }

    /// The entries as `segments.json` lists them.
    public var json: JSONValue { Self.json(entries) }

    private static func json(_ entries: [Entry]) -> JSONValue {
        .array(
            entries.map { entry in
                var object: JSONObject = [
                    "label": .string(entry.label), "score": entry.score.map { .double($0) } ?? .null,
                    "mask": .string(entry.mask), "area": .integer(entry.area), "box": entry.box?.json ?? .null,
                ]
                if let index = entry.index { object["index"] = .integer(index) }
                if let cutOut = entry.cutOut { object["cutout"] = .string(cutOut) }
                return .object(object)
            })
    }
}

extension BoundingBox {
    /// `{"xmin","ymin","xmax","ymax"}`, whole numbers without a fraction.
    public var json: JSONValue {
        ["xmin": .number(xMin), "ymin": .number(yMin), "xmax": .number(xMax), "ymax": .number(yMax)]
    }
}
