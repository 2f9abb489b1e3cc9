/// Converts rows of any layout to rows that JPEG can hold: 8 bits, with transparent pixels over a matte.
///
/// 16 bits become 8 by `(v · 255 + 32767) / 65535`. A pixel with alpha `a` (of a maximum `m`) becomes
/// `(v · a + matte · (m − a) + m / 2) / m` in each channel, at 16 bits before the conversion. On gray, the matte is
/// converted to its luma (ITU-R BT.601).
struct RowFlattening {
    let layout: Image.Layout
    let matte: [Int]

    init(from layout: Image.Layout, matte: Color) {
        self.layout = layout
        let (red, green, blue) = (Int(matte.red), Int(matte.green), Int(matte.blue))
        self.matte =
            layout.colorModel.opaque == .rgb
            ? [red, green, blue] : [(299 * red + 587 * green + 114 * blue + 500) / 1000]
    }

    /// Appends the flattened pixels of whole rows to `output`.
    func append(_ rows: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        switch layout.bitDepth {
        case .eight:
            append(rows, to: &output, maximum: 255) { Int(rows[$0]) }
        case .sixteen:
            append(rows, to: &output, maximum: 65535) {
                Int(rows.loadUnaligned(fromByteOffset: $0 * 2, as: UInt16.self))
            }
        }
    }

    @inline(__always)
    private func append(
        _ rows: UnsafeRawBufferPointer, to output: inout [UInt8], maximum: Int, sample: (Int) -> Int
    ) {
        let channelCount = layout.colorModel.channelCount
        let colorCount = matte.count
        let to8: (Int) -> UInt8 = { UInt8(truncatingIfNeeded: maximum == 255 ? $0 : ($0 * 255 + 32767) / 65535) }
        for pixel in 0..<rows.count / layout.bytesPerPixel {
            let index = pixel * channelCount
            let alpha = layout.colorModel.hasAlpha ? sample(index + colorCount) : maximum
            for channel in 0..<colorCount {
                let ground = matte[channel] * (maximum / 255)
                let value = sample(index + channel) * alpha + ground * (maximum - alpha)
                output.append(to8((value + maximum / 2) / maximum))
            }
        }
    }
}
