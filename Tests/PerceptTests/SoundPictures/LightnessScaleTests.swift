import PerceptImage
import Testing

@testable import Percept

@Suite struct LightnessScaleTests {
    /// Lightness alone shows the order, which every eye and every printer preserves.
    @Test func everyStepIsLighter() {
        let steps = LightnessScale.steps(256)
        #expect(steps.count == 256)
        for (first, second) in zip(steps, steps.dropFirst()) { #expect(second.lightness > first.lightness) }
        let colors = LightnessScale.standard.colors
        #expect(colors.count == 256)
        for (first, second) in zip(colors, colors.dropFirst()) {
            #expect(second.relativeLuminance >= first.relativeLuminance)
        }
        #expect(Set(colors).count > 250)
        #expect((colors.last?.relativeLuminance ?? 0) > 0.85 && colors[0].relativeLuminance < 0.002)
    }

    @Test func stepsAreEven() {
        let steps = LightnessScale.steps(256)
        let distances = zip(steps, steps.dropFirst()).map { $0.distance(to: $1) }
        #expect((distances.max() ?? 9) / (distances.min() ?? 1) < 1.1)
    }

    @Test func everyColourIsInSRGB() {
        for index in 0...1000 {
            let (red, green, blue) = LightnessScale.path(Double(index) / 1000).linearRGB
            #expect(min(red, green, blue) >= 0 && max(red, green, blue) <= 1)
        }
    }

    /// Ottosson's own examples of the conversion: white, and the sRGB primaries to three decimals.
    @Test(arguments: [
        (LightnessScale.Point(lightness: 1, a: 0, b: 0), (1.0, 1.0, 1.0)),
        (LightnessScale.Point(lightness: 0.62796, a: 0.22486, b: 0.12585), (1.0, 0.0, 0.0)),
        (LightnessScale.Point(lightness: 0.86644, a: -0.23389, b: 0.17950), (0.0, 1.0, 0.0)),
        (LightnessScale.Point(lightness: 0.45201, a: -0.03246, b: -0.31153), (0.0, 0.0, 1.0)),
    ])
    func knownColoursComeOut(_ point: LightnessScale.Point, _ rgb: (Double, Double, Double)) {
        let (red, green, blue) = point.linearRGB
        #expect(abs(red - rgb.0) < 1e-3 && abs(green - rgb.1) < 1e-3 && abs(blue - rgb.2) < 1e-3)
    }

    @Test func valuesOutsideAreClamped() {
        let scale = LightnessScale.standard
        #expect(scale.color(-.infinity) == scale.colors[0] && scale.color(7) == scale.colors[255])
    }
}
