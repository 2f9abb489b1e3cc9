public import PerceptCore

/// The chroma subsampling of a JPEG.
public enum ChromaSubsampling: String, Sendable, Hashable, Codable, CaseIterable {
    /// Half the size in both directions: for photographs.
    case yuv420 = "4:2:0"
    /// Full size: for screens, text and thin coloured lines.
    case yuv444 = "4:4:4"
}

/// The file format of an image.
public enum ImageEncoding: Sendable, Hashable {
    /// Baseline JPEG, 8-bit gray or YCbCr without transparency; `quality` is 1…100 on libjpeg's scale.
    case jpeg(quality: Int = 90, chroma: ChromaSubsampling = .yuv420)
    /// PNG: lossless, with 16 bits and transparency.
    case png

    /// The media type of the format.
    public var mediaType: MediaType {
        switch self {
        case .jpeg: .jpeg
        case .png: .png
        }
    }

    /// Returns the layout that remains when an image is stored in this format.
    public func storedLayout(for layout: Image.Layout) -> Image.Layout {
        switch self {
        case .jpeg: Image.Layout(colorModel: layout.colorModel.opaque, bitDepth: .eight)
        case .png: layout
        }
    }

    /// Checks the quality and size.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for a quality outside 1…100 or a size that the format cannot hold.
    func check(size: PixelSize) throws(MediaError) {
        guard size.width > 0, size.height > 0 else {
            throw MediaError(.invalidArgument, problem: "invalid image size: \(size) pixels")
        }
        let longestSide: Int
        switch self {
        case .jpeg(let quality, _):
            guard (1...100).contains(quality) else {
                throw MediaError(
                    .invalidArgument, problem: "invalid JPEG quality: \(quality)", remedy: "choose 1 to 100")
            }
            // JPEG_MAX_DIMENSION of libjpeg.
            longestSide = 65500
        case .png: longestSide = Int(Int32.max)
        }
        guard size.longestSide <= longestSide else {
            throw MediaError(
                .invalidArgument, problem: "\(size) exceeds the maximum of \(mediaType.name) (\(longestSide) per side)",
                remedy: "choose a smaller size or another format")
        }
    }
}
