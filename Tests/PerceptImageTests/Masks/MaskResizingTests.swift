import PerceptCore
import PerceptImage
import PerceptTestSupport
import Testing

@Suite("Resizing masks")
struct MaskResizingTests {
    /// Computed with Pillow 12: `resize((n, 1), Image.Resampling.NEAREST)` of 0, 10, … 60.
    @Test(
        "equals Pillow's nearest filter",
        arguments: [
            (3, [10, 30, 50]), (10, [0, 10, 10, 20, 30, 30, 40, 50, 50, 60]),
            (16, [0, 0, 10, 10, 10, 20, 20, 30, 30, 40, 40, 50, 50, 50, 60, 60]),
        ] as [(Int, [UInt8])])
    func pillow(width: Int, expected: [UInt8]) throws {
        let row = try Mask(size: PixelSize(width: 7, height: 1), pixels: (0..<7).map { $0 * 10 }, threshold: 9)
        let resized = try row.resized(to: PixelSize(width: width, height: 1))
        #expect(resized.pixels == expected)
        #expect(resized.threshold == 9)
        let column = try Mask(size: PixelSize(width: 1, height: 7), pixels: (0..<7).map { $0 * 10 })
        #expect(try column.resized(to: PixelSize(width: 1, height: width)).pixels == expected)
    }

    @Test("each pixel takes the old one at its centre")
    func closedForm() throws {
        for oldWidth in 1...12 {
            for newWidth in 1...12 {
                let old = try Mask(
                    size: PixelSize(width: oldWidth, height: 2), pixels: (0..<2 * oldWidth).map { UInt8($0) })
                let new = try old.resized(to: PixelSize(width: newWidth, height: 3))
                // The rows of a 3-row mask from a 2-row one: centres at 1/3, 1 and 5/3 of the old rows.
                let scale = Double(oldWidth) / Double(newWidth)
                let columns = (0..<newWidth).map { Int((Double($0) + 0.5) * scale + 1e-9) }
                let expected: [UInt8] = [0, 1, 1].flatMap { row in columns.map { UInt8(row * oldWidth + $0) } }
                #expect(new.pixels == expected)
            }
        }
    }

    @Test("enlarging by an integer factor and reducing restores the mask")
    func thereAndBack() throws {
        var random = SplitMix64(seed: 3)
        let mask = try Mask(
            size: PixelSize(width: 7, height: 5), pixels: (0..<35).map { _ in .random(in: 0...255, using: &random) })
        for factor in 1...4 {
            let large = try mask.resized(to: PixelSize(width: 7 * factor, height: 5 * factor))
            #expect(large.area == mask.area * factor * factor)
            #expect(try large.resized(to: mask.size) == mask)
        }
    }

    @Test("invalid and excessive sizes are rejected before allocation")
    func refusals() throws {
        let mask = try Mask(size: PixelSize(width: 1, height: 1), pixels: [255])
        for (width, height, kind) in [
            (0, 5, MediaError.Kind.invalidArgument), (5, -1, .invalidArgument), (.max, .max, .limitExceeded),
            (100_000, 100_000, .limitExceeded),
        ] {
            let error = #expect(throws: MediaError.self) {
                try mask.resized(to: PixelSize(width: width, height: height))
            }
            #expect(error?.kind == kind)
        }
    }
}
