import ArgumentParser
import Foundation
import PerceptCore
import PerceptImage

/// The format that the name of an output asks for.
enum PictureOutput {
    /// JPEG quality of annotated pictures: thin coloured lines must survive.
    private static let jpeg = ImageEncoding.jpeg(quality: 95, chroma: .yuv444)

    /// - Throws: ``MediaError`` `.invalidArgument` for an extension that is neither PNG's nor JPEG's.
    static func encoding(for path: String) throws(MediaError) -> ImageEncoding {
        switch (path as NSString).pathExtension.lowercased() {
        case "png": return .png
        case "jpg", "jpeg": return jpeg
        default:
            throw MediaError(
                .invalidArgument, source: path, problem: "the name does not say which format to write",
                remedy: "end it in .png or .jpg")
        }
    }

    /// Writes a picture in the format that its path asks for.
    static func write(_ image: Image, to path: String, protecting inputs: [String]) throws(MediaError) {
        try image.write(to: path, as: encoding(for: path), protecting: inputs)
    }

    /// The format for a picture made from `source` whose name is ours to choose.
    static func encoding(like source: MediaSource) throws(MediaError) -> ImageEncoding {
        try source.mediaType() == .png ? .png : jpeg
    }

    /// The extension for such a picture.
    static func fileExtension(for source: MediaSource) throws(MediaError) -> String {
        try source.mediaType() == .png ? "png" : "jpg"
    }
}
