import Foundation
import PerceptCore
import PerceptImage

/// Images that the scripts of TestMedia/golden compute identically, and the hash that names the results.
enum PseudorandomPicture {
    /// Bits 16…23 of the states of a linear congruential generator; each fourth pixel opaque, each fifth clear.
    static func image(_ size: PixelSize, _ colorModel: Image.ColorModel) throws -> Image {
        var state: UInt32 = 1
        var bytes: [UInt8] = []
        for pixel in 0..<size.pixelCount {
            for channel in 0..<colorModel.channelCount {
                state = state &* 1_664_525 &+ 1_013_904_223
                let value = UInt8(state >> 16 & 0xFF)
                let isAlpha = colorModel.hasAlpha && channel == colorModel.channelCount - 1
                bytes.append(isAlpha ? (pixel % 4 == 0 ? 255 : pixel % 5 == 0 ? 0 : value) : value)
            }
        }
        return try Image(size: size, layout: Image.Layout(colorModel: colorModel, bitDepth: .eight), bytes: bytes)
    }

    static func fnv1a(_ bytes: [UInt8]) -> String {
        let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(format: "%016llx", hash)
    }
}

/// 64-bit FNV-1a, as the scripts in TestMedia/golden compute it over raw pixels.
func fnv1a(_ bytes: [UInt8]) -> String {
    let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return String(format: "%016llx", hash)
}
