import Foundation
public import PerceptCore
import PerceptImage
public import PerceptInference

/// Masks saved as files: one PNG per segment, and `segments.json` that lists them.
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
    }

    public let folder: String
    public let entries: [Entry]

    public static let listName = "segments.json"

    /// Writes the masks of `segments` into `folder`, which is created when it does not exist, in one piece or not at all:
    /// when a file cannot be written, those that were new are removed again.
    ///
    /// The masks are 8-bit gray PNG files of the size of the source, with the values that the service sent;
    /// `SegmentFileName` says how they are named.
    ///
    /// - Parameters:
    ///   - segments: what is saved, in this order.
    ///   - folder: where to.
    ///   - inputs: files that must not be replaced.
    /// - Throws: `MediaError` `.invalidArgument` when a file would replace one of `inputs`, `.outputNotCreatable` or
    ///   `.inputOutput`.
    public init(
        saving segments: [Segment], in folder: String, protecting inputs: [String] = []
    ) throws(MediaError) {
        let isNewFolder = try Self.createFolder(folder)
        let names = SegmentFileName.names(for: segments.map(\.label))
        var created: [String] = []
        do throws(MediaError) {
            var entries: [Entry] = []
            for (segment, name) in zip(segments, names) {
                try MediaError.checkCancellation()
                let path = "\(folder)/\(name)"
                let isNew = !FileManager.default.fileExists(atPath: path)
                try segment.mask.image().write(to: path, as: .png, protecting: inputs)
                if isNew { created.append(path) }
                entries.append(
                    Entry(
                        label: segment.label, score: segment.score, mask: name, area: segment.mask.area,
                        box: segment.mask.boundingBox))
            }
            let file = try OutputFile(path: "\(folder)/\(Self.listName)", protecting: inputs)
            try file.write(Self.json(entries).serializedForReading())
            try file.commit()
            self.folder = folder
            self.entries = entries
        } catch {
            for path in created { try? FileManager.default.removeItem(atPath: path) }
            if isNewFolder { try? FileManager.default.removeItem(atPath: folder) }
            throw error
        }
    }

    /// The entries as `segments.json` lists them.
    public var json: JSONValue { Self.json(entries) }

    private static func json(_ entries: [Entry]) -> JSONValue {
        .array(
            entries.map { entry in
                [
                    "label": .string(entry.label), "score": entry.score.map { .double($0) } ?? .null,
                    "mask": .string(entry.mask), "area": .integer(entry.area), "box": entry.box?.json ?? .null,
                ]
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
        func number(_ value: Double) -> JSONValue { Int(exactly: value).map { .integer($0) } ?? .double(value) }
        return ["xmin": number(xMin), "ymin": number(yMin), "xmax": number(xMax), "ymax": number(yMax)]
    }
}
