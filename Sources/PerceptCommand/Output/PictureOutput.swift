import ArgumentParser
import Foundation
import PerceptCore
import PerceptImage

/// Writes images in the format that the name of the output selects.
enum PictureOutput {
    /// The JPEG encoding of annotated images, chosen so that thin coloured lines survive.
    private static let jpeg = ImageEncoding.jpeg(quality: 95, chroma: .yuv444)

    /// Returns the encoding that the extension of `path` selects.
    ///
    /// - Throws: ``MediaError`` `.invalidArgument` for an extension other than those of PNG and JPEG.
    static func encoding(for path: String) throws(MediaError) -> ImageEncoding {
        switch (path as NSString).pathExtension.lowercased() {
        case "png": return .png
        case "jpg", "jpeg": return jpeg
        default:
            throw MediaError(
                .invalidArgument, source: path, problem: "cannot tell the output format from the name",
                remedy: "use the extension .png or .jpg")
        }
    }

    /// Writes an image in the format that its path selects.
    static func write(_ image: Image, to path: String, protecting inputs: [String]) throws(MediaError) {
        try image.write(to: path, as: encoding(for: path), protecting: inputs)
    }

    /// Returns the encoding for an image that is made from `source` and named by this command.
    static func encoding(like source: MediaSource) throws(MediaError) -> ImageEncoding {
        try source.mediaType() == .png ? .png : jpeg
    }

    /// Returns the extension for such an image.
    static func fileExtension(for source: MediaSource) throws(MediaError) -> String {
        try source.mediaType() == .png ? "png" : "jpg"
    }
}
