internal import CKernels

/// Mixes one colour over pixels by source-over, with a coverage of 0…255; see `percept_tint`. Areas must lie on the
/// image.
struct ColorBlender {
    /// 8 bits, rgb or rgba.
    let bytes: UnsafeMutableBufferPointer<UInt8>
    let imageWidth: Int
    let hasAlpha: Bool
    let color: Color

    /// Blends all pixels of an area with the same coverage.
    func blend(_ area: PixelRectangle, _ coverage: UInt8) {
        if let rows = rows(area) { percept_tint(rows, kernelColor, coverage) }
    }

    /// Blends each pixel of an area with a coverage of its own; rows of it begin `coveragePerRow` bytes apart.
    func blend(_ area: PixelRectangle, _ coverage: UnsafePointer<UInt8>, coveragePerRow: Int) {
        if let rows = rows(area) { percept_blend(rows, coverage, coveragePerRow, kernelColor) }
    }

    private var kernelColor: ImageColor { ImageColor(red: color.red, green: color.green, blue: color.blue) }

    private func rows(_ area: PixelRectangle) -> ImagePixelRows? {
        guard let base = bytes.baseAddress else { return nil }
        let channelCount = hasAlpha ? 4 : 3
        return ImagePixelRows(
            first: base + (area.y * imageWidth + area.x) * channelCount, bytes_per_row: imageWidth * channelCount,
            row_length: area.width, row_count: area.height, has_alpha: hasAlpha)
    }
}
