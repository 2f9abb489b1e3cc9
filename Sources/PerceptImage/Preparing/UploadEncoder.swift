internal import PerceptCore

/// Encodes the rows of an upload into memory or a file.
///
/// To choose the chroma sampling from the pixels, up to ``lookAheadByteCount`` bytes of rows are examined before the
/// first is encoded.
struct UploadEncoder: ~Copyable {
    enum Destination {
        /// The maximum size of the upload in bytes.
        case memory(Int)
        case file(String, protecting: [String])
    }

    /// The encoded result.
    struct Upload {
        let summary: ImageWriter.Summary
        /// The chroma sampling that was requested or chosen.
        let chroma: ChromaSubsampling?
    }

    /// The number of bytes examined to choose the chroma sampling, more than an image of the default size.
    static let lookAheadByteCount = 8 << 20

    let size: PixelSize
    let layout: Image.Layout
    private let mediaType: MediaType
    private let quality: Int
    private let byteLimit: Int
    private var file: OutputFile?
    private var writer: ImageWriter?
    private var detector: DrawingDetector
    private var heldRows: [UInt8] = []
    private var chroma: ChromaSubsampling?

    /// - Parameter layout: the layout of the rows, which the format must support.
    init(
        _ destination: Destination, size: PixelSize, layout: Image.Layout, mediaType: MediaType,
        _ preparation: ImagePreparation
    ) throws(MediaError) {
        self.size = size
        self.layout = layout
        self.mediaType = mediaType
        quality = preparation.quality
        detector = DrawingDetector(width: size.width)
        let isColorJPEG = mediaType == .jpeg && layout == .rgb8
        chroma = preparation.chroma ?? (isColorJPEG ? nil : .yuv420)
        file = nil
        writer = nil
        if case .memory(let limit) = destination { byteLimit = limit } else { byteLimit = .max }
        try Self.encoding(mediaType, quality, .yuv420).check(size: size)
        if case .file(let path, let inputs) = destination { file = try OutputFile(path: path, protecting: inputs) }
        if chroma != nil {
            try open()
        } else {
            // Growing in steps would copy the rows once more and touch twice the memory.
            heldRows.reserveCapacity(min(size.width * size.height * 3, Self.lookAheadByteCount))
        }
    }

    /// Encodes the next rows in order.
    mutating func write(_ rows: UnsafeRawBufferPointer) throws(MediaError) {
        guard chroma == nil else {
            try writer?.write(rows)
            return
        }
        detector.append(rows)
        heldRows.append(contentsOf: rows)
        if heldRows.count >= Self.lookAheadByteCount { try decide() }
    }

    consuming func finish() throws(MediaError) -> Upload {
        if chroma == nil { try decide() }
        guard let writer = writer.take() else { throw .cancelled }
        return Upload(summary: try writer.finish(), chroma: chroma)
    }

    private mutating func decide() throws(MediaError) {
        chroma = detector.isDrawn ? .yuv444 : .yuv420
        try open()
        let rows = heldRows
        heldRows = []
        try rows.emit { rows throws(MediaError) in try writer?.write(rows) }
    }

    private mutating func open() throws(MediaError) {
        writer = try ImageWriter(
            into: file.take(), byteLimit: byteLimit, size, layout, Self.encoding(mediaType, quality, chroma ?? .yuv420),
            .white)
    }

    private static func encoding(
        _ mediaType: MediaType, _ quality: Int, _ chroma: ChromaSubsampling
    ) -> ImageEncoding {
        mediaType == .jpeg ? .jpeg(quality: quality, chroma: chroma) : .png
    }
}
