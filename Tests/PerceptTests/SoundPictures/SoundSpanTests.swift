import PerceptAudio
import PerceptCore
import PerceptInference
import PerceptTestSupport
import Testing

@testable import Percept

@Suite struct SoundSpanTests {
    /// For any spans: none overlaps another in its line, and all lie on the axis.
    @Test(arguments: 0..<40) func lanesNeverOverlap(_ seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let width = Int.random(in: 1...300, using: &random)
        let spans = (0..<Int.random(in: 0...60, using: &random)).map { index -> SoundSpan in
            let start = Double.random(in: -5...15, using: &random)
            let end = Bool.random(using: &random) ? start + Double.random(in: -1...8, using: &random) : nil
            return SoundSpan(
                start: start, end: end, label: "\(index)",
                lane: index.isMultiple(of: 3) ? Int.random(in: -1...9, using: &random) : nil)
        }
        let lanes = SoundSpanLanes(spans, duration: 10, width: width)
        #expect(lanes.laneCount <= SoundSpanLanes.mostLanes)
        var taken = [[Bool]](repeating: [Bool](repeating: false, count: width), count: lanes.laneCount)
        for span in lanes.placed {
            #expect(!span.columns.isEmpty && span.columns.lowerBound >= 0 && span.columns.upperBound <= width)
            for column in span.columns {
                #expect(!taken[span.lane][column])
                taken[span.lane][column] = true
            }
        }
        #expect(Set(lanes.placed.map(\.index)).count == lanes.placed.count)
    }

    @Test func spansAppearAtTheirTimes() {
        let spans = [
            SoundSpan(start: 1, end: 2.5, label: "a"), SoundSpan(start: 2, end: nil, label: "b"),
            SoundSpan(start: 2.5, end: 3, label: "c"), SoundSpan(start: .nan, end: 2, label: "d"),
            SoundSpan(start: 12, end: 13, label: "e"), SoundSpan(start: 3, end: 2, label: "f"),
        ]
        let placed = SoundSpanLanes(spans, duration: 10, width: 100).placed
        #expect(placed.map(\.index) == [0, 1, 2])
        #expect(placed.map(\.columns) == [10..<25, 20..<100, 25..<30])
        #expect(placed.map(\.lane) == [0, 1, 0])
        #expect(SoundSpanLanes(spans, duration: 0, width: 100).placed.isEmpty)
        #expect(SoundSpanLanes(spans, duration: 10, width: 0).placed.isEmpty)
    }

    /// Over hours, each word is narrower than a pixel, and all still fit one line.
    @Test func wordsOfLongRecordingsStayInOneLane() {
        let words = (0..<20_000).map { SoundSpan(start: Double($0) / 2, end: Double($0) / 2 + 0.5001, label: "word") }
        let lanes = SoundSpanLanes(words, duration: 10_000, width: 1000)
        #expect(lanes.laneCount == 1)
        #expect(lanes.placed.map(\.columns) == (0..<1000).map { $0..<$0 + 1 })
    }

    @Test func piecesWithoutAStartBeginAtThePreviousEnd() {
        let receipt = TimeReceipt(
            source: .init(sampleRate: 8000, channelCount: 1, frameCount: 8000),
            upload: .init(sampleRate: 8000, channelCount: 1, frameCount: 8000))
        let transcript = Transcript(
            file: "talk.wav", text: "a b c",
            chunks: [
                .init(text: "a", start: 0.5, end: 1), .init(text: "b", start: nil, end: nil),
                .init(text: "c", start: 2, end: nil),
            ], receipt: receipt)
        #expect(transcript.spans.map(\.start) == [0.5, 1, 2])
        #expect(transcript.spans.map(\.end) == [1, nil, nil])
    }

    @Test func savedResponsesAreParsed() throws {
        let answers = [
            #"{"file":"a","text":"x y","chunks":[{"text":"x","timestamp":[0,1]},{"text":"y","timestamp":[1.5,null]}]}"#,
            #"[{"label":"x","start":0,"end":1},{"label":"y","start":1.5}]"#,
        ]
        for answer in answers {
            let spans = try SoundSpan.spans(of: JSONValue(parsing: Array(answer.utf8)))
            #expect(spans.map(\.label) == ["x", "y"])
            #expect(spans.map(\.start) == [0, 1.5] && spans.map(\.end) == [1, nil])
        }
    }

    @Test(arguments: [
        #"{"text":"no times"}"#, "3", #"[{"label":"x"}]"#, #"[{"start":1,"end":2}]"#,
        #"[{"label":"x","start":1,"end":"late"}]"#, #"[7]"#,
    ])
    func whatHasNoTimesIsRefused(_ answer: String) {
        let error = expectMediaError(.malformedInput) {
            _ = try SoundSpan.spans(of: JSONValue(parsing: Array(answer.utf8)))
        }
        #expect(error?.remedy?.isEmpty == false)
    }
}
