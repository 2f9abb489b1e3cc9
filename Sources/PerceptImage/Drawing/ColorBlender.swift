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
        if coverage == 255 {
            setRun(first, count: count)
        } else {
            for pixel in first..<first + max(0, count) { blend(pixel, coverage) }
        }
    }

    /// A coverage of its own for each of `count` pixels side by side.
    func blendRow(_ first: Int, count: Int, _ coverage: UnsafePointer<UInt8>) {
        if hasAlpha {
            for pixel in 0..<max(0, count) { blend(first + pixel, coverage[pixel]) }
        } else {
            for pixel in 0..<max(0, count) {
                switch coverage[pixel] {
                case 0: continue
                case 255: setOpaque((first + pixel) * 3)
                case let over: mix((first + pixel) * 3, UInt32(over))
                }
            }
        }
    }

    /// Sixteen, then four pixels at a time, in which the bytes of the colour follow one another.
    private func setRun(_ first: Int, count: Int) {
        guard count > 0, let base = UnsafeMutableRawPointer(bytes.baseAddress) else { return }
        if hasAlpha {
            let pixels = UInt32(
                littleEndian: UInt32(color.red) | UInt32(color.green) << 8 | UInt32(color.blue) << 16 | 0xFF00_0000)
            for pixel in first..<first + count { base.storeBytes(of: pixels, toByteOffset: pixel * 4, as: UInt32.self) }
            return
        }
        let (red, green, blue) = (color.red, color.green, color.blue)
        var place = base + first * 3
        var left = count
        if left >= 16 {
            let one = SIMD16(
                red, green, blue, red, green, blue, red, green, blue, red, green, blue, red, green, blue, red)
            let two = SIMD16(
                green, blue, red, green, blue, red, green, blue, red, green, blue, red, green, blue, red, green)
            let three = SIMD16(
                blue, red, green, blue, red, green, blue, red, green, blue, red, green, blue, red, green, blue)
            while left >= 16 {
                place.storeBytes(of: one, as: SIMD16<UInt8>.self)
                place.storeBytes(of: two, toByteOffset: 16, as: SIMD16<UInt8>.self)
                place.storeBytes(of: three, toByteOffset: 32, as: SIMD16<UInt8>.self)
                place += 48
                left -= 16
            }
        }
        let four = SIMD8(red, green, blue, red, green, blue, red, green)
        let rest = SIMD4(blue, red, green, blue)
        while left >= 4 {
            place.storeBytes(of: four, as: SIMD8<UInt8>.self)
            place.storeBytes(of: rest, toByteOffset: 8, as: SIMD4<UInt8>.self)
            place += 12
            left -= 4
        }
        while left > 0 {
            place.storeBytes(of: red, as: UInt8.self)
            place.storeBytes(of: green, toByteOffset: 1, as: UInt8.self)
            place.storeBytes(of: blue, toByteOffset: 2, as: UInt8.self)
            place += 3
            left -= 1
        }
    }

    @inline(__always)
    private func set(_ pixel: Int) {
        let index = pixel * (hasAlpha ? 4 : 3)
        setOpaque(index)
        if hasAlpha { bytes[index + 3] = 255 }
    }

    @inline(__always)
    private func setOpaque(_ index: Int) {
        bytes[index] = color.red
        bytes[index + 1] = color.green
        bytes[index + 2] = color.blue
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
