import PerceptCore
import Testing

@testable import PerceptImage

@Suite struct OrientationTests {
    /// The upright form of the stored image "abc / def", from the table in EXIF 3.0 §4.6.5.1 (row 0 and column 0 of
    /// the stored image are the visual top and left, top and right, …).
    private static let shown: [Orientation: [String]] = [
        .upright: ["abc", "def"],
        .mirrorHorizontally: ["cba", "fed"],
        .rotate180: ["fed", "cba"],
        .mirrorVertically: ["def", "abc"],
        .transpose: ["ad", "be", "cf"],
        .rotateClockwise: ["da", "eb", "fc"],
        .transverse: ["fc", "eb", "da"],
        .rotateCounterclockwise: ["cf", "be", "ad"],
    ]

    private static let layouts: [Image.Layout] = Image.ColorModel.allCases.flatMap { colorModel in
        [Image.BitDepth.eight, .sixteen].map { Image.Layout(colorModel: colorModel, bitDepth: $0) }
    }

    @Test(arguments: Orientation.allCases, layouts)
    func pixelsGoWhereViewersShowThem(orientation: Orientation, layout: Image.Layout) throws {
        /// A pixel of that name, every byte different.
        func pixel(_ name: UInt8) -> [UInt8] { (0..<layout.bytesPerPixel).map { name &* 2 &+ UInt8($0) } }
        let stored = try Image(
            size: PixelSize(width: 3, height: 2), layout: layout, bytes: "abcdef".utf8.flatMap(pixel))
        let shown = try #require(Self.shown[orientation])
        let upright = stored.oriented(by: orientation)
        #expect(upright.size == PixelSize(width: shown[0].count, height: shown.count))
        #expect(upright.size == orientation.applied(to: stored.size))
        #expect(upright.layout == layout)
        #expect(upright.bytes == shown.joined().utf8.flatMap(pixel))
    }

    @Test func everyCaseAndLayoutIsThere() {
        #expect(Orientation.allCases.map(\.rawValue) == Array(1...8))
        #expect(Self.shown.count == 8 && Self.layouts.count == 8)
    }

    /// Larger than a tile both ways, so that tiles meet and are cut off.
    @Test(arguments: Orientation.allCases) func boxesGoWithTheirPixels(orientation: Orientation) throws {
        let size = PixelSize(width: 150, height: 90)
        let box = (xMin: 20, yMin: 65, xMax: 140, yMax: 80)
        let bytes = (0..<size.pixelCount).map { index -> UInt8 in
            let (y, x) = index.quotientAndRemainder(dividingBy: size.width)
            return (box.xMin..<box.xMax).contains(x) && (box.yMin..<box.yMax).contains(y) ? 255 : 0
        }
        let layout = Image.Layout(colorModel: .gray, bitDepth: .eight)
        let upright = try Image(size: size, layout: layout, bytes: bytes).oriented(by: orientation)
        let stored = BoundingBox(
            xMin: Double(box.xMin), yMin: Double(box.yMin), xMax: Double(box.xMax), yMax: Double(box.yMax))
        let turned = orientation.uprightBox(stored, storedSize: size)
        for index in 0..<size.pixelCount {
            let (y, x) = index.quotientAndRemainder(dividingBy: upright.width)
            let isInside =
                Double(x) >= turned.xMin && Double(x) < turned.xMax && Double(y) >= turned.yMin
                && Double(y) < turned.yMax
            #expect((upright.bytes[index] == 255) == isInside)
        }
        #expect(orientation.storedBox(turned, storedSize: size) == stored)
        let point = orientation.uprightPoint(x: 12.25, y: 3.5, storedSize: size)
        #expect(orientation.storedPoint(x: point.x, y: point.y, storedSize: size) == (12.25, 3.5))
    }
}
