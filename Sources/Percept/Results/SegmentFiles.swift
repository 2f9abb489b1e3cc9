import Foundation
public import PerceptCore
public import PerceptImage
public import PerceptInference
import Synchronization

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
    }

    /// What is written besides the masks.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// `coco.json`: COCO's annotations, as ``COCODataset`` writes them.
        case coco
        /// `panoptic.png` and `panoptic.json`, as ``PanopticSegmentation`` writes them.
        case panoptic
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
    ///   - formats: what is written besides; all masks must be of one size then.
    ///   - pictureName: what `coco.json` and `panoptic.json` call the picture.
    ///   - image: the picture, upright; cut-outs need it.
    ///   - inputs: files that must not be replaced.
    /// - Throws: `MediaError` `.invalidArgument` when a file would replace one of `inputs`, when masks differ in size from each
    ///   other or from the picture, when there are cut-outs without the picture, or a panoptic picture of neither segments nor
    ///   a picture; `.outputNotCreatable` or `.inputOutput`.
    public init(
        saving segments: [Segment], in folder: String, formats: Set<Format> = [], pictureName: String = "",
        image: Image? = nil, protecting inputs: [String] = []
    ) throws(MediaError) {
        let plan = try SegmentFilePlan(segments, formats, pictureName: pictureName, image: image)
        let entries = plan.entries
        let list = PlannedFile(name: Self.listName) { () throws(MediaError) in
            Self.json(entries).serializedForReading()
        }
        let files = plan.files + [list]
        for file in files { try OutputFile.checkReplaces("\(folder)/\(file.name)", noneOf: inputs) }
        let isNewFolder = try Self.createFolder(folder)
        let created = Mutex<[String]>([])
        do throws(MediaError) {
            // The list comes last: where it stands, all that it names stands too.
            for part in [plan.files, [list]] {
                _ = try ParallelWork.map(part) { _, file throws(MediaError) in
                    let path = "\(folder)/\(file.name)"
                    let isNew = !FileManager.default.fileExists(atPath: path)
                    try file.write(to: path, protecting: inputs)
                    if isNew { created.withLock { $0.append(path) } }
                }
            }
        } catch {
            for path in created.withLock(\.self) { try? FileManager.default.removeItem(atPath: path) }
            if isNewFolder { try? FileManager.default.removeItem(atPath: folder) }
            throw error
        }
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
                if let cutOut = entry.cutOut { object["cutout"] = .string(cutOut) }
                return .object(object)
            })
    }

    /// Whether the folder was made here.
    private static func createFolder(_ path: String) throws(MediaError) -> Bool {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else {
                throw MediaError(
                    .outputNotCreatable, source: path, problem: "is a file, where a folder was expected",
                    remedy: "name a folder with -o")
            }
            return false
        }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw MediaError(
                .outputNotCreatable, source: path, problem: "the folder cannot be created",
                remedy: "choose another folder")
        }
        return true
    }
}

extension BoundingBox {
    /// `{"xmin","ymin","xmax","ymax"}`, whole numbers without a fraction.
    public var json: JSONValue {
        ["xmin": .number(xMin), "ymin": .number(yMin), "xmax": .number(xMax), "ymax": .number(yMax)]
    }
}
