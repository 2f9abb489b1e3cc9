/// Mixes one colour over pixels, by how much of each it covers.
///
/// Straight-alpha source-over (Porter and Duff 1984), in whole numbers, rounded to nearest; coverage is 0…255.
struct ColorBlender {
    /// 8 bits, rgb or rgba.
    let bytes: UnsafeMutableBufferPointer<UInt8>
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

    /// The same coverage for `count` pixels side by side.
    func blendRun(_ first: Int, count: Int, _ coverage: UInt8) {
        for pixel in first..<first + max(0, count) { blend(pixel, coverage) }
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
