import PerceptTestSupport
import Testing

@testable import PerceptAudio

@Suite struct WaveformEnvelopeTests {
    private static func sound(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in Float.random(in: -0.9...0.9, using: &generator) }
    }

    private static func envelope(
        _ planes: [[Float]], columnCount: Int, expected: Int?, blockLength: Int
    ) -> WaveformEnvelope {
        var meter = WaveformMeter(
            sampleRate: 8000, channelCount: planes.count, columnCount: columnCount, expectedFrameCount: expected)
        let count = planes[0].count
        for start in stride(from: 0, to: count, by: blockLength) {
            meter.add(planes.map { Array($0[start..<min(start + blockLength, count)]) })
        }
        return meter.finish()
    }

    /// The oracle: the samples of ⌊i·n/w⌋ ..< ⌊(i+1)·n/w⌋ themselves.
    @Test(arguments: [(10_007, 100, 4096), (10_007, 100, 3), (100, 100, 7), (150, 100, 150), (5, 100, 5), (1, 3, 1)])
    func columnsAreExactWhereTheLengthIsKnown(_ shape: (count: Int, columns: Int, block: Int)) {
        let planes = [Self.sound(shape.count, seed: 1), Self.sound(shape.count, seed: 2)]
        let envelope = Self.envelope(
            planes, columnCount: shape.columns, expected: shape.count, blockLength: shape.block)
        #expect(envelope.frameCount == shape.count && envelope.channelCount == 2)
        for channel in 0..<2 {
            let columns = envelope.columns(shape.columns, channel: channel)
            #expect(columns.count == shape.columns)
            for (i, column) in columns.enumerated() {
                let start = i * shape.count / shape.columns
                let samples = planes[channel][start..<max(start + 1, (i + 1) * shape.count / shape.columns)]
                #expect(column.minimum == samples.min() && column.maximum == samples.max())
                let mean = samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(samples.count)
                #expect(abs(Double(column.rms) - mean.squareRoot()) < 1e-6)
                #expect(!column.isClipped)
            }
        }
        let both = envelope.columns(shape.columns)
        for (i, column) in both.enumerated() {
            let parts = (0..<2).map { envelope.columns(shape.columns, channel: $0)[i] }
            #expect(column.minimum == min(parts[0].minimum, parts[1].minimum))
            #expect(column.maximum == max(parts[0].maximum, parts[1].maximum))
        }
    }

    /// No peak is lost or invented, whatever length the header states.
    @Test(arguments: [nil, 1, 999, 40_000, 1 << 62, -3] as [Int?])
    func peaksSurviveAnUnknownLength(_ expected: Int?) {
        let sound = Self.sound(20_011, seed: 3)
        let envelope = Self.envelope([sound], columnCount: 50, expected: expected, blockLength: 4096)
        let columns = envelope.columns(50)
        #expect(columns.map(\.minimum).min() == sound.min() && columns.map(\.maximum).max() == sound.max())
        for (i, column) in columns.enumerated() {
            let start = i * 20_011 / 50
            let end = (i + 1) * 20_011 / 50
            let own = sound[start..<end]
            #expect(column.minimum <= own.min() ?? 0 && column.maximum >= own.max() ?? 0)
            // Cells are no longer than columns of the stated length or of the recording.
            let reach = max(1, (expected.map { $0 < 1 << 40 && $0 > 50 ? $0 : 0 } ?? 0) / 50, 401)
            let around = sound[max(0, start - reach)..<min(20_011, end + reach)]
            #expect(column.minimum >= around.min() ?? 0 && column.maximum <= around.max() ?? 0)
            #expect(column.rms > 0.3 && column.rms < 0.7)
        }
    }

    @Test func clippingIsMarkedInItsColumn() {
        var sound = [Float](repeating: 0.1, count: 10_000)
        for index in 5000..<5003 { sound[index] = 1 }
        for index in 7000..<7002 { sound[index] = -1 }
        let columns = Self.envelope([sound], columnCount: 100, expected: 10_000, blockLength: 5001).columns(100)
        #expect(columns.indices.filter { columns[$0].isClipped } == [50])
    }

    @Test func emptyRecordingsHaveNoColumns() {
        let nothing = WaveformMeter(sampleRate: 8000, channelCount: 1, columnCount: 10).finish()
        #expect(nothing.columns(10).isEmpty && nothing.frameCount == 0)
        let something = Self.envelope([[0.5]], columnCount: 10, expected: nil, blockLength: 1)
        #expect(something.columns(0).isEmpty && something.columns(10, channel: 1).isEmpty)
        #expect(something.columns(3).map(\.maximum) == [0.5, 0.5, 0.5])
    }
}
