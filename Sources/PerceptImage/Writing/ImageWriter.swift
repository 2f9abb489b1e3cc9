public import PerceptCore

/// Writes an image row by row, from top to bottom, into memory or a file that appears complete or not at all.
public struct ImageWriter: ~Copyable {
    /// The result of a completed image.
    public struct Summary: Sendable, Hashable {
        /// The number of encoded bytes.
        public let byteCount: Int
        /// The encoded image; empty if written to a file.
        public let bytes: [UInt8]
    }

    /// The size of the image, in pixels.
    public let size: PixelSize
    /// The layout of the rows to write.
    public let layout: Image.Layout
    /// The file format.
    public let encoding: ImageEncoding
    private var encoder: ImageEncoder
    private let file: OutputFile?
    private let flattening: RowFlattening?
    private var flattened: [UInt8] = []
    private let byteLimit: Int
    private var rowCount = 0

    /// Creates a writer into memory.
    ///
    /// - Parameters:
    ///   - byteLimit: The maximum size of the encoded image, in bytes.
    ///   - size: The size of the image, in pixels.
    ///   - layout: The layout of the rows to write.
    ///   - encoding: The format.
    ///   - matte: The colour behind transparent pixels, if the format has no transparency.
    /// - Throws: `MediaError` `.invalidArgument` for a quality outside 1…100, or a size that the format cannot hold.
    public init(
        toMemory byteLimit: Int = ResourceLimits.default.uploadByteCount, size: PixelSize, layout: Image.Layout,
        encoding: ImageEncoding, matte: Color = .white
    ) throws(MediaError) {
        try self.init(into: nil, byteLimit: byteLimit, size, layout, encoding, matte)
    }

    /// Creates a writer to a file.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - inputs: Files that must not be replaced.
    ///   - size: The size of the image, in pixels.
    ///   - layout: The layout of the rows to write.
    ///   - encoding: The format.
    ///   - matte: The colour behind transparent pixels, if the format has no transparency.
    /// - Throws: `MediaError` as ``init(toMemory:size:layout:encoding:matte:)``, and `.invalidArgument` if the output
    ///   is one of `inputs`, `.outputNotCreatable` if its folder does not exist or is not writable.
    public init(
        toFile path: String, protecting inputs: [String] = [], size: PixelSize, layout: Image.Layout,
        encoding: ImageEncoding, matte: Color = .white
    ) throws(MediaError) {
        try encoding.check(size: size)
        let file = try OutputFile(path: path, protecting: inputs)
        try self.init(into: consume file, byteLimit: .max, size, layout, encoding, matte)
    }

    /// Creates a writer to an open file, or into memory.
    init(
        into file: consuming OutputFile?, byteLimit: Int, _ size: PixelSize, _ layout: Image.Layout,
        _ encoding: ImageEncoding, _ matte: Color, content: ImageEncoder.Content = .photo
    ) throws(MediaError) {
        try encoding.check(size: size)
        let storedLayout = encoding.storedLayout(for: layout)
        let descriptor: CInt? =
            switch file {
            case .some(let file): file.descriptor
            case .none: nil
            }
        encoder = try ImageEncoder(
            size: size, layout: storedLayout, encoding: encoding, descriptor: descriptor, content: content)
        flattening = storedLayout == layout ? nil : RowFlattening(from: layout, matte: matte)
        self.file = file
        self.byteLimit = byteLimit
        self.size = size
        self.layout = layout
        self.encoding = encoding
    }

    /// The number of bytes per row.
    public var bytesPerRow: Int { size.width * layout.bytesPerPixel }

    /// Writes consecutive rows without padding.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for a partial row, or more rows than the image has; `.inputOutput` if
    ///   the file cannot be written; `.limitExceeded` if the memory limit is reached.
    public mutating func write(_ rows: UnsafeRawBufferPointer) throws(MediaError) {
        let (count, rest) = rows.count.quotientAndRemainder(dividingBy: bytesPerRow)
        guard rest == 0, count <= size.height - rowCount else {
            throw MediaError(
                .invalidArgument, problem: "\(rows.count) bytes are not whole rows of an image of \(size), or too many")
        }
        if let flattening {
            flattened.removeAll(keepingCapacity: true)
            flattening.append(rows, to: &flattened)
            var failure: MediaError?
            flattened.withUnsafeBytes { rows in
                do throws(MediaError) { try encoder.write(rows, file: file) } catch { failure = error }
            }
            if let failure { throw failure }
        } else {
            try encoder.write(rows, file: file)
        }
        rowCount += count
        try checkByteLimit()
    }

    /// Completes the image and moves the file into place.
    ///
    /// - Throws: `MediaError` `.inputOutput` if the last bytes cannot be written, `.invalidArgument` if rows are
    ///   missing; no file is left.
    public consuming func finish() throws(MediaError) -> Summary {
        try encoder.finish(file: file)
        try checkByteLimit()
        let summary = Summary(byteCount: encoder.byteCount, bytes: encoder.bytes)
        switch consume file {
        case .some(let file): try file.commit()
        case .none: break
        }
        return summary
    }

    private func checkByteLimit() throws(MediaError) {
        guard encoder.byteCount > byteLimit else { return }
        throw .exceeded(
            .uploadByteCount, byteLimit, problem: "the encoded image exceeds the limit of \(byteLimit) bytes",
            alternative: "choose a smaller size or a lower quality")
    }
}
