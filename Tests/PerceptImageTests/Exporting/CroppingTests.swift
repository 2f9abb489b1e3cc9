import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite("Cropping")
struct CroppingTests {
    @Test("a part has the image's pixels and layout", arguments: Image.ColorModel.allCases)
    func pixels(model: Image.ColorModel) throws {
        for depth in [Image.BitDepth.eight, .sixteen] {
            let layout = Image.Layout(colorModel: model, bitDepth: depth)
            let step = layout.bytesPerPixel
            let image = try Image(
                size: PixelSize(width: 7, height: 5), layout: layout,
                bytes: (0..<35 * step).map { UInt8($0 * 11 % 251) })
            let part = try image.cropped(to: PixelRectangle(x: 2, y: 1, width: 4, height: 3))
            #expect(part.size == PixelSize(width: 4, height: 3) && part.layout == layout)
            for y in 0..<3 {
                for x in 0..<4 * step {
                    #expect(part.bytes[y * 4 * step + x] == image.bytes[((y + 1) * 7 + 2) * step + x])
                }
            }
            #expect(try image.cropped(to: PixelRectangle(whole: image.size)) == image)
        }
    }

    @Test("areas outside the image are rejected")
    func refused() throws {
        let image = try DrawnPictures.noise(7, 5, seed: 1)
        for area in [
            PixelRectangle(x: 0, y: 0, width: 8, height: 1), PixelRectangle(x: -1, y: 0, width: 2, height: 1),
            PixelRectangle(x: 0, y: 0, width: 0, height: 1), PixelRectangle(x: 1, y: 0, width: .max, height: 1),
        ] {
            #expect(throws: MediaError.self) { try image.cropped(to: area) }
        }
    }

    @Test("a box covers all pixels that it touches, with corners in any order")
    func boxes() {
        let size = PixelSize(width: 20, height: 10)
        func pixels(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double) -> PixelRectangle? {
            BoundingBox(xMin: x0, yMin: y0, xMax: x1, yMax: y1).pixels(of: size)
        }
        #expect(pixels(2, 3, 5, 6) == PixelRectangle(x: 2, y: 3, width: 3, height: 3))
        #expect(pixels(5.1, 6.9, 2.9, 3.1) == PixelRectangle(x: 2, y: 3, width: 4, height: 4))
        #expect(pixels(-1e300, -5, 1e300, 50) == PixelRectangle(x: 0, y: 0, width: 20, height: 10))
        #expect(pixels(19.99, 9.99, 19.999, 9.999) == PixelRectangle(x: 19, y: 9, width: 1, height: 1))
        for box in [(20.0, 0.0, 30.0, 5.0), (3, 3, 3, 5), (.nan, 0, 1, 1), (-5, 0, 0, 5)] {
            #expect(pixels(box.0, box.1, box.2, box.3) == nil)
        }
    }
}
