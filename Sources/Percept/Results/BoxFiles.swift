public import PerceptCore
import PerceptImage
import PerceptInference

/// Boxes of any number of images, saved as label files for tools that train and evaluate models.
///
///     var files = BoxFiles(in: "labels", formats: [.yolo])
///     for photo in photos { … try files.add(found.objects, of: photo.lastPathComponent, size: size) }
///     try files.finish()
public struct BoxFiles: Sendable {
    /// The formats of label files.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// One `coco.json` for all images, see ``COCODataset``.
        case coco
        /// `NAME.xml` for each image, see ``VOCAnnotation``.
        case voc
        /// `NAME.txt` for each image, see ``YOLOLabels``, and `classes.txt` with one label per line in the order of
        /// their numbers, which is that of first appearance.
        case yolo
    }

    /// The folder of the files.
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

    /// Creates a set of label files.
    ///
    /// - Parameters:
    ///   - folder: the path of the folder, which is created if it does not exist when the first file is written.
    ///   - formats: the formats to write.
    ///   - inputs: files that must not be replaced.
    public init(in folder: String, formats: Set<Format>, protecting inputs: [String] = []) {
        self.folder = folder
        self.formats = formats
        self.inputs = inputs
    }

    /// Adds an image and writes the files that concern only this image, all of them or none.
    ///
    /// Inverted boxes are corrected and boxes are clipped to the image; those outside it are omitted.
    ///
    /// - Parameters:
    ///   - objects: the objects, with boxes in pixels of the upright image.
    ///   - fileName: the file name of the image; label files have the same name with another extension.
    ///   - size: the size of the upright image.
    /// - Returns: the names of the files written for the image.
    /// - Throws: `MediaError` `.invalidArgument` if a file would replace one of the inputs or that of another image;
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
        // Stored only after the files are written, so that an image that fails is not part of the data set.
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
                    problem: "the label file \(file.name) is already used for another image",
                    remedy: "rename the image or use another folder for its labels")
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

    /// Writes the files that concern all images; none if no image was added.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if a file would replace an input; `.outputNotCreatable`,
    ///   `.inputOutput`.
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
