public import PerceptCore
public import PerceptImage
import PerceptInference

/// Masks saved as files: one PNG per segment and `segments.json`, which lists them; other formats on request.
public struct SegmentFiles: Sendable, Hashable {
    /// The formats that can be written in addition to the masks.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// `coco.json`: COCO annotations, see ``COCODataset``.
        case coco
        /// `panoptic.png` and `panoptic.json`, see ``PanopticSegmentation``.
        case panoptic
        /// `indexed.png`, see `IndexedMaskImage`: segment `i` of the list has number `i + 1`. A pixel that several
        /// masks cover goes to the same segment as in ``PanopticSegmentation``. At most 255 segments.
        case indexed
        /// `polygons.json`, see ``SegmentPolygons``.
        case polygons
        /// `000-cat-cutout.png` and so on: the part of the image under each mask, see `Image.cutOut(_:)`; none for an
        /// empty mask.
        case cutouts
    }

    /// The folder of the files.
    public let folder: String
    /// The entries of the list, in the order of the segments.
    public let entries: [SegmentEntry]
    /// The names of the files that belong to all segments, other than `segments.json`.
    public let commonFiles: [String]

    /// The name of the list.
    public static let listName = "segments.json"

    /// Writes the masks of `segments` into `folder`, which is created if it does not exist.
    ///
    /// If a file cannot be written, the new files are removed again. The masks are 8-bit gray PNG files of the size of
    /// the source, with the values that the service sent; `SegmentFileName` describes their names. Several are written
    /// at a time.
    ///
    /// - Parameters:
    ///   - segments: the segments to save, in this order.
    ///   - folder: the path of the folder.
    ///   - indices: the indices of the segments in the response, if they differ from those in `segments`; they are
    ///     written to the list.
    ///   - formats: additional formats; all masks must then have the same size.
    ///   - cocoMasks: the form of masks in `coco.json`.
    ///   - imageName: the name of the image in `coco.json` and `panoptic.json`.
    ///   - image: the upright image; cut-outs require it.
    ///   - inputs: files that must not be replaced.
    /// - Throws: `MediaError` `.invalidArgument` if a file would replace one of `inputs`, masks differ in size from
    ///   each other or from the image, the image is missing for cut-outs or for a list without segments, or there are
    ///   more segments than an indexed image can number; `.outputNotCreatable` or `.inputOutput`.
    public static func save(
        _ segments: [Segment], in folder: String, indices: [Int]? = nil, formats: Set<Format> = [],
        cocoMasks: COCODataset.MaskForm = .polygons, imageName: String = "", image: Image? = nil,
        protecting inputs: [String] = []
    ) throws(MediaError) -> SegmentFiles {
        let plan = try SegmentFilePlan(
            segments, formats, indices: indices, cocoMasks: cocoMasks, imageName: imageName, image: image)
        let entries = plan.entries
        let list = PlannedFile(name: Self.listName) { () throws(MediaError) in
            JSONValue.array(entries.map(\.json)).serializedForReading()
        }
        // The list is written last, so that the files it names exist.
        try PlannedFile.write([plan.files, [list]], into: folder, protecting: inputs)
        return SegmentFiles(folder: folder, entries: entries, commonFiles: plan.commonFiles)
    }
}
