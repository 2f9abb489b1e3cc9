import Foundation
import PerceptAudio
import Testing

@Suite struct LevelMeterTests {
    @Test func aSineHasItsClosedFormLevels() throws {
        let sine = (0..<16_000).map { Float(0.5 * sin(2 * .pi * 100 * Double($0) / 16_000)) }
        var meter = LevelMeter(sampleRate: 16_000, channelCount: 1)
        for start in stride(from: 0, to: sine.count, by: 777) {
            meter.add([Array(sine[start..<min(sine.count, start + 777)])])
        }
        let levels = meter.finish()
        #expect(abs(levels.peak - 0.5) < 1e-6)
        #expect(abs(levels.rms - Double(0.125).squareRoot()) < 1e-5)
        #expect(abs(levels.dcOffset) < 1e-6)
        #expect(levels.silenceRatio == 0)
        #expect(levels.clippedRunCount == 0)
        #expect(abs(try #require(levels.peakDecibels) + 6.0206) < 1e-3)
    }

    @Test func silenceRatioIsAFractionOfTime() {
        // One second of silence, then one of a constant: half of the windows.
        var meter = LevelMeter(sampleRate: 8000, channelCount: 1)
        meter.add([[Float](repeating: 0, count: 8000)])
        meter.add([[Float](repeating: -0.25, count: 8000)])
        let levels = meter.finish()
        #expect(levels.silenceRatio == 0.5)
        #expect(abs(levels.dcOffset + 0.125) < 1e-6)
    }

    @Test func clippingIsCountedInRuns() {
        var meter = LevelMeter(sampleRate: 8000, channelCount: 1)
        // Two samples at full scale are a peak; runs of three and of five are clipping, the second across blocks.
        meter.add([[0, 1, 1, 0, -1, -1, -1, 0, 1, 1]])
        meter.add([[1, 1, 1, 0]])
        #expect(meter.finish().clippedRunCount == 2)
    }

    /// The largest positive sample of 16 bits is full scale, and one step below it is not; two in a row are no run.
    @Test(arguments: [(32_767, 3, 1), (32_766, 3, 0), (-32_768, 3, 1), (32_767, 2, 0)])
    func fullScaleIsTheLargestSampleOf16Bits(sample: Int, count: Int, runs: Int) {
        var meter = LevelMeter(sampleRate: 8000, channelCount: 1)
        meter.add([[Float](repeating: Float(sample) / 32_768, count: count) + [0]])
        #expect(meter.finish().clippedRunCount == runs)
    }

    /// A window of 20 ms is silent below an RMS of 0.001, and sounds at a step above.
    @Test func silenceIsBelowMinusSixtyDecibels() {
        for (value, ratio) in [(Float(0.000_999), 1.0), (0.001_001, 0)] {
            var meter = LevelMeter(sampleRate: 8000, channelCount: 1)
            meter.add([[Float](repeating: value, count: 160)])
            #expect(meter.finish().silenceRatio == ratio)
        }
        // One window of sound and one of silence; shorter windows would divide them differently.
        var meter = LevelMeter(sampleRate: 8000, channelCount: 1)
        meter.add([[Float](repeating: 0.1, count: 160) + [Float](repeating: 0, count: 160)])
        #expect(meter.finish().silenceRatio == 0.5)
    }

    @Test func emptyRecordingsHaveNoLevel() {
        let levels = LevelMeter(sampleRate: 8000, channelCount: 2).finish()
        #expect(levels.peakDecibels == nil)
        #expect(levels.silenceRatio == 1)
    }
}
