internal import CKernels

/// Blends one colour over pixels by their coverage.
///
/// Uses straight-alpha source-over (Porter and Duff 1984) in integers, rounded to nearest; coverage is 0…255. Areas
/// must lie within the image.
struct ColorBlender {
    /// The pixels, 8-bit rgb or rgba.
    let bytes: UnsafeMutableBufferPointer<UInt8>
    let imageWidth: Int
    let hasAlpha: Bool
    let color: Color

    @inline(__always)
    func blend(_ pixel: Int, _ coverage: UInt8) {
        if coverage == 0 { return }
        if coverage == 255 {
            set(pixel)
        } else if hasAlpha {
            mixWithAlpha(pixel * 4, UInt32(coverage))
        } else {
            mix(pixel * 3, UInt32(coverage))
        }
    }

    /// Blends an area with uniform coverage.
    func blend(_ area: PixelRectangle, _ coverage: UInt8) {
        if coverage == 0 { return }
        if let rows = opaqueRows(area) {
            if coverage == 255 {
                percept_fill_rgb(rows, kernelColor)
            } else {
                percept_tint_rgb(rows, kernelColor, coverage)
            }
            return
        }
        for row in area.rows {
            let first = row * imageWidth + area.x
            if coverage == 255 {
                setRun(first..<first + area.width)
            } else {
                for pixel in first..<first + area.width { blend(pixel, coverage) }
            }
        }
    }

    /// Blends an area with a coverage per pixel; rows of coverage are `coveragePerRow` bytes apart.
    func blend(_ area: PixelRectangle, _ coverage: UnsafePointer<UInt8>, coveragePerRow: Int) {
        if let rows = opaqueRows(area) {
            percept_blend_rgb(rows, coverage, coveragePerRow, kernelColor)
            return
        }
        for row in 0..<area.height {
            let first = (area.y + row) * imageWidth + area.x
            for column in 0..<area.width { blend(first + column, coverage[row * coveragePerRow + column]) }
        }
    }

    private var kernelColor: ImageColor { ImageColor(red: color.red, green: color.green, blue: color.blue) }

    /// Returns the rows of an opaque image, or `nil` if pixels have alpha.
    private func opaqueRows(_ area: PixelRectangle) -> ImagePixelRows? {
        guard !hasAlpha, let base = bytes.baseAddress else { return nil }
        return ImagePixelRows(
            first: base + (area.y * imageWidth + area.x) * 3, bytes_per_row: imageWidth * 3, row_length: area.width,
            row_count: area.height)
    }

    /// Sets pixels with alpha.
    private func setRun(_ pixels: Range<Int>) {
        guard let base = UnsafeMutableRawPointer(bytes.baseAddress) else { return }
        let value = UInt32(
            littleEndian: UInt32(color.red) | UInt32(color.green) << 8 | UInt32(color.blue) << 16 | 0xFF00_0000)
        for pixel in pixels { base.storeBytes(of: value, toByteOffset: pixel * 4, as: UInt32.self) }
    }

    @inline(__always)
    private func set(_ pixel: Int) {
        let index = pixel * (hasAlpha ? 4 : 3)
        bytes[index] = color.red
        bytes[index + 1] = color.green
        bytes[index + 2] = color.blue
        if hasAlpha { bytes[index + 3] = 255 }
    }

    @inline(__always)
    private func mix(_ index: Int, _ over: UInt32) {
        func mixed(_ new: UInt8, _ old: UInt8) -> UInt8 {
            UInt8(truncatingIfNeeded: (UInt32(new) * over + UInt32(old) * (255 - over) + 127) / 255)
        }
        bytes[index] = mixed(color.red, bytes[index])
        bytes[index + 1] = mixed(color.green, bytes[index + 1])
        bytes[index + 2] = mixed(color.blue, bytes[index + 2])
    }

    private func mixWithAlpha(_ index: Int, _ over: UInt32) {
        let kept = UInt32(bytes[index + 3]) * (255 - over)
        let total = over * 255 + kept
        func mixed(_ new: UInt8, _ old: UInt8) -> UInt8 {
            UInt8(truncatingIfNeeded: (UInt32(new) * over * 255 + UInt32(old) * kept + total / 2) / total)
        }
        bytes[index] = mixed(color.red, bytes[index])
        bytes[index + 1] = mixed(color.green, bytes[index + 1])
        bytes[index + 2] = mixed(color.blue, bytes[index + 2])
        bytes[index + 3] = UInt8(truncatingIfNeeded: (total + 127) / 255)
    }
}
