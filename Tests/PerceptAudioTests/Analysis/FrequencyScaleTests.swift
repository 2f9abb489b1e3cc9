import Testing

@testable import PerceptAudio

@Suite struct FrequencyScaleTests {
    @Test(arguments: FrequencyScale.allCases) func positionAndFrequencyAreInverse(_ scale: FrequencyScale) {
        let range = scale.range(nyquist: 22_050)
        var last = -1.0
        for frequency in [range.lowerBound, 50, 440, 1000, 5000, 22_050] where range.contains(frequency) {
            let position = scale.position(of: frequency, in: range)
            #expect(position > last && position >= 0 && position <= 1)
            #expect(abs(scale.frequency(at: position, in: range) - frequency) < 1e-6 * (frequency + 1))
            last = position
        }
        #expect(last == 1)
    }

    /// 1000 Hz is 1000 mel (HTK's formula gives 999.99), and an octave has the same height everywhere on a logarithmic
    /// scale.
    @Test func scalesMatchTheirDefinitions() {
        let mel = FrequencyScale.mel.position(of: 1000, in: 0...8000) * 2840.023
        #expect(abs(mel - 999.9855) < 0.01)
        let octaves = [55.0, 110, 220, 440].map { FrequencyScale.logarithmic.position(of: $0, in: 20...20_000) }
        for (low, high) in zip(octaves, octaves.dropFirst()) { #expect(abs(high - low - 0.1003433) < 1e-6) }
        #expect(FrequencyScale.linear.position(of: 2000, in: 0...8000) == 0.25)
    }

    /// A flat spectrum stays flat for any rows, and no row exceeds the loudest bin.
    @Test(arguments: FrequencyScale.allCases, [1, 7, 60, 600]) func flatStaysFlat(_ scale: FrequencyScale, _ count: Int)
    {
        let rows = FrequencyRows(
            count: count, scale: scale, range: scale.range(nyquist: 8000), sampleRate: 16_000, windowLength: 512)
        let powers = rows.powers([Float](repeating: 2, count: 257))
        #expect(powers.count == count)
        for power in powers { #expect(abs((power ?? 0) - 2) < 1e-5) }
    }

    /// Rows above a recording's own Nyquist frequency are empty, not silent.
    @Test func rowsAboveNyquistAreEmpty() {
        let rows = FrequencyRows(count: 100, scale: .linear, range: 0...20_000, sampleRate: 16_000, windowLength: 512)
        let powers = rows.powers([Float](repeating: 1, count: 257))
        #expect(powers[..<40].allSatisfy { $0 != nil } && powers[41...].allSatisfy { $0 == nil })
        #expect(rows.powers([]).allSatisfy { $0 == nil })
    }

    /// A tone appears in the row of its frequency.
    @Test(arguments: FrequencyScale.allCases) func tonesAppearAtTheirFrequency(_ scale: FrequencyScale) {
        let range = scale.range(nyquist: 8000)
        let rows = FrequencyRows(count: 200, scale: scale, range: range, sampleRate: 16_000, windowLength: 1024)
        var bins = [Float](repeating: 0, count: 513)
        bins[128] = 1  // 2000 Hz
        let powers = rows.powers(bins).map { $0 ?? 0 }
        let loudest = powers.indices.max { powers[$0] < powers[$1] } ?? 0
        #expect(abs(Double(loudest) + 0.5 - scale.position(of: 2000, in: range) * 200) <= 1.5)
    }
}
