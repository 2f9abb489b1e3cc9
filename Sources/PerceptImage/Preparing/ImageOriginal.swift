internal import PerceptCore

/// The source of a preparation.
enum ImageOriginal {
    case source(MediaSource)
    case image(Image)

    var name: String? {
        switch self {
        case .source(let source): source.name
        case .image: nil
        }
    }

    /// The files that must not be replaced.
    var paths: [String] {
        switch self {
        case .source(let source): source.path.map { [$0] } ?? []
        case .image: []
        }
    }

    /// Opens the file and reads its header.
    func opened(limits: ResourceLimits, lenient: Bool, levels: ImageLevels?) throws(MediaError) -> OpenedImage {
        switch self {
        case .source(let source):
            OpenedImage(try ImageReader(source, limits: limits, lenient: lenient, levels: levels))
        case .image(let image): OpenedImage(image, levels)
        }
    }
}

/// An original with unread pixels, which can be read once.
struct OpenedImage: ~Copyable {
    private enum Pixels: ~Copyable {
        case file(ImageReader)
        case image(Image)
    }

    let storedSize: PixelSize
    let orientation: Orientation
    /// The layout of the pixels.
    let layout: Image.Layout
    let mediaType: MediaType
    /// The stretching of the samples; `nil` if they are not stretched.
    let levels: SampleRange?
    /// Indicates whether stretching was requested but the samples do not have 16 bits.
    private let isUnstretched: Bool
    private let pixels: Pixels

    init(_ reader: consuming ImageReader) {
        let header = reader.header
        storedSize = header.storedSize
        orientation = header.orientation
        layout = header.layout
        mediaType = header.mediaType
        levels = reader.levels
        isUnstretched = false
        pixels = .file(reader)
    }

    init(_ image: Image, _ levels: ImageLevels?) {
        storedSize = image.size
        orientation = .upright
        layout = image.layout
        mediaType = .png
        let range: SampleRange? =
            switch levels {
            case .none: nil
            case .automatic: image.sampleRange
            case .range(let range): image.layout.bitDepth == .sixteen ? range : nil
            }
        self.levels = range.flatMap { $0.low < $0.high ? $0 : nil }
        isUnstretched = levels.map { $0 != .automatic && range == nil } ?? false
        pixels = .image(self.levels.map { image.stretched($0) } ?? image)
    }

    /// Passes the rows that `geometry` describes to `emit`, upright and without padding.
    ///
    /// - Returns: warnings about the file that affect no pixels, and about a small sample range.
    consuming func render(
        _ geometry: GeometryReceipt, filter: ResizeFilter, reducesDecoding: Bool, limits: ResourceLimits,
        progress: ((Double) -> Void)?, emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) -> [Warning] {
        switch consume pixels {
        case .file(var reader):
            let reduction =
                reducesDecoding && filter != .nearest ? geometry.reductions.first { reader.reduce(by: $0) } ?? 1 : 1
            var chain = try PreparationChain(geometry, layout, filter, reduction: reduction, limits)
            let strips = StripReadAhead(reader)
            try chain.run(strips, progress, emit)
            try chain.finish(emit)
            return strips.warnings + (levels == nil ? [strips.sampleRange?.warning].compactMap(\.self) : [])
        case .image(let image):
            var chain = try PreparationChain(geometry, layout, filter, limits)
            try chain.run(image, emit)
            try chain.finish(emit)
            if isUnstretched { return [ImageLevels.notApplied] }
            return levels == nil ? [image.sampleRange?.warning].compactMap(\.self) : []
        }
    }
}
