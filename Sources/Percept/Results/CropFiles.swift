public import PerceptCore
public import PerceptImage

/// The contents of the boxes of an image, saved as one file each.
public struct CropFiles: Sendable, Hashable {
    /// The folder of the files.
    public let folder: String
    /// The file name for each object; `nil` for an object outside the image.
    public let names: [String?]

    /// Writes the crop of each object into `folder`, which is created if it does not exist.
    ///
    /// A crop contains all pixels that its box touches, in the layout of the image. `SegmentFileName` describes the
    /// file names. If a file cannot be written, the new files are removed again.
    ///
    /// - Parameters:
    ///   - objects: the objects, with boxes in pixels of `image`.
    ///   - image: the upright image, with nothing drawn into it.
    ///   - folder: the path of the folder.
    ///   - encoding: the format.
    ///   - inputs: files that must not be replaced.
    /// - Throws: `MediaError` `.invalidArgument` if a file would replace one of `inputs`; `.outputNotCreatable` or
    ///   `.inputOutput`.
    public static func save(
        _ objects: [Detection], of image: Image, in folder: String, as encoding: ImageEncoding,
        protecting inputs: [String] = []
    ) throws(MediaError) -> CropFiles {
        let names = SegmentFileName.names(
            for: objects.map(\.label), fileExtension: encoding.mediaType.fileExtension)
        var files: [PlannedFile] = []
        var written: [String?] = []
        for (object, name) in zip(objects, names) {
            guard let area = object.box.pixels(of: image.size) else {
                written.append(nil)
                continue
            }
            written.append(name)
            files.append(
                PlannedFile(name: name) { () throws(MediaError) in
                    try image.cropped(to: area).encoded(as: encoding)
                })
        }
        try PlannedFile.write([files], into: folder, protecting: inputs)
        return CropFiles(folder: folder, names: written)
    }
}
