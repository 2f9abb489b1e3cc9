public import PerceptCore

/// Masks as one PNG whose pixels are numbers of colours, as PASCAL VOC's segmentations are: 0 is no segment, mask `i` of the
/// list has number `i + 1`.
public enum IndexedMaskImage {
    /// As many as one byte numbers beside 0.
    public static let largestMaskCount = 255

    /// PASCAL VOC's colour for a number: its bits 0, 3 and 6 are the three highest of red, bits 1, 4 and 7 of green, bits 2 and
    /// 5 of blue (the devkit's `VOClabelcolormap`). All 256 differ; number 0 is black.
    ///
    /// - Parameter index: taken modulo 256.
    public static func color(at index: Int) -> Color {
        var channels: [UInt8] = [0, 0, 0]
        for place in 0..<3 {
            for channel in 0..<3 where index >> (3 * place + channel) & 1 == 1 && 3 * place + channel < 8 {
                channels[channel] |= 0x80 >> UInt8(place)
            }
        }
        return Color(red: channels[0], green: channels[1], blue: channels[2])
    }

    /// The bytes of the PNG file.
    ///
    /// - Parameters:
    ///   - masks: at most ``largestMaskCount``; where they overlap, later ones lie over earlier ones.
    ///   - size: of the picture.
    ///   - limits: what the picture may not exceed.
    /// - Throws: `MediaError` `.invalidArgument` when a mask is not of `size` or there are too many; `.limitExceeded`;
    ///   `.cancelled`.
    public static func png(
        _ masks: [Mask], size: PixelSize, limits: ResourceLimits = .default
    ) throws(MediaError) -> [UInt8] {
        try Mask.check(size, limits)
        guard masks.count <= largestMaskCount else {
            throw MediaError(
                .invalidArgument, problem: "\(masks.count) masks are more than one byte numbers (\(largestMaskCount))",
                remedy: "draw a panoptic picture, which has three bytes")
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

    /// The masks of such a picture, with their places in the list; those without pixels are missing.
    ///
    /// - Parameter image: as it was decoded, its numbers resolved to their colours.
    /// - Throws: `MediaError` `.invalidArgument` when the picture is not 8-bit rgb or rgba, `.malformedInput` for a colour that is
    ///   none of the table's; `.cancelled`.
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
                throw MediaError(
                    .malformedInput,
                    problem:
                        "a pixel has the colour \(Color(red: bytes[0], green: bytes[1], blue: bytes[2])), which numbers no segment",
                    remedy: "pass the PNG as it was written")
            }
            if number > 0 { masks.append((number - 1, Mask(runs, size: image.size))) }
        }
        return masks.sorted { $0.index < $1.index }
    }
}
