import Foundation
import PerceptCore
import Testing

@Suite struct NumberFormattingTests {
    @Test(arguments: [0, -0.0, 0.5, 1.5, 2.5, 0.05, 0.25, 1e-7, 123_456.789, -3.14159, 1e22, 1.005])
    func fixedDecimalsEqualThoseOfC(_ value: Double) {
        for decimals in 0...6 {
            #expect(value.fixed(decimals: decimals) == String(format: "%.\(decimals)f", value))
        }
    }

    @Test(arguments: [0, 0.001, 1, 12.34, 999.5, 1e6, 123_456, -0.5])
    func significantDigitsEqualThoseOfC(_ value: Double) {
        #expect(value.rounded(significantDigits: 3) == String(format: "%.3g", value))
    }

    @Test func theLargestNumberFits() {
        #expect(Double.greatestFiniteMagnitude.fixed(decimals: 6).count == 309 + 7)
    }

    @Test func zerosPadUpToTheNumberOfDigits() {
        #expect(5.padded(to: 2) == "05" && 15.padded(to: 2) == "15" && 115.padded(to: 2) == "115")
        #expect((-5).padded(to: 3) == "-005")
    }
}
