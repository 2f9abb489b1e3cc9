import Testing

@testable import PerceptAudio

@Suite struct SampleQuantizerTests {
    /// Halves of a step, and the nearest value beside one of them.
    private static let steps: [Float] = [0.5, 1.5, 2.5, -0.5, -1.5, 2.499_999, 2.500_001]
    private static let rounded = [0, 2, 2, 0, -2, 2, 3]

    /// 16 and 24 bits.
    @Test func tiesAreRoundedToEven() {
        var quantizer = SampleQuantizer()
        #expect(quantizer.quantizeToShorts([Self.steps.map { $0 / 0x1p15 }]).map(Int.init) == Self.rounded)
        let upper = quantizer.quantizeToUpper24Bits([Self.steps.map { $0 / 0x1p23 }])
        #expect(upper.map { Int($0 >> 8) } == Self.rounded)
        #expect(quantizer.clampedCount == 0)
    }

    /// Full scale is beyond the largest integer, minus full scale is the smallest.
    @Test func samplesBeyondTheRangeAreClamped() {
        var quantizer = SampleQuantizer()
        #expect(quantizer.quantizeToShorts([[1, -1, 32_767 / 32_768]]) == [32_767, -32_768, 32_767])
        #expect(quantizer.clampedCount == 1)
    }
}
