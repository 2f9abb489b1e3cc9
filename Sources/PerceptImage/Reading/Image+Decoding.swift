public import PerceptCore

extension Image {
    /// The number of rows decoded between checks for cancellation.
    static let stripByteCount = 1 << 20

    /// Reads a whole image file and turns it upright.
    ///
    /// - Parameters:
    ///   - source: the file or its bytes.
    ///   - limits: the limits on the image.
    ///   - lenient: replaces damaged or missing pixels, as ``ImageReader`` does; call ``ImageReader/readImage()`` to
    ///     get its warnings.
    ///   - levels: the stretching of 16-bit samples.
    /// - Throws: the errors of ``ImageReader``; `.limitExceeded` also if the image exceeds `limits.imageByteCount`
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
    /// Reads the whole image and turns it upright. Must be called before any row is read.
    ///
    /// - Throws: the errors of ``readRows(_:into:)``; `.limitExceeded` if the image exceeds `limits.imageByteCount`
    ///   bytes; `.invalidArgument` if rows have been read; `.cancelled`.
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
