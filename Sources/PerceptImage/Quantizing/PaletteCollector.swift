internal import PerceptCore

/// Collects the rows of a picture until it can be given a palette, which takes all of them.
///
/// A pixel is held in four bytes, and while the palette is made in a fifth, its number.
struct PaletteCollector: ~Copyable {
    private let size: PixelSize
    private let layout: Image.Layout
    private let colorCount: Int
    private var pixels: [PaletteColor] = []
    private var detector: DrawnPictureDetector

    /// - Throws: ``MediaError`` `.limitExceeded` when five bytes a pixel are more than `limits.imageByteCount`.
    init(_ size: PixelSize, _ layout: Image.Layout, colorCount: Int, _ limits: ResourceLimits) throws(MediaError) {
        let (byteCount, overflow) = size.pixelCount.multipliedReportingOverflow(by: 5)
        guard !overflow, byteCount <= limits.imageByteCount else {
            throw .exceeded(
                .imageByteCount,
                problem:
                    "\(size) pixels of 5 bytes, to find \(colorCount) colours for, are more than the limit of \(limits.imageByteCount) bytes",
                alternative: "make the picture smaller")
        }
        self.size = size
        self.layout = layout
        self.colorCount = colorCount
        detector = DrawnPictureDetector(width: size.width)
        pixels.reserveCapacity(size.pixelCount)
    }

    /// Takes the next rows, one behind the other; 16 bits become 8 as in ``RowFlattening``.
    mutating func append(_ rows: UnsafeRawBufferPointer) {
        let first = pixels.count
        switch layout.bitDepth {
        case .eight: append(pixelCount: rows.count / layout.bytesPerPixel) { rows[$0] }
        case .sixteen:
            append(pixelCount: rows.count / layout.bytesPerPixel) {
                let value = Int(rows.loadUnaligned(fromByteOffset: $0 * 2, as: UInt16.self))
                return UInt8(truncatingIfNeeded: (value * 255 + 32767) / 65535)
            }
        }
        // As they look on white, which is what most transparent drawings are made for.
        var opaque: [UInt8] = []
        opaque.reserveCapacity((pixels.count - first) * 3)
        for color in pixels[first...] {
            let alpha = Int(color.w)
            for channel in 0..<3 {
                opaque.append(
                    UInt8(truncatingIfNeeded: (Int(color[channel]) * alpha + 255 * (255 - alpha) + 127) / 255))
            }
        }
        opaque.withUnsafeBytes { detector.append($0) }
    }

    @inline(__always)
    private mutating func append(pixelCount: Int, sample: (Int) -> UInt8) {
        let channelCount = layout.colorModel.channelCount
        let colorModel = layout.colorModel
        for pixel in 0..<pixelCount {
            let index = pixel * channelCount
            let first = sample(index)
            let color =
                switch colorModel {
                case .gray: PaletteColor(first, first, first, 255)
                case .grayAlpha: PaletteColor(first, first, first, sample(index + 1))
                case .rgb: PaletteColor(first, sample(index + 1), sample(index + 2), 255)
                case .rgba: PaletteColor(first, sample(index + 1), sample(index + 2), sample(index + 3))
                }
            pixels.append(color)
        }
    }

    /// - Throws: ``MediaError`` `.cancelled`.
    consuming func finish() throws(MediaError) -> PaletteImage {
        let diffuses = !detector.isDrawn
        return try PaletteImage(reducing: pixels, size, to: colorCount, diffuses: diffuses)
    }
}

extension PaletteImage {
    /// Writes the picture as PNG.
    ///
    /// - Parameter layout: of the picture that it was made of. Gray ones of more than 16 colours are written as gray: they have
    ///   no more than 256 anyway, and the filters of PNG make of grays less than of their numbers.
    func write(
        into file: consuming OutputFile?, byteLimit: Int, layout: Image.Layout
    ) throws(MediaError) -> ImageWriter.Summary {
        let isGray = layout.colorModel == .gray && colors.count > 16
        let values = isGray ? indices.map { colors[Int($0)].x } : indices
        let gray = Image.Layout(colorModel: .gray, bitDepth: .eight)
        var writer = try ImageWriter(
            into: consume file, byteLimit: byteLimit, size, gray, .png, .white,
            content: isGray ? .picture : .indices(colors))
        try Image(size: size, layout: gray, uncheckedBytes: values).write(to: &writer)
        return try writer.finish()
    }
}
