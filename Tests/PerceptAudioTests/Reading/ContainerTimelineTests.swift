@testable import PerceptAudio
import Testing

/// Where frames belong by their timestamps; expected numbers follow from the rules by hand.
@Suite struct ContainerTimelineTests {
    /// At 1000 Hz a frame is a millisecond, and the tolerance of 0.1 s is 100 frames.
    private static func timeline(_ blocks: [(Int?, Int)], silenceLimit: Int = 100) -> (ContainerTimeline, [Int]) {
        var timeline = ContainerTimeline(sampleRate: 1000, silenceLimit: silenceLimit)
        let silences = blocks.map { timeline.add($0.1, timestamp: $0.0) }
        return (timeline, silences)
    }

    @Test func aGapBeyondTheToleranceBecomesSilence() {
        let (within, none) = Self.timeline([(0, 500), (600, 500)])
        #expect(none == [0, 0])
        #expect(within.position == 1000)
        #expect(within.warnings.isEmpty)
        let (beyond, some) = Self.timeline([(0, 500), (601, 500)])
        #expect(some == [0, 101])
        #expect(beyond.position == 1101)
        #expect(
            beyond.warnings == [
                Warning(
                    "a gap of 0.101 s in the timestamps at 0.500 s was filled with silence, "
                        + "so that times match the file")
            ])
    }

    @Test func soundThatStartsLateIsPrecededBySilence() {
        let (late, silences) = Self.timeline([(4000, 500), (4500, 500), (15_000, 10)])
        #expect(silences == [4000, 0, 10_000])
        #expect(late.position == 15_010)
        #expect(late.warnings.count == 2)
        #expect(late.warnings[0].text.hasPrefix("the audio starts 4.000 s after the file does: silence of that length"))
        #expect(late.warnings[1].text.hasPrefix("a gap of 10.000 s in the timestamps was filled"))
        #expect(Self.timeline([(100, 500)]).1 == [0])
        #expect(Self.timeline([(101, 500)]).1 == [101])
    }

    @Test func severalGapsAreCounted() {
        let (timeline, _) = Self.timeline([(0, 100), (1100, 100), (2200, 100), (4300, 100)])
        #expect(timeline.position == 4400)
        #expect(
            timeline.warnings == [
                Warning(
                    "3 gaps in the timestamps, 4.000 s in all, were filled with silence, "
                        + "so that times match the file")
            ])
    }

    /// Priming that the demuxer leaves in has negative timestamps.
    @Test func soundBeforeTimeZeroIsKept() {
        let (timeline, silences) = Self.timeline([(-500, 500), (0, 500), (2000, 1)])
        // From 500 to 2000.
        #expect(silences == [0, 0, 1500])
        #expect(timeline.position == 2501)
    }

    @Test func jitterAndBlocksWithoutTimestampsChangeNothing() {
        let blocks: [(Int?, Int)] = (0..<1000).map { index in
            (index % 7 == 3 ? nil : index * 20 + (index * 37 + 80) % 161 - 80, 20)
        }
        let (timeline, silences) = Self.timeline(blocks)
        #expect(silences.allSatisfy { $0 == 0 })
        #expect(timeline.position == 20_000)
        #expect(timeline.warnings.isEmpty)
    }

    /// A clock that runs 1 % faster than the samples: silence keeps up with it, a tenth of a second at a time.
    @Test func timesStayWithinTheToleranceOfADriftingClock() {
        var timeline = ContainerTimeline(sampleRate: 1000, silenceLimit: 100)
        for index in 0..<10_000 {
            _ = timeline.add(20, timestamp: index * 101 / 5)
            #expect(abs(timeline.position - 20 - index * 101 / 5) <= 100)
        }
    }

    @Test func soundThatOverlapsIsKeptInSequence() {
        let (timeline, silences) = Self.timeline([(0, 1000), (500, 1000), (1500, 1000), (5000, 10)])
        #expect(silences == [0, 0, 0, 2000])
        #expect(timeline.position == 5010)
        #expect(timeline.warnings.count == 2)
        #expect(timeline.warnings[1].text.hasPrefix("the audio is up to 0.500 s longer than its timestamps"))
        // Ten seconds and less are an overlap, more is a new time line.
        let (overlap, _) = Self.timeline([(0, 10_000), (0, 1), (10_001, 1)])
        #expect(overlap.warnings.count == 1)
        let (restart, restarted) = Self.timeline([(0, 10_001), (0, 1), (1001, 1)])
        #expect(restarted == [0, 0, 1000])
        #expect(restart.warnings.contains { $0.text.hasPrefix("the timestamps go back by 10.001 s at 10.001 s") })
    }

    @Test func gapsBeyondTheLimitAreLeftOut() {
        let (timeline, silences) = Self.timeline(
            [(0, 500), (5500, 500), (10_500, 500), (16_001, 500), (1_000_000_000_000, 500), (1_000_000_001_500, 1)],
            silenceLimit: 10)
        // 5 s and 4.5 s are inserted; 5.001 s would exceed 10 s, and so would what follows, but for the last.
        #expect(silences == [0, 5000, 4500, 0, 0, 0])
        #expect(timeline.position == 11_501 + 500)
        #expect(timeline.warnings.count == 2)
        #expect(timeline.warnings[1].text.contains("3 gaps in the timestamps, the first of 5.001 s at 11.000 s"))
        #expect(timeline.warnings[1].text.contains("(silenceDuration)"))
        #expect(timeline.warnings[1].text.hasSuffix("raise the limit"))
        #expect(Self.timeline([(0, 1), (10_001, 1)], silenceLimit: 10).1 == [0, 10_000])
        #expect(Self.timeline([(0, 1), (10_002, 1)], silenceLimit: 10).1 == [0, 0])
        for extreme in [Int.max, .min] {
            let (timeline, silences) = Self.timeline([(0, 1), (extreme, 1), (extreme / -2, 1), (extreme, 1)])
            #expect(silences == [0, 0, 0, 0])
            #expect(!timeline.warnings.isEmpty)
        }
        var unlimited = ContainerTimeline(sampleRate: 48_000, silenceLimit: .max)
        #expect(unlimited.add(1, timestamp: 480_000) == 480_000)
    }
}
