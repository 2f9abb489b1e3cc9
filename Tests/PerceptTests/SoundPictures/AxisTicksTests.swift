import PerceptAudio
import Testing

@testable import Percept

@Suite struct AxisTicksTests {
    private static func times(_ duration: Double, width: Double = 800) -> [String] {
        AxisTicks.time(duration: duration, width: width) { Double($0.count) * 8 + 20 }.map(\.label)
    }

    @Test func timesAreRoundAndHaveUnits() {
        #expect(Self.times(5.27).prefix(3) == ["0.0 s", "0.5 s", "1.0 s"])
        #expect(Self.times(45).prefix(3) == ["0 s", "5 s", "10 s"])
        #expect(Self.times(600).prefix(3) == ["0:00", "1:00", "2:00"])
        #expect(Self.times(10_800).prefix(3) == ["0:00:00", "0:30:00", "1:00:00"])
        #expect(Self.times(0.01).prefix(2) == ["0 ms", "1 ms"])
        #expect(Self.times(1 / 768_000.0).first == "0.000 ms")
        #expect(Self.times(0).isEmpty && Self.times(.nan).isEmpty && Self.times(.infinity).isEmpty)
        #expect(Self.times(1, width: 0).isEmpty)
    }

    /// For any length and width: all within the recording, and no label overlaps another.
    @Test(arguments: [1e-4, 0.3, 1, 7.7, 59.9, 61, 1000, 5000, 40_000, 1e6, 1e9], [30.0, 120, 700, 4000])
    func timesNeverOverlap(_ duration: Double, _ width: Double) {
        func room(_ label: String) -> Double { Double(label.count) * 7 + 10 }
        let ticks = AxisTicks.time(duration: duration, width: width, spacing: room)
        #expect(Set(ticks.map(\.label)).count == ticks.count)
        for tick in ticks { #expect(tick.value >= 0 && tick.value <= duration * 1.000001) }
        for (first, second) in zip(ticks, ticks.dropFirst()) {
            let apart = (second.value - first.value) / duration * width
            #expect(apart * 1.000001 >= (room(first.label) + room(second.label)) / 2)
        }
        if width >= 120, duration < 1e6 { #expect(!ticks.isEmpty) }
    }

    @Test(arguments: FrequencyScale.allCases, [10.0, 100, 1000]) func frequenciesKeepTheirDistance(
        _ scale: FrequencyScale, _ height: Double
    ) {
        let range = scale.range(nyquist: 22_050)
        let ticks = AxisTicks.frequency(scale, range, height: height, spacing: 18)
        let places = ticks.map { scale.position(of: $0.value, in: range) * height }
        for (first, second) in zip(places, places.dropFirst()) { #expect(second - first >= 18 - 1e-6) }
        #expect(ticks.allSatisfy { range.contains($0.value) })
        if height >= 100 { #expect(ticks.count >= 3) }
        #expect(ticks.allSatisfy { $0.label.hasSuffix("Hz") })
    }

    @Test func decibelsAreSteps() {
        let marks = AxisTicks.decibels(-100...0, height: 120, spacing: 20)
        #expect(marks.map(\.label) == ["-100", "-80", "-60", "-40", "-20", "0"])
        #expect(AxisTicks.decibels(-100...0, height: 0, spacing: 20).isEmpty)
    }
}
