internal import PerceptCore

/// Decoding, resizing, turning and encoding, one behind the other, strip by strip.
///
/// Stored rows are resized as they come, to the stored form of the result. When the picture stands upright already they
/// go straight on into the encoder; else the result, which is small, is collected and turned.
struct PreparationChain: ~Copyable {
    private let header: ImageHeader
    private let resizer: RowResizer
    private var writer: ImageWriter
    private var collected: [UInt8] = []
    private let collects: Bool

    init(
        header: ImageHeader, uploadSize: PixelSize, filter: ResizeFilter, limits: ResourceLimits, source: String,
        writer: consuming ImageWriter
    ) throws(MediaError) {
        let storedResultSize = header.orientation.applied(to: uploadSize)
        collects = header.orientation != .upright
        if collects { try limits.checkHolding(uploadSize, layout: header.layout, source: source) }
        resizer = try RowResizer(
            from: header.storedSize, to: storedResultSize, layout: header.layout, filter: filter,
            orientation: header.orientation, limits: limits)
        self.header = header
        self.writer = writer
        if collects { collected.reserveCapacity(uploadSize.pixelCount * header.layout.bytesPerPixel) }
    }

    mutating func run(_ reader: inout ImageReader, _ progress: ((Double) -> Void)?) throws(MediaError) {
        // Small enough to stay in the processor's cache on its way through.
        let stripBytes = 256 << 10
        let rowCount = max(1, stripBytes / reader.bytesPerRow)
        let strip = WorkingMemory<UInt8>(
            repeating: 0, count: min(rowCount, header.storedSize.height) * reader.bytesPerRow)
        while reader.remainingRowCount > 0 {
            try MediaError.checkCancellation()
            let count = min(rowCount, reader.remainingRowCount)
            let rows = UnsafeMutableRawBufferPointer(start: strip.start, count: count * reader.bytesPerRow)
            try reader.readRows(count, into: rows)
            try resizer.append(UnsafeRawBufferPointer(rows)) { row throws(MediaError) in
                if collects { collected.append(contentsOf: row) } else { try writer.write(row) }
            }
            progress?(Double(reader.rowCount) / Double(header.storedSize.height))
        }
    }

    consuming func finish() throws(MediaError) -> ImageWriter.Summary {
        if collects {
            let image = Image(size: resizer.outputSize, layout: header.layout, uncheckedBytes: collected)
            try image.oriented(by: header.orientation).write(to: &writer)
        }
        return try writer.finish()
    }
}
