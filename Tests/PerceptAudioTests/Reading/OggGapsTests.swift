import PerceptCore
import Testing

@testable import PerceptAudio

@Suite struct OggGapsTests {
    /// Six hours at 8 kHz become silence; one frame more is damage and is not inserted.
    @Test func aGapOfMoreThanSixHoursIsDamage() {
        let header = RecordingHeader(
            mediaType: .ogg, container: "Ogg", codec: "Opus", bitDepth: nil, sampleRate: 8000, channels: .mono,
            frameCount: nil)
        let longest = 6 * 60 * 60 * 8000
        var gaps = OggGaps(header)
        #expect(gaps.add(at: 0, length: longest) == longest)
        #expect(gaps.warnings.first?.text.contains("unknown length") == false)
        #expect(gaps.add(at: 0, length: longest + 1) == 0)
        #expect(gaps.warnings.first?.text.contains("(1 of them of unknown length)") == true)
    }

    @Test func nothingIsReportedWithoutAGap() {
        let header = RecordingHeader(
            mediaType: .ogg, container: "Ogg", codec: "Opus", bitDepth: nil, sampleRate: 8000, channels: .mono,
            frameCount: nil)
        #expect(OggGaps(header).warnings.isEmpty)
    }
}
