public import PerceptCore
public import PerceptImage

extension ImageEncoding {
    /// The JPEG encoding of annotated images, chosen so that thin coloured lines survive.
    private static let annotatedJPEG = ImageEncoding.jpeg(quality: 95, chroma: .yuv444)

    /// Creates the encoding that the extension of a path selects: PNG, or JPEG with quality 95 and full chroma.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for an extension other than .png, .jpg and .jpeg.
    public init(path: String) throws(MediaError) {
        switch path.pathExtension.lowercased() {
        case "png": self = .png
        case "jpg", "jpeg": self = Self.annotatedJPEG
        default:
            throw MediaError(
                .invalidArgument, source: path, problem: "cannot tell the output format from the name",
                remedy: "use the extension .png or .jpg")
        }
    }

    /// Creates the encoding for an image that is made from `source`: PNG for PNG, JPEG for everything else.
    ///
    /// - Throws: `MediaError` if the source cannot be read.
    public init(like source: MediaSource) throws(MediaError) {
        self = try source.mediaType() == .png ? .png : Self.annotatedJPEG
    }
}
