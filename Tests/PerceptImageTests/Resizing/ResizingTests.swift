import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite struct ResizingTests {
    /// The filters as defined by their authors, by distance in pixels of the smaller image.
    private func weight(_ filter: ResizeFilter, _ x: Double) -> Double {
        func sinc(_ x: Double) -> Double { x == 0 ? 1 : sine(.pi * x) / (.pi * x) }
        let d = abs(x)
        return switch filter {
        case .nearest: 0
        case .box: d <= 0.5 ? 1 : 0
        case .bilinear: max(0, 1 - d)
        case .hamming: d < 1 ? sinc(d) * (0.54 + 0.46 * sine(.pi * (d + 0.5))) : 0
        case .bicubic:
            d < 1 ? 1.5 * d * d * d - 2.5 * d * d + 1 : d < 2 ? -0.5 * d * d * d + 2.5 * d * d - 4 * d + 2 : 0
        case .lanczos: d < 3 ? sinc(d) * sinc(d / 3) : 0
        }
    }

    /// Computed by its series, independently of the library.
    private func sine(_ x: Double) -> Double {
        let turns = (x / (2 * .pi)).rounded()
        let angle = x - turns * 2 * .pi
        var (term, sum) = (angle, angle)
        for n in 1..<20 {
            term *= -angle * angle / Double(2 * n * (2 * n + 1))
            sum += term
        }
        return sum
    }

    /// Every output pixel as one weighted mean over all input pixels, in both directions at once.
    private func oracle(_ values: [[Double]], _ size: PixelSize, _ filter: ResizeFilter) -> [[Double]] {
        func weights(_ index: Int, _ from: Int, _ to: Int) -> [Double] {
            let scale = Double(from) / Double(to)
            let raw = (0..<from).map {
                weight(filter, (Double($0) + 0.5 - (Double(index) + 0.5) * scale) / max(1, scale))
            }
            let sum = raw.reduce(0, +)
            return raw.map { $0 / sum }
        }
        return (0..<size.height).map { y in
            let down = weights(y, values.count, size.height)
            return (0..<size.width).map { x in
                let across = weights(x, values[0].count, size.width)
                var sum = 0.0
                for (row, v) in zip(values, down) { for (value, h) in zip(row, across) { sum += value * v * h } }
                return sum
            }
        }
    }

    private func samples(_ image: Image) -> [UInt16] {
        image.bytes.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 2).map { bytes.loadUnaligned(fromByteOffset: $0, as: UInt16.self) }
        }
    }

    /// Gray, and each channel of rgb; up, down, odd sizes, and one pixel wide or high.
    @Test(
        arguments: ResizeFilter.allCases.filter { $0 != .nearest },
        [
            PixelSize(width: 7, height: 5), PixelSize(width: 40, height: 33), PixelSize(width: 3, height: 50),
            PixelSize(width: 1, height: 1), PixelSize(width: 51, height: 1), PixelSize(width: 23, height: 7),
        ])
    func sixteenBitsAreWithinHalfAUnit(filter: ResizeFilter, target: PixelSize) throws {
        var generator = SplitMix64(seed: 5)
        let size = PixelSize(width: 23, height: 19)
        for colorModel in [Image.ColorModel.gray, .rgb] {
            let planes = (0..<colorModel.channelCount).map { _ in
                (0..<size.height).map { _ in
                    (0..<size.width).map { _ in Double(UInt16.random(in: 0 ... .max, using: &generator)) }
                }
            }
            var bytes: [UInt8] = []
            for y in 0..<size.height {
                for x in 0..<size.width {
                    for plane in planes { withUnsafeBytes(of: UInt16(plane[y][x])) { bytes += $0 } }
                }
            }
            let image = try Image(size: size, layout: .init(colorModel: colorModel, bitDepth: .sixteen), bytes: bytes)
            let resized = samples(try image.resized(to: target, filter: filter))
            #expect(resized.count == target.pixelCount * planes.count)
            for (channel, plane) in planes.enumerated() {
                let exact = oracle(plane, target, filter).flatMap { $0 }
                for (index, value) in exact.enumerated() {
                    let got = Double(resized[index * planes.count + channel])
                    // The edge of the box filter may fall on pixel centres, where either side is right; at these sizes
                    // it does not.
                    #expect(abs(got - min(max(value, 0), 65535)) <= 0.5 + 1e-6)
                }
            }
        }
    }

    @Test func sixteenBitColorsAreWeightedByAlpha() throws {
        // Half of the pixels are transparent and of another colour, which must not show.
        let pixels: [[UInt16]] = [[40000, 0, 1000, 65535], [0, 65535, 65535, 0]]
        let bytes = (0..<64).flatMap { index in
            pixels[index % 2].flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
        }
        let image = try Image(
            size: PixelSize(width: 8, height: 8), layout: .init(colorModel: .rgba, bitDepth: .sixteen), bytes: bytes)
        let resized = samples(try image.resized(to: PixelSize(width: 2, height: 2), filter: .box))
        #expect(resized == Array(repeating: [40000, 0, 1000, 32768], count: 4).flatMap { $0 })
    }

    @Test(arguments: ResizeFilter.allCases, [Image.BitDepth.eight, .sixteen])
    func aFlatPictureStaysFlat(filter: ResizeFilter, bitDepth: Image.BitDepth) throws {
        let size = PixelSize(width: 37, height: 29)
        let layout = Image.Layout(colorModel: .rgb, bitDepth: bitDepth)
        let bytes = [UInt8](repeating: 201, count: size.pixelCount * layout.bytesPerPixel)
        let image = try Image(size: size, layout: layout, bytes: bytes)
        for target in [
            PixelSize(width: 5, height: 3), PixelSize(width: 90, height: 41), PixelSize(width: 37, height: 4),
        ] {
            #expect(try image.resized(to: target, filter: filter).bytes.allSatisfy { $0 == 201 })
        }
    }

    @Test(arguments: ResizeFilter.allCases) func rowsInAnyPortionsGiveTheSame(filter: ResizeFilter) throws {
        var generator = SplitMix64(seed: 3)
        for layout in [
            Image.Layout.rgb8, .init(colorModel: .rgba, bitDepth: .eight), .init(colorModel: .gray, bitDepth: .sixteen),
        ] {
            let size = PixelSize(width: 31, height: 57)
            let bytes = (0..<size.pixelCount * layout.bytesPerPixel).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let image = try Image(size: size, layout: layout, bytes: bytes)
            for target in [
                PixelSize(width: 12, height: 20), PixelSize(width: 50, height: 9), PixelSize(width: 44, height: 80),
            ] {
                let resizer = try RowResizer(from: size, to: target, layout: layout, filter: filter)
                var streamed: [UInt8] = []
                var row = 0
                while row < size.height {
                    let count = min(Int.random(in: 1...6, using: &generator), size.height - row)
                    try image.bytes.withUnsafeBytes { bytes in
                        let part = bytes[row * image.bytesPerRow..<(row + count) * image.bytesPerRow]
                        try resizer.append(UnsafeRawBufferPointer(rebasing: part)) { streamed.append(contentsOf: $0) }
                    }
                    row += count
                }
                #expect(streamed == (try image.resized(to: target, filter: filter).bytes))
            }
        }
    }

    /// Weights and rows by hand, with 12 bytes per weight and four rows of bytes per tap. Up from 4×4 to 8×8 there are
    /// 2 · 1 + 2 taps: 4 · 8 · 12 + 4 · (8 · 12 + 8 · 3 · 4) = 1152 bytes. Down from 8×8 to 4×4 there are 2 · 2 + 2:
    /// 6 · 4 · 12 + 6 · (4 · 12 + 8 · 3 · 4) = 1152 bytes.
    @Test(arguments: [(4, 8), (8, 4)])
    func theMemoryOfAResizeIsLimited(from: Int, to: Int) throws {
        let image = try Image(
            size: PixelSize(width: from, height: from), layout: .rgb8,
            bytes: [UInt8](repeating: 9, count: from * from * 3))
        let target = PixelSize(width: to, height: to)
        let exact = ResourceLimits(imageByteCount: 1152)
        #expect(try image.resized(to: target, filter: .bilinear, limits: exact).size == target)
        expectMediaError(.limitExceeded) {
            _ = try image.resized(to: target, filter: .bilinear, limits: ResourceLimits(imageByteCount: 1151))
        }
    }

    @Test func invalidSizesAreRejected() throws {
        let image = try Image(
            size: PixelSize(width: 2, height: 2), layout: .rgb8, bytes: [UInt8](repeating: 0, count: 12))
        for (target, kind) in [
            (PixelSize(width: 0, height: 4), MediaError.Kind.invalidArgument),
            (PixelSize(width: 4, height: -1), .invalidArgument),
            (PixelSize(width: 1 << 20, height: 1 << 20), .limitExceeded),
            (PixelSize(width: .max, height: .max), .limitExceeded),
        ] {
            for filter in ResizeFilter.allCases {
                let error = #expect(throws: MediaError.self) { try image.resized(to: target, filter: filter) }
                #expect(error?.kind == kind)
            }
        }
    }

    /// Sides by hand: 8×5 halves to 4×2.5, and halves round up; an image within the bound is returned as it is.
    @Test(arguments: [
        (PixelSize(width: 8, height: 5), 4, PixelSize(width: 4, height: 3)),
        (PixelSize(width: 5, height: 8), 4, PixelSize(width: 3, height: 4)),
        (PixelSize(width: 31, height: 20), 16, PixelSize(width: 16, height: 10)),
        (PixelSize(width: 9, height: 1), 3, PixelSize(width: 3, height: 1)),
        (PixelSize(width: 8, height: 5), 8, PixelSize(width: 8, height: 5)),
        (PixelSize(width: 8, height: 5), 9, PixelSize(width: 8, height: 5)),
    ])
    func anImageIsFittedToItsLongestSide(size: PixelSize, bound: Int, expected: PixelSize) throws {
        let image = try Image(
            size: size, layout: .rgb8, bytes: (0..<size.pixelCount * 3).map { UInt8(truncatingIfNeeded: $0 * 7) })
        let fitted = try image.fitted(longestSide: bound)
        #expect(fitted == (expected == size ? image : try image.resized(to: expected)))
        #expect(throws: MediaError.self) { try image.fitted(longestSide: 0) }
    }
}
