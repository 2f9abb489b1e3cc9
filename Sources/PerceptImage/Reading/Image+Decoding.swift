public import PerceptCore

extension Image {
    /// Rows that are decoded between two looks at whether the task was cancelled.
    static let stripByteCount = 1 << 20

    /// Reads a whole picture file and turns it upright.
    ///
    /// - Parameters:
    ///   - source: the file or its bytes.
    ///   - limits: what it may not exceed.
    ///   - lenient: whether damaged or missing pixels are made up for, as ``ImageReader`` does; its warnings are not told.
    /// - Throws: as ``ImageReader``; `.limitExceeded` also when the picture takes more than `limits.imageByteCount`
    ///   bytes; `.cancelled`.
    public init(
        decoding source: MediaSource, limits: ResourceLimits = .default, lenient: Bool = false
    ) throws(MediaError) {
        var reader = try ImageReader(source, limits: limits, lenient: lenient)
        self = try reader.readImage(source: source, limits: limits)
    }
}

extension ImageReader {
    /// The rest of the picture's rows as an upright image; to be called before any row was read.
    fileprivate mutating func readImage(source: MediaSource, limits: ResourceLimits) throws(MediaError) -> Image {
        let header = header
        try limits.checkHolding(header.storedSize, layout: header.layout, source: source.name)
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
