import Percept
import PerceptAudio
import Testing

@Suite struct SubtitleTests {
    private static func transcript(_ chunks: [Transcript.Chunk], text: String = "") -> Transcript {
        let side = TimeReceipt.Side(sampleRate: 1000, channelCount: 1, frameCount: 3_725_500)
        return Transcript(
            file: "talk.wav", text: text, chunks: chunks, receipt: TimeReceipt(source: side, upload: side))
    }

    /// The layout follows the SubRip files that players write, and https://www.w3.org/TR/webvtt1/ §4.
    @Test func bothFormatsAreWrittenExactly() {
        let transcript = Self.transcript([
            .init(text: "One.", start: 0, end: 1.2345), .init(text: "A & <B>", start: 3661.5, end: 3662),
        ])
        #expect(
            transcript.subtitles(.srt) == """
                1
                00:00:00,000 --> 00:00:01,235
                One.

                2
                01:01:01,500 --> 01:01:02,000
                A & <B>

                """)
        #expect(
            transcript.subtitles(.vtt) == """
                WEBVTT

                00:00:00.000 --> 00:00:01.235
                One.

                01:01:01.500 --> 01:01:02.000
                A &amp; &lt;B&gt;

                """)
    }

    @Test func missingAndCrossedTimesAreRepaired() {
        let transcript = Self.transcript([
            .init(text: "a", start: 0, end: 2), .init(text: "b", start: 1.5, end: nil),
            .init(text: "c", start: 4, end: 3), .init(text: "", start: 4, end: 5),
            .init(text: "d", start: nil, end: nil),
        ])
        let times = transcript.subtitles(.vtt).split(separator: "\n").filter { $0.contains("-->") }
        #expect(
            times == [
                "00:00:00.000 --> 00:00:02.000", "00:00:02.000 --> 00:00:04.000", "00:00:04.000 --> 00:00:04.000",
                "00:00:04.000 --> 01:02:05.500",
            ])
    }

    @Test func withoutChunksTheTextSpansTheRecording() {
        #expect(
            Self.transcript([], text: "all of it").subtitles(.srt) == "1\n00:00:00,000 --> 01:02:05,500\nall of it\n")
    }

    @Test func anEmptyLineInATextDoesNotEndItsCue() {
        let transcript = Self.transcript([.init(text: "a\n\nb", start: 0, end: 1)])
        #expect(transcript.subtitles(.srt).contains("a\nb\n"))
    }
}
