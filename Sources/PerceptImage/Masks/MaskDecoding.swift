import PerceptCore

extension Mask {
    /// Converts an image of any colour model and depth to a mask.
    ///
    /// - gray: the value itself.
    /// - rgb: the luma of ITU-R BT.601, `(19595 R + 38470 G + 7471 B + 32768) >> 16`, the integer form used by Pillow's
    ///   `convert("L")`; a gray pixel keeps its value.
    /// - grayAlpha, rgba: the value (or luma) if every pixel is opaque; alpha if all pixels that are not fully
    ///   transparent share one colour (a cut-out shape); otherwise their product, rounded to nearest.
    /// - 16 bits: computed at 16 bits, then `(v · 255 + 32767) / 65535`.
    /// - An image with a largest value of 1 holds class indices 0 and 1, not shades of black: 1 becomes 255.
    public init(_ image: Image, threshold: UInt8 = defaultThreshold) {
        let model = image.layout.colorModel
        let values =
            switch image.layout.bitDepth {
            case .eight:
                // The usual case needs no second copy of the pixels.
                model == .gray && image.bytes.contains { $0 > 1 }
                    ? image.bytes
                    : image.bytes.withUnsafeBufferPointer { MaskSamples(samples: $0, colorModel: model).values() }
            case .sixteen:
                image.samples16.withUnsafeBufferPointer { MaskSamples(samples: $0, colorModel: model).values() }
            }
        self.init(values: values, size: image.size, threshold: threshold)
    }

    /// Returns the mask as an 8-bit gray image.
    public func image() -> Image {
        Image(size: size, layout: Image.Layout(colorModel: .gray, bitDepth: .eight), uncheckedBytes: pixels)
    }
}

/// The channels of an image that is converted to a mask.
private struct MaskSamples<Sample: FixedWidthInteger & UnsignedInteger> {
    let samples: UnsafeBufferPointer<Sample>
    private let channelCount: Int
    private let isColor: Bool
    private let alphaMeaning: AlphaMeaning

    /// The meaning of the alpha channel for the mask.
    private enum AlphaMeaning {
        /// No alpha channel, or every pixel is opaque.
        case nothing
        /// One colour throughout: the shape is in the alpha channel.
        case shape
        /// Both colour and alpha vary.
        case weight
    }

    init(samples: UnsafeBufferPointer<Sample>, colorModel: Image.ColorModel) {
        self.samples = samples
        channelCount = colorModel.channelCount
        isColor = colorModel.opaque == .rgb
        alphaMeaning =
            colorModel.hasAlpha ? Self.alphaMeaning(samples, channelCount: colorModel.channelCount) : .nothing
    }

    /// Returns the values of the mask, 0…255.
    func values() -> [UInt8] {
        let pixelCount = samples.count / channelCount
        let isIndexed = largestValue() <= 1
        let maximum = UInt32(Sample.max)
        return [UInt8](unsafeUninitializedCapacity: pixelCount) { output, written in
            for pixel in 0..<pixelCount {
                let value = value(pixel)
                output[pixel] =
                    isIndexed
                    ? (value == 0 ? 0 : 255) : UInt8(truncatingIfNeeded: (value * 255 + maximum / 2) / maximum)
            }
            written = pixelCount
        }
    }

    /// Returns the largest value, or the first value above 1.
    func largestValue() -> UInt32 {
        var largest: UInt32 = 0
        for pixel in 0..<samples.count / channelCount {
            largest = max(largest, value(pixel))
            if largest > 1 { break }
        }
        return largest
    }

    private func value(_ pixel: Int) -> UInt32 {
        let index = pixel * channelCount
        switch alphaMeaning {
        case .nothing: return luma(index)
        case .shape: return UInt32(samples[index + channelCount - 1])
        case .weight:
            let maximum = UInt64(Sample.max)
            let product = UInt64(luma(index)) * UInt64(samples[index + channelCount - 1])
            return UInt32(truncatingIfNeeded: (product + maximum / 2) / maximum)
        }
    }

    private func luma(_ index: Int) -> UInt32 {
        guard isColor else { return UInt32(samples[index]) }
        // 65535 · 65536 + 32768 still fits in 32 bits.
        return
            (19595 * UInt32(samples[index]) + 38470 * UInt32(samples[index + 1]) + 7471 * UInt32(samples[index + 2])
            + 32768) >> 16
    }

    private static func alphaMeaning(_ samples: UnsafeBufferPointer<Sample>, channelCount: Int) -> AlphaMeaning {
        var isOpaque = true
        var isUniform = true
        var first: Int?
        for index in stride(from: 0, to: samples.count, by: channelCount) {
            let alpha = samples[index + channelCount - 1]
            if alpha != .max { isOpaque = false }
            guard alpha > 0 else { continue }
            if let first {
                for channel in 0..<channelCount - 1 where samples[index + channel] != samples[first + channel] {
                    isUniform = false
                }
            } else {
                first = index
            }
            if !isOpaque && !isUniform { break }
        }
        return isOpaque ? .nothing : isUniform ? .shape : .weight
    }
}

extension Image {
    /// The channels of a 16-bit image as integers.
    var samples16: [UInt16] {
        bytes.withUnsafeBytes { bytes in
            [UInt16](unsafeUninitializedCapacity: bytes.count / 2) { output, written in
                for index in 0..<bytes.count / 2 {
                    output[index] = bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)
                }
                written = bytes.count / 2
            }
        }
    }
}
