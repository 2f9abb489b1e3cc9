import PerceptCore
import PerceptTestSupport

@testable import PerceptImage

/// The pictures of TestMedia/golden/make_palette_golden.py.
enum PalettePictures {
    /// Every sixth pixel of the scene, both ways.
    static func scene() throws -> Image {
        let whole = try Image(decoding: .file(TestFiles.media("images/scene.png")))
        let size = PixelSize(width: (whole.width + 5) / 6, height: (whole.height + 5) / 6)
        var bytes: [UInt8] = []
        for y in 0..<size.height {
            for x in 0..<size.width {
                let start = (y * whole.width + x) * 6 * whole.layout.bytesPerPixel
                bytes += whole.bytes[start..<start + 3]
            }
        }
        return try Image(size: size, layout: .rgb8, bytes: bytes)
    }

    /// With a disc of soft edge as its alpha.
    static func withDisc(_ image: Image) throws -> Image {
        var bytes: [UInt8] = []
        for (pixel, color) in image.colors.enumerated() {
            let (x, y) = (pixel % image.width - 80, pixel / image.width - 53)
            // Rounded down, as in Python; what is negative becomes 0 either way.
            let depth = 2250 - x * x - y * y
            bytes += [color.x, color.y, color.z, UInt8(min(max(depth / 4, 0), 255))]
        }
        return try Image(size: image.size, layout: Image.Layout(colorModel: .rgba, bitDepth: .eight), bytes: bytes)
    }

    static func gray(_ image: Image) throws -> Image {
        let bytes = image.colors.map { color in
            let luma = 299 * Int(color.x) + 587 * Int(color.y) + 114 * Int(color.z)
            return UInt8((luma + 500) / 1000)
        }
        return try Image(size: image.size, layout: Image.Layout(colorModel: .gray, bitDepth: .eight), bytes: bytes)
    }

    /// Slopes with noise.
    static func slopes() throws -> Image {
        let size = PixelSize(width: 96, height: 72)
        var state: UInt32 = 1
        var bytes: [UInt8] = []
        for y in 0..<size.height {
            for x in 0..<size.width {
                for value in [2 * x + y, 200 - 2 * y, x * y / 32 + 20] {
                    state = state &* 1_664_525 &+ 1_013_904_223
                    bytes.append(UInt8(min(max(value + Int(state >> 16) % 25 - 12, 0), 255)))
                }
            }
        }
        return try Image(size: size, layout: .rgb8, bytes: bytes)
    }
}

extension Image {
    /// The pixels of an 8-bit image.
    var colors: [PaletteColor] {
        let step = layout.bytesPerPixel
        return (0..<size.pixelCount).map { pixel in
            let channels = bytes[pixel * step..<(pixel + 1) * step]
            let first = channels.startIndex
            return switch layout.colorModel {
            case .gray: PaletteColor(channels[first], channels[first], channels[first], 255)
            case .grayAlpha: PaletteColor(channels[first], channels[first], channels[first], channels[first + 1])
            case .rgb: PaletteColor(channels[first], channels[first + 1], channels[first + 2], 255)
            case .rgba:
                PaletteColor(channels[first], channels[first + 1], channels[first + 2], channels[first + 3])
            }
        }
    }
}
