import PerceptCore
import PerceptImage
import PerceptTestSupport
import Testing

@Suite("Panoptic and indexed images")
struct PanopticImageTests {
    /// 0x010203 is 3 + 256 · 2 + 65536 · 1: red 3, green 2, blue 1.
    @Test("the identifier is R + 256 G + 65536 B")
    func numbers() throws {
        let size = PixelSize(width: 4, height: 1)
        let masks = try ["#...", ".#..", "..#."].map { try Mask(rows: [$0]) }
        let image = try PanopticImage.drawing(
            [(1, masks[0]), (0x010203, masks[1]), (0xFF_FFFF, masks[2])], size: size)
        #expect(image.layout == .rgb8)
        #expect(image.bytes == [1, 0, 0, 3, 2, 1, 255, 255, 255, 0, 0, 0])
    }

    @Test("each segment survives a PNG round trip", arguments: 0..<60 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let size = try Mask.random(&random).size
        let masks = try Mask.disjoint((0..<6).map { _ in try Mask.random(&random, size: size) })
        let numbered = masks.enumerated().map { (identifier: 250 + $0 * 77, mask: $1) }
        let png = try PanopticImage.drawing(numbered, size: size).encoded(as: .png)
        let read = try PanopticImage.segments(of: Image(decoding: .bytes(png, name: "panoptic.png")))
        let expected = numbered.filter { $0.mask.area > 0 }
        #expect(read.map(\.identifier) == expected.map(\.identifier))
        #expect(read.map(\.mask) == expected.map(\.mask))
        let indexed = try IndexedMaskImage.png(masks, size: size)
        let indices = try IndexedMaskImage.masks(of: Image(decoding: .bytes(indexed, name: "indexed.png")))
        #expect(indices.map(\.index) == expected.map { ($0.identifier - 250) / 77 })
        #expect(indices.map(\.mask) == expected.map(\.mask))
    }

    @Test("later segments cover earlier ones")
    func overlap() throws {
        let image = try PanopticImage.drawing(
            [(1, Mask(rows: ["##."])), (2, Mask(rows: [".##"]))], size: PixelSize(width: 3, height: 1))
        #expect(image.bytes == [1, 0, 0, 2, 0, 0, 2, 0, 0])
    }

    @Test("invalid or repeated identifiers and masks of another size are rejected")
    func refusals() throws {
        let mask = try Mask(rows: ["#."])
        for identifiers in [[0], [-1], [0x100_0000], [.max], [1, 1]] {
            expectMediaError(.invalidArgument) {
                _ = try PanopticImage.drawing(identifiers.map { ($0, mask) }, size: mask.size)
            }
        }
        let other = PixelSize(width: 1, height: 2)
        expectMediaError(.invalidArgument) { _ = try PanopticImage.drawing([(1, mask)], size: other) }
        expectMediaError(.invalidArgument) { _ = try IndexedMaskImage.png([mask], size: other) }
        expectMediaError(.invalidArgument) { _ = try PanopticImage.segments(of: mask.image()) }
        let many = [Mask](repeating: mask, count: 256)
        expectMediaError(.invalidArgument) { _ = try IndexedMaskImage.png(many, size: mask.size) }
        // A colour outside the table.
        let stray = try Image(size: PixelSize(width: 1, height: 1), layout: .rgb8, bytes: [1, 2, 3])
        expectMediaError(.malformedInput) { _ = try IndexedMaskImage.masks(of: stray) }
    }

    /// The first and some later colours of the VOC devkit's table, from its documentation.
    @Test("colours equal PASCAL VOC's")
    func colors() {
        let known = [
            (0, "#000000"), (1, "#800000"), (2, "#008000"), (3, "#808000"), (4, "#000080"), (7, "#808080"),
            (8, "#400000"), (20, "#004080"), (255, "#e0e0c0"),
        ]
        for (index, color) in known { #expect(IndexedMaskImage.color(at: index).description == color) }
        #expect(Set((0...255).map { IndexedMaskImage.color(at: $0) }).count == 256)
    }
}
