public import PerceptCore

/// A PNG with indexed colours that stores masks as PASCAL VOC does: index 0 is background, mask `i` of the list has
/// index `i + 1`.
public enum IndexedMaskImage {
    /// The maximum number of masks: one byte, less the background.
    public static let largestMaskCount = 255

    /// Returns PASCAL VOC's colour for an index. Bits 0, 3 and 6 of the index are the three highest bits of red, bits
    /// 1, 4 and 7 those of green, bits 2 and 5 those of blue (the devkit's `VOClabelcolormap`). All 256 colours differ;
    /// index 0 is black.
    ///
    /// - Parameter index: The index, taken modulo 256.
    public static func color(at index: Int) -> Color {
        var channels: [UInt8] = [0, 0, 0]
        for place in 0..<3 {
            for channel in 0..<3 where index >> (3 * place + channel) & 1 == 1 && 3 * place + channel < 8 {
                channels[channel] |= 0x80 >> UInt8(place)
            }
        }
        return Color(red: channels[0], green: channels[1], blue: channels[2])
    }

    /// Encodes masks as a PNG file.
    ///
    /// - Parameters:
    ///   - masks: At most ``largestMaskCount`` masks; later ones cover earlier ones.
    ///   - size: The size of the image.
    ///   - limits: The resource limits.
    /// - Throws: `MediaError` `.invalidArgument` if the size of a mask differs from `size` or there are too many masks;
    ///   `.limitExceeded`; `.cancelled`.
    public static func png(
        _ masks: [Mask], size: PixelSize, limits: ResourceLimits = .default
    ) throws(MediaError) -> [UInt8] {
        try Mask.check(size, limits)
        guard masks.count <= largestMaskCount else {
            throw MediaError(
                .invalidArgument,
                problem: "too many masks for indexed colours: \(masks.count), at most \(largestMaskCount)",
                remedy: "write a panoptic image, which has three bytes per pixel")
        }
        var bytes = [UInt8](repeating: 0, count: size.pixelCount)
        for (index, mask) in masks.enumerated() {
            try MediaError.checkCancellation()
            try mask.checkFits(size)
            bytes.withUnsafeMutableBufferPointer { bytes in
                for run in mask.runs { bytes[run].update(repeating: UInt8(truncatingIfNeeded: index + 1)) }
            }
        }
        let layout = Image.Layout(colorModel: .gray, bitDepth: .eight)
        return try Image(size: size, layout: layout, uncheckedBytes: bytes)
            .encodedFlatPNG(colors: (0...masks.count).map { color(at: $0) })
    }

    /// Extracts the masks from such an image, with their indexes in the original list; masks without pixels are
    /// missing.
    ///
    /// - Parameter image: The decoded image, with indexes resolved to colours.
    /// - Throws: `MediaError` `.invalidArgument` if the image is not 8-bit rgb or rgba, `.malformedInput` for a colour
    ///   outside the table; `.cancelled`.
    public static func masks(of image: Image) throws(MediaError) -> [(index: Int, mask: Mask)] {
        try PanopticImage.check(image)
        let numbers = Dictionary(
            uniqueKeysWithValues: (0...largestMaskCount).map { number in
                let color = color(at: number)
                return (Int(color.red) | Int(color.green) << 8 | Int(color.blue) << 16, number)
            })
        var masks: [(index: Int, mask: Mask)] = []
        for (color, runs) in try image.colorRuns() {
            guard let number = numbers[color] else {
                let bytes = (0..<3).map { UInt8(truncatingIfNeeded: color >> (8 * $0)) }
                let found = Color(red: bytes[0], green: bytes[1], blue: bytes[2])
                throw MediaError(
                    .malformedInput, problem: "found the colour \(found), which is not a segment",
                    remedy: "pass the PNG unchanged")
            }
            if number > 0 { masks.append((number - 1, Mask(runs, size: image.size))) }
        }
        return masks.sorted { $0.index < $1.index }
    }
}
