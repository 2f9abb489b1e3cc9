public import PerceptCore

/// Writes a picture row by row, from top to bottom, into a file that appears whole or not at all, or into memory.
public struct ImageWriter: ~Copyable {
    /// What was written.
    public struct Summary: Sendable, Hashable {
        public let byteCount: Int
        /// The encoded picture; empty when it was written to a file.
        public let bytes: [UInt8]
    }

    public let size: PixelSize
    /// Of the rows that are handed over.
    public let layout: Image.Layout
    public let encoding: ImageEncoding
    private var encoder: ImageEncoder
    private let file: OutputFile?
    private let flattening: RowFlattening?
    private var flattened: [UInt8] = []
    private let byteLimit: Int
    private var rowCount = 0

    /// Starts a picture in memory.
    ///
    /// - Parameters:
    ///   - byteLimit: at most this many bytes are held.
    ///   - size: of the picture, in pixels.
    ///   - layout: of the rows that will be written.
    ///   - encoding: the format.
    ///   - matte: what shows through transparent pixels when the format has no transparency.
    /// - Throws: `MediaError` `.invalidArgument` for a quality out of 1…100, or a size that the format cannot hold.
    public init(
        toMemory byteLimit: Int = ResourceLimits.default.uploadByteCount, size: PixelSize, layout: Image.Layout,
        encoding: ImageEncoding, matte: Color = .white
    ) throws(MediaError) {
        try self.init(into: nil, byteLimit: byteLimit, size, layout, encoding, matte)
    }

    /// Starts a picture in a file.
    ///
    /// - Parameters:
    ///   - path: where the file is to stand.
    ///   - inputs: files that must not be replaced.
    ///   - size: of the picture, in pixels.
    ///   - layout: of the rows that will be written.
    ///   - encoding: the format.
    ///   - matte: what shows through transparent pixels when the format has no transparency.
    /// - Throws: `MediaError` as ``init(toMemory:size:layout:encoding:matte:)``, and `.invalidArgument` when the output
    ///   is one of `inputs`, `.outputNotCreatable` when its folder does not exist or may not be written.
    public init(
        toFile path: String, protecting inputs: [String] = [], size: PixelSize, layout: Image.Layout,
        encoding: ImageEncoding, matte: Color = .white
    ) throws(MediaError) {
        try encoding.check(size: size)
        let file = try OutputFile(path: path, protecting: inputs)
        try self.init(into: consume file, byteLimit: .max, size, layout, encoding, matte)
    }

    /// Starts a picture in a file that is open already, or in memory.
    init(
        into file: consuming OutputFile?, byteLimit: Int, _ size: PixelSize, _ layout: Image.Layout,
        _ encoding: ImageEncoding, _ matte: Color, content: ImageEncoder.Content = .picture
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

    public var bytesPerRow: Int { size.width * layout.bytesPerPixel }

    /// Writes the next rows, one behind the other without padding.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for a part of a row, or more rows than the picture has;
    ///   `.inputOutput` when the file takes no more; `.limitExceeded` when memory is used up.
    public mutating func write(_ rows: UnsafeRawBufferPointer) throws(MediaError) {
        let (count, rest) = rows.count.quotientAndRemainder(dividingBy: bytesPerRow)
        guard rest == 0, count <= size.height - rowCount else {
            throw MediaError(
                .invalidArgument, problem: "\(rows.count) bytes are not the next rows of a \(size) picture")
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

    /// Completes the picture, and puts the file in its place.
    ///
    /// - Throws: `MediaError` `.inputOutput` when the last bytes cannot be written, `.invalidArgument` when rows are
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
            .uploadByteCount, problem: "the encoded picture is more than \(byteLimit) bytes",
            alternative: "ask for a smaller picture or a lower quality")
    }
}
