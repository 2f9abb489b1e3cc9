internal import PerceptCore

/// A format that is recognized, but that this build does not decode.
struct UnreadableFormat {
    let mediaType: MediaType

    init(_ mediaType: MediaType) {
        self.mediaType = mediaType
    }

    /// Conversion commands that are available on most systems, by format.
    private static let conversions: [MediaType: String] = [
        .heic:
            "convert it, e.g. with `heif-convert photo.heic photo.jpg`, "
            + "or build with the package trait HEIC, which needs libheif",
        .avif:
            "convert it, e.g. with `avifdec photo.avif photo.png`, "
            + "or build with the package trait HEIC, which needs libheif",
        .gif: "save one frame as PNG, e.g. with `ffmpeg -i image.gif -frames:v 1 image.png`",
        .bmp: "save it as PNG, e.g. with `ffmpeg -i image.bmp image.png`",
        .tiff: "save it as PNG, e.g. with `vips copy image.tif image.png`",
        .jpegXL: "convert it, e.g. with `djxl image.jxl image.png`",
        .jpeg2000: "convert it, e.g. with `opj_decompress -i image.jp2 -o image.png`",
        .pdf: "render a page to PNG, e.g. with `pdftoppm -png -r 150 document.pdf page`",
    ]

    private static let advice = "pass a \(list(with: "or")) image"

    /// The formats that this build reads: "PNG, JPEG and WebP".
    private static func list(with conjunction: String) -> String {
        let names = ImageDecoder.readableTypes.map(\.name)
        return "\(names.dropLast().joined(separator: ", ")) \(conjunction) \(names.suffix(1).joined())"
    }

    /// The error for bytes of an unknown format.
    static func ofImage(_ error: MediaError) -> MediaError {
        guard error.parameter == .rawFormat else { return error }
        var error = error
        (error.parameter, error.remedy) = (nil, advice)
        return error
    }

    func error(source: String) -> MediaError {
        let (problem, remedy): (String, String) =
            switch mediaType.kind {
            case .audio:
                ("is a recording (\(mediaType.name)), not an image", Self.advice)
            case .video:
                (
                    "is a video (\(mediaType.name)), not an image",
                    "save one frame as PNG, e.g. with `ffmpeg -i video.mp4 -frames:v 1 frame.png`"
                )
            case .image, .other:
                (
                    "\(mediaType.name) is not readable here, only \(Self.list(with: "and")) are",
                    Self.conversions[mediaType] ?? Self.advice
                )
            }
        return MediaError(.unsupportedFeature, source: source, problem: problem, remedy: remedy)
    }
}
