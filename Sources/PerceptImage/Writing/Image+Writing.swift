public import PerceptCore

extension Image {
    /// Returns the image encoded as a file.
    ///
    /// - Parameters:
    ///   - encoding: The format.
    ///   - matte: The colour behind transparent pixels, if the format has no transparency.
    /// - Throws: As ``ImageWriter``; `.cancelled`.
    public func encoded(as encoding: ImageEncoding, matte: Color = .white) throws(MediaError) -> [UInt8] {
        var writer = try ImageWriter(toMemory: .max, size: size, layout: layout, encoding: encoding, matte: matte)
        try write(to: &writer)
        return try writer.finish().bytes
    }

    /// Writes the image to a file that appears complete or not at all.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - encoding: The format.
    ///   - inputs: Files that must not be replaced.
    ///   - matte: The colour behind transparent pixels, if the format has no transparency.
    /// - Throws: As ``ImageWriter``; `.cancelled`.
    public func write(
        to path: String, as encoding: ImageEncoding, protecting inputs: [String] = [], matte: Color = .white
    ) throws(MediaError) {
        var writer = try ImageWriter(
            toFile: path, protecting: inputs, size: size, layout: layout, encoding: encoding, matte: matte)
        try write(to: &writer)
        _ = try writer.finish()
    }

    /// Writes all rows to `writer`, strip by strip.
    func write(to writer: inout ImageWriter) throws(MediaError) {
        try forEachStrip { strip throws(MediaError) in try writer.write(strip) }
    }

    /// Calls `body` with all rows in strips, from top to bottom.
    func forEachStrip(
        _ body: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        let stripBytes = max(1, Self.stripByteCount / bytesPerRow) * bytesPerRow
        var failure: MediaError?
        bytes.withUnsafeBytes { bytes in
            do throws(MediaError) {
                for start in stride(from: 0, to: bytes.count, by: stripBytes) {
                    try MediaError.checkCancellation()
                    let end = min(start + stripBytes, bytes.count)
                    try body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
