public import PerceptCore

extension Image {
    /// Returns the image reduced so that its longest side has at most `longestSide` pixels; a smaller image is returned
    /// unchanged.
    ///
    /// The longest side becomes exactly the bound. The other is rounded to nearest, halves up, and is at least 1 pixel.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the bound is not positive, `.limitExceeded`, `.cancelled`.
    public func fitted(
        longestSide: Int, filter: ResizeFilter = .lanczos, limits: ResourceLimits = .default
    ) throws(MediaError) -> Image {
        let preparation = ImagePreparation(longestSide: longestSide)
        return try resized(to: preparation.uploadSize(for: size), filter: filter, limits: limits)
    }

    /// Returns the image at another size.
    ///
    /// Pixel centres are at halves, the filter is widened when downscaling, and colours are weighted by alpha. 8-bit
    /// results equal Pillow's `Image.resize` byte for byte; 16-bit results are computed in `Double` and rounded to
    /// nearest.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if a side is not positive, `.limitExceeded`, `.cancelled`.
    public func resized(
        to newSize: PixelSize, filter: ResizeFilter = .lanczos, limits: ResourceLimits = .default
    ) throws(MediaError) -> Image {
        let resizer = try RowResizer(from: size, to: newSize, layout: layout, filter: filter, limits: limits)
        try limits.checkHolding(newSize, layout: layout)
        if newSize == size { return self }
        let byteCount = newSize.pixelCount * layout.bytesPerPixel
        let stripBytes = max(1, Self.stripByteCount / bytesPerRow) * bytesPerRow
        var failure: MediaError?
        let resized = [UInt8](unsafeUninitializedCapacity: byteCount) { output, written in
            bytes.withUnsafeBytes { input in
                let output = UnsafeMutableRawBufferPointer(output)
                do throws(MediaError) {
                    for start in stride(from: 0, to: input.count, by: stripBytes) {
                        try MediaError.checkCancellation()
                        let strip = input[start..<min(start + stripBytes, input.count)]
                        try resizer.append(UnsafeRawBufferPointer(rebasing: strip)) { row throws(MediaError) in
                            UnsafeMutableRawBufferPointer(rebasing: output[written...]).copyMemory(from: row)
                            written += row.count
                        }
                    }
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
        return Image(size: newSize, layout: layout, uncheckedBytes: resized)
    }
}
