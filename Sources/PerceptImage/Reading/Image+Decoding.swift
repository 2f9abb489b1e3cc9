public import PerceptCore

extension Image {
    /// Rows that are decoded between two looks at whether the task was cancelled.
    static let stripByteCount = 1 << 20

    /// Reads a whole picture file and turns it upright.
    ///
    /// - Parameters:
    ///   - source: the file or its bytes.
    ///   - limits: what it may not exceed.
    ///   - lenient: whether damaged or missing pixels are made up for, as ``ImageReader`` does; whoever wants
    ///     its warnings calls ``ImageReader/readImage()``.
    ///   - levels: how samples of 16 bits are stretched.
    /// - Throws: as ``ImageReader``; `.limitExceeded` also when the picture takes more than `limits.imageByteCount`
    ///   bytes; `.cancelled`.
    public init(
        decoding source: MediaSource, limits: ResourceLimits = .default, lenient: Bool = false,
        levels: ImageLevels? = nil
    ) throws(MediaError) {
        var reader = try ImageReader(source, limits: limits, lenient: lenient, levels: levels)
        self = try reader.readImage()
    }
}

extension ImageReader {
    /// Reads the whole picture and turns it upright; to be called before any row was read.
    ///
    /// - Throws: as ``readRows(_:into:)``; `.limitExceeded` when the picture takes more than `limits.imageByteCount` bytes;
    ///   `.invalidArgument` when rows have been read; `.cancelled`.
    public mutating func readImage() throws(MediaError) -> Image {
        guard rowCount == 0 else {
            throw MediaError(.invalidArgument, source: name, problem: "\(rowCount) rows have been read already")
        }
        let header = header
        try limits.checkHolding(header.storedSize, layout: header.layout, source: name)
        let bytesPerRow = bytesPerRow
        let rowsPerStrip = max(1, Image.stripByteCount / bytesPerRow)
        var failure: MediaError?
        let bytes = [UInt8](unsafeUninitializedCapacity: bytesPerRow * header.storedSize.height) { buffer, written in
            do throws(MediaError) {
                while remainingRowCount > 0 {
                    try MediaError.checkCancellation()
                    let count = min(rowsPerStrip, remainingRowCount)
                    let strip = UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(buffer)[written..<written + count * bytesPerRow])
                    try readRows(count, into: strip)
                    written += count * bytesPerRow
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return Image(size: header.storedSize, layout: header.layout, uncheckedBytes: bytes)
            .oriented(by: header.orientation)
    }
}
