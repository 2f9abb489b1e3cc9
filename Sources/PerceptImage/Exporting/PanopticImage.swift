public import PerceptCore

/// An image that stores segments as colours, as COCO's panoptic format does: the segment identifier of a pixel is R +
/// 256 · G + 65536 · B; 0 is background.
public enum PanopticImage {
    /// The largest identifier that three bytes hold.
    public static let largestIdentifier = 0xFF_FFFF

    /// Draws segments into an 8-bit rgb image, ready to be written as PNG.
    ///
    /// - Parameters:
    ///   - segments: Masks of one size; later ones cover earlier ones. `Mask.disjoint(_:)` removes overlaps.
    ///   - size: The size of the image.
    ///   - limits: The resource limits.
    /// - Throws: `MediaError` `.invalidArgument` if the size of a mask differs from `size`, or an identifier is not in
    ///   1…``largestIdentifier`` or not unique; `.limitExceeded`; `.cancelled`.
    public static func drawing(
        _ segments: [(identifier: Int, mask: Mask)], size: PixelSize, limits: ResourceLimits = .default
    ) throws(MediaError) -> Image {
        try Mask.check(size, limits)
        var taken: Set<Int> = []
        var bytes = [UInt8](repeating: 0, count: size.pixelCount * 3)
        for (identifier, mask) in segments {
            try MediaError.checkCancellation()
            guard (1...largestIdentifier).contains(identifier), taken.insert(identifier).inserted else {
                throw MediaError(
                    .invalidArgument,
                    problem:
                        "invalid segment identifier \(identifier): not in 1…\(largestIdentifier), or not unique",
                    remedy: "number the segments from 1")
            }
            try mask.checkFits(size)
            let color = (0..<3).map { UInt8(truncatingIfNeeded: identifier >> (8 * $0)) }
            bytes.withUnsafeMutableBufferPointer { bytes in
                for run in mask.runs {
                    for pixel in run {
                        bytes[pixel * 3] = color[0]
                        bytes[pixel * 3 + 1] = color[1]
                        bytes[pixel * 3 + 2] = color[2]
                    }
                }
            }
        }
        return Image(size: size, layout: .rgb8, uncheckedBytes: bytes)
    }

    /// Extracts the segments of a panoptic image with their identifiers.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the image is not 8-bit rgb or rgba; `.cancelled`.
    public static func segments(of image: Image) throws(MediaError) -> [(identifier: Int, mask: Mask)] {
        try check(image)
        return try image.colorRuns().filter { $0.key != 0 }
            .map { (identifier: $0.key, mask: Mask($0.value, size: image.size)) }
            .sorted { $0.identifier < $1.identifier }
    }

    static func check(_ image: Image) throws(MediaError) {
        guard image.layout.bitDepth == .eight, image.layout.colorModel.opaque == .rgb else {
            throw MediaError(
                .invalidArgument, problem: "not a segment image: expected 8-bit rgb or rgba",
                remedy: "pass the PNG unchanged")
        }
    }
}

extension Mask {
    func checkFits(_ size: PixelSize) throws(MediaError) {
        guard self.size == size else {
            throw MediaError(
                .invalidArgument, problem: "the size of the mask (\(self.size)) differs from the image (\(size))",
                remedy: "resize the mask")
        }
    }
}

extension Image {
    /// Returns the pixels of each colour of an 8-bit rgb or rgba image, keyed by R + 256 · G + 65536 · B.
    func colorRuns() throws(MediaError) -> [Int: PixelRuns] {
        var runs: [Int: PixelRuns] = [:]
        let step = layout.bytesPerPixel
        for row in 0..<height {
            try MediaError.checkCancellation()
            bytes.withUnsafeBufferPointer { bytes in
                var start = row * width
                let end = start + width
                while start < end {
                    let color = Self.color(bytes, start * step)
                    var next = start + 1
                    while next < end, Self.color(bytes, next * step) == color { next += 1 }
                    runs[color, default: PixelRuns()].append(start..<next)
                    start = next
                }
            }
        }
        return runs
    }

    private static func color(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
        Int(bytes[index]) | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2]) << 16
    }
}
