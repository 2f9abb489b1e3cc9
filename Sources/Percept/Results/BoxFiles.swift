public import PerceptCore
import PerceptImage
import PerceptInference

/// Boxes of any number of pictures saved as the label files that tools for training and measuring models read.
///
///     var files = BoxFiles(in: "labels", formats: [.yolo])
///     for photo in photos { … try files.add(found.objects, of: photo.lastPathComponent, size: size) }
///     try files.finish()
public struct BoxFiles: Sendable {
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// `coco.json` about all pictures, as ``COCODataset`` writes it.
        case coco
        /// `NAME.xml` for each picture, as ``VOCAnnotation`` writes it.
        case voc
        /// `NAME.txt` for each picture, as ``YOLOLabels`` writes it, and `classes.txt`: a label in each line, in the order of their
        /// numbers, which is that of their first appearance.
        case yolo
    }

    public let folder: String
    /// The names of the files written so far, in the order of writing.
    public private(set) var names: [String] = []

    private let formats: Set<Format>
    private let inputs: [String]
    private var dataset = COCODataset()
    private var classes = ClassNames()
    private var fileNames: Set<String> = []
    private var isEmpty = true

    private static let datasetName = "coco.json"
    private static let classesName = "classes.txt"

    /// - Parameters:
    ///   - folder: where to; it is created when it does not exist and there is something to write.
    ///   - formats: which files are written.
    ///   - inputs: files that must not be replaced.
    public init(in folder: String, formats: Set<Format>, protecting inputs: [String] = []) {
        self.folder = folder
        self.formats = formats
        self.inputs = inputs
    }

    /// Adds a picture, and writes the files that are about it alone, all of them or none.
    ///
    /// Boxes are put in order and clipped to the picture; those of which nothing is left are no annotations.
    ///
    /// - Parameters:
    ///   - objects: in pixels of the upright picture.
    ///   - fileName: of the picture; label files have its name with another extension.
    ///   - size: of the upright picture.
    /// - Returns: the names of the files written for it.
    /// - Throws: `MediaError` `.invalidArgument` when a file would replace one of the inputs or that of another picture;
    ///   `.outputNotCreatable`, `.inputOutput`.
    @discardableResult
    public mutating func add(
        _ objects: [Detection], of fileName: String, size: PixelSize
    ) throws(MediaError) -> [String] {
        let visible = objects.compactMap { object -> Detection? in
            guard object.box.isFinite else { return nil }
            var object = object
            object.box = object.box.standardized.clipped(to: size)
            return object.box.isEmpty ? nil : object
        }
        let stem = fileName.lastIndex(of: ".").map { $0 == fileName.startIndex ? fileName[...] : fileName[..<$0] }
        // Not kept before the files stand: a picture that fails is none of the dataset's.
        var classes = classes
        for object in visible { _ = classes.index(of: object.label) }
        let labels = classes.names
        var files: [PlannedFile] = []
        if formats.contains(.voc) {
            files.append(
                PlannedFile(name: "\(stem ?? fileName[...]).xml") { () throws(MediaError) in
                    Array(try VOCAnnotation.xml(visible, of: fileName, size: size).utf8)
                })
        }
        if formats.contains(.yolo) {
            files.append(
                PlannedFile(name: "\(stem ?? fileName[...]).txt") { () throws(MediaError) in
                    Array(try YOLOLabels.text(visible, size: size, classes: labels).utf8)
                })
        }
        for file in files {
            guard file.name != Self.classesName, !fileNames.contains(file.name) else {
                throw MediaError(
                    .invalidArgument, source: fileName,
                    problem: "its labels would be written to \(file.name), as others are",
                    remedy: "rename it, or give it a folder of its own")
            }
        }
        try PlannedFile.write([files], into: folder, protecting: inputs)
        isEmpty = false
        self.classes = classes
        dataset.add(visible, of: fileName, size: size)
        fileNames.formUnion(files.map(\.name))
        names += files.map(\.name)
        return files.map(\.name)
    }

    /// Writes the files that are about all pictures; without a picture none.
    ///
    /// - Throws: `MediaError` `.invalidArgument` when one would replace an input; `.outputNotCreatable`, `.inputOutput`.
    public mutating func finish() throws(MediaError) {
        if isEmpty { return }
        var files: [PlannedFile] = []
        if formats.contains(.coco) {
            let json = dataset.json
            files.append(PlannedFile(name: Self.datasetName) { () throws(MediaError) in json.serialized() })
        }
        if formats.contains(.yolo) {
            let lines = classes.names.map { name in
                String(name.map { $0.isNewline ? " " : $0 }) + "\n"
            }
            files.append(
                PlannedFile(name: Self.classesName) { () throws(MediaError) in Array(lines.joined().utf8) })
        }
        try PlannedFile.write([files], into: folder, protecting: inputs)
        names += files.map(\.name)
    }
}
