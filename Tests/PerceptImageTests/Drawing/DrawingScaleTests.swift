import PerceptCore
import Testing

@testable import PerceptImage

@Suite struct DrawingScaleTests {
    /// √(width · height) / 280 and / 56; the smallest are 1 and 10 pixels.
    @Test func linesAndLettersGrowWithTheMeanSide() {
        for (width, height, line, letters) in [
            (2800, 2800, 10.0, 50.0), (5600, 1400, 10, 50), (280, 280, 1, 10), (560, 560, 2, 10), (616, 616, 2.2, 11),
            (20, 20, 1, 10),
        ] {
            let size = PixelSize(width: width, height: height)
            #expect(abs(DrawingScale.lineWidth(size) - line) < 1e-12)
            #expect(abs(DrawingScale.capHeight(size, plateAreas: 0) - letters) < 1e-12)
        }
    }

    /// Plates of 50 px high letters with an area of 522.67 squared cap heights cover a sixth of 2800×2800 pixels; twice
    /// the area allows letters of half the area.
    @Test func manyLabelsAreSmaller() {
        let size = PixelSize(width: 2800, height: 2800)
        let sixth = 2800.0 * 2800 / 6 / 2500
        #expect(abs(DrawingScale.capHeight(size, plateAreas: sixth) - 50) < 1e-9)
        #expect(abs(DrawingScale.capHeight(size, plateAreas: 2 * sixth) - 50 / 2.0.squareRoot()) < 1e-9)
        #expect(DrawingScale.capHeight(size, plateAreas: 1000 * sixth) == 10)
    }
}
