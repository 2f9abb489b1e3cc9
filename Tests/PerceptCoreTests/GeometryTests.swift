import Foundation
import PerceptCore
import Testing

@Suite("Boxes and sizes")
struct GeometryTests {
    private static let size = PixelSize(width: 640, height: 420)

    @Test("measures of a box")
    func measures() {
        let box = BoundingBox(xMin: 10, yMin: 20, xMax: 14.5, yMax: 22)
        #expect(box.width == 4.5 && box.height == 2 && box.area == 9)
        #expect(!box.isEmpty && box.isFinite)
        #expect(BoundingBox(xMin: 14, yMin: 22, xMax: 10, yMax: 20).area == 0)
    }

    @Test("corners in order")
    func standardized() {
        let box = BoundingBox(xMin: 14, yMin: 22, xMax: 10, yMax: 20)
        #expect(box.isEmpty)
        #expect(box.standardized == BoundingBox(xMin: 10, yMin: 20, xMax: 14, yMax: 22))
        #expect(box.standardized.standardized == box.standardized)
    }

    @Test("no width, no height, or no number is empty")
    func empty() {
        for box in [
            BoundingBox(xMin: 1, yMin: 1, xMax: 1, yMax: 5), BoundingBox(xMin: 1, yMin: 1, xMax: 5, yMax: 1),
            BoundingBox(xMin: .nan, yMin: 0, xMax: 5, yMax: 5), BoundingBox(xMin: 0, yMin: 0, xMax: .infinity, yMax: 5),
        ] {
            #expect(box.isEmpty)
        }
    }

    @Test("clipping to an image")
    func clipped() {
        #expect(
            BoundingBox(xMin: -5, yMin: 400, xMax: 1e300, yMax: 500).clipped(to: Self.size)
                == BoundingBox(xMin: 0, yMin: 400, xMax: 640, yMax: 420))
        #expect(BoundingBox(xMin: 640, yMin: 0, xMax: 700, yMax: 10).clipped(to: Self.size).isEmpty)
        #expect(BoundingBox(xMin: -9, yMin: 0, xMax: 0, yMax: 10).clipped(to: Self.size).isEmpty)
        let inside = BoundingBox(xMin: 0.25, yMin: 0, xMax: 640, yMax: 420)
        #expect(inside.clipped(to: Self.size) == inside)
    }

    @Test("the keys are the service's")
    func coding() throws {
        let json = Data(#"{"xmin": 506, "ymin": 233, "xmax": 629.5, "ymax": 405}"#.utf8)
        let box = try JSONDecoder().decode(BoundingBox.self, from: json)
        #expect(box == BoundingBox(xMin: 506, yMin: 233, xMax: 629.5, yMax: 405))
        #expect(try JSONDecoder().decode(BoundingBox.self, from: JSONEncoder().encode(box)) == box)
    }

    @Test("a pixel count that overflows is the largest number there is")
    func pixelCount() {
        #expect(Self.size.pixelCount == 268_800)
        #expect(PixelSize(width: .max, height: 2).pixelCount == .max)
        #expect(Self.size.longestSide == 640 && Self.size.shortestSide == 420)
        #expect(Self.size.transposed == PixelSize(width: 420, height: 640))
        #expect("\(Self.size)" == "640×420")
    }
}
