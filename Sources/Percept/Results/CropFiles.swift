public import PerceptCore
public import PerceptImage

/// What lies in the boxes of a picture, saved as one picture each.
public struct CropFiles: Sendable, Hashable {
    public let folder: String
    /// The name within the folder for each object; `nil` for one that has no part of the picture.
    public let names: [String?]

    /// Writes the crop of each object into `folder`, which is created when it does not exist, in one piece or not at all.
    ///
    /// A crop has all pixels that its box touches, in the picture's own layout; `SegmentFileName` says how the files are named.
    ///
    /// - Parameters:
    ///   - objects: whose boxes are in pixels of `image`.
    ///   - image: the picture, upright, with nothing drawn into it.
    ///   - folder: where to.
    ///   - encoding: the format.
    ///   - inputs: files that must not be replaced.
    /// - Throws: `MediaError` `.invalidArgument` when a file would replace one of `inputs`; `.outputNotCreatable` or
    ///   `.inputOutput`.
    public init(
        saving objects: [Detection], of image: Image, in folder: String, as encoding: ImageEncoding,
        protecting inputs: [String] = []
    ) throws(MediaError) {
        let fileExtension =
            switch encoding {
            case .png: "png"
            case .jpeg: "jpg"
            }
        let names = SegmentFileName.names(for: objects.map(\.label), fileExtension: fileExtension)
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
        self.folder = folder
        self.names = written
    }
}
