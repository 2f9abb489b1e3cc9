import PerceptCore
import Testing

@Suite("Errors")
struct MediaErrorTests {
    @Test("one line: place, problem, remedy, each where there is one")
    func description() {
        let whole = MediaError(.malformedInput, source: "a.png", problem: "is cut short", remedy: "copy it again")
        #expect("\(whole)" == "a.png: is cut short; copy it again")
        #expect("\(MediaError(.inputOutput, problem: "reading failed"))" == "reading failed")
    }

    @Test("a file is named where none was, and a cancellation is about none")
    func about() {
        let error = MediaError(.malformedInput, problem: "is cut short")
        #expect(error.about("a.png").source == "a.png")
        #expect(error.about("a.png").about("b.png").source == "a.png")
        #expect(error.about(nil) == error)
        #expect(MediaError.cancelled.about("a.png") == .cancelled)
    }

    @Test("a limit that was exceeded is named, and each name stands for its own")
    func limits() {
        let error = MediaError.exceeded(
            .scanCount, 100, source: "a.jpg", problem: "has 101 scans", alternative: "save it again")
        #expect("\(error)" == "a.jpg: has 101 scans (scanCount); save it again, or raise the limit")
        #expect(error.kind == .limitExceeded)
        #expect(error.parameter == .scanCountLimit)
        #expect(error.limit == MediaError.Limit(.scanCountLimit, value: 100))
        #expect(MediaError(.limitExceeded, problem: "is too long").limit == nil)
        var limits = ResourceLimits.default
        for (index, name) in ResourceLimits.Name.allCases.enumerated() { limits[name] = index }
        let expected = ResourceLimits(
            pixelCount: 0, imageByteCount: 1, scanCount: 2, colorProfileByteCount: 3, channelCount: 4, sampleRate: 5,
            silenceDuration: 6, uploadByteCount: 7)
        #expect(limits == expected)
        #expect(ResourceLimits.Name.allCases.map { limits[$0] } == Array(0...7))
    }

    @Test("the parameter is named after the remedy, and a limit of another parameter after the problem")
    func parameters() {
        let limit = MediaError.Limit(.maximumDuration, value: 2)
        var error = MediaError(
            .limitExceeded, source: "a.wav", problem: "lasts 3 s", remedy: "send chunks", parameter: .chunking,
            limit: limit)
        #expect("\(error)" == "a.wav: lasts 3 s (maximumDuration); send chunks (chunking)")
        #expect(error.warning == Warning("lasts 3 s (maximumDuration); send chunks", parameter: .chunking))
        let named = error.naming { $0 == .chunking ? "--chunk" : "--max" }
        #expect("\(named)" == "a.wav: lasts 3 s (--max); send chunks (--chunk)")
        #expect(named.parameter == nil && named.limit == nil)
        error.limit?.parameter = .uploadByteCountLimit
        #expect("\(error.naming { _ in "--flag" })" == "a.wav: lasts 3 s; send chunks (--flag)")
        error.limit = limit
        error.parameter = .maximumDuration
        #expect("\(error)" == "a.wav: lasts 3 s; send chunks (maximumDuration)")
        #expect("\(error.naming { _ in nil })" == "a.wav: lasts 3 s; send chunks")
        error.parameter = nil
        #expect("\(error)" == "a.wav: lasts 3 s (maximumDuration); send chunks")
        error.remedy = nil
        error.parameter = .chunking
        #expect("\(error)" == "a.wav: lasts 3 s (maximumDuration)")
    }

    @Test("a cancelled task throws, another does not")
    func cancellation() async throws {
        try MediaError.checkCancellation()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try MediaError.checkCancellation()
        }
        await #expect(throws: MediaError.cancelled) { try await task.value }
    }
}
