public import PerceptCore

/// How the chroma planes of a JPEG are sampled against luma.
public enum ChromaSubsampling: String, Sendable, Hashable, Codable, CaseIterable {
    /// Half the size both ways: for photographs.
    case yuv420 = "4:2:0"
    /// Full size: for screens, text and thin coloured lines.
    case yuv444 = "4:4:4"
}

/// The format a picture is written in.
public enum ImageEncoding: Sendable, Hashable {
    /// Baseline, 8 bits, gray or YCbCr; `quality` 1…100 on libjpeg's scale. There is no transparency.
    case jpeg(quality: Int = 90, chroma: ChromaSubsampling = .yuv420)
    /// Lossless; keeps 16 bits and transparency.
    case png

    public var mediaType: MediaType {
        switch self {
        case .jpeg: .jpeg
        case .png: .png
        }
    }

    /// What is left of a layout when it is written this way.
    public func storedLayout(for layout: Image.Layout) -> Image.Layout {
        switch self {
        case .jpeg: Image.Layout(colorModel: layout.colorModel.opaque, bitDepth: .eight)
        case .png: layout
        }
    }

    /// - Throws: `MediaError` `.invalidArgument` for a quality out of 1…100 or a size the format cannot state.
    func check(size: PixelSize) throws(MediaError) {
        guard size.width > 0, size.height > 0 else {
            throw MediaError(.invalidArgument, problem: "a picture of \(size) pixels cannot be written")
        }
        let longestSide: Int
        switch self {
        case .jpeg(let quality, _):
            guard (1...100).contains(quality) else {
                throw MediaError(
                    .invalidArgument, problem: "a JPEG quality of \(quality) does not exist", remedy: "choose 1 to 100")
            }
            // JPEG_MAX_DIMENSION of libjpeg.
            longestSide = 65500
        case .png: longestSide = Int(Int32.max)
        }
        guard size.longestSide <= longestSide else {
            throw MediaError(
                .invalidArgument, problem: "\(size) is more than \(mediaType.name) can hold (\(longestSide) per side)",
                remedy: "make it smaller, or choose another format")
        }
    }
}
