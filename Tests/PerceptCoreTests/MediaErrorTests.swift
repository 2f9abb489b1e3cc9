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

    @Test("a cancelled task is told so, another is not")
    func cancellation() async throws {
        try MediaError.checkCancellation()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try MediaError.checkCancellation()
        }
        await #expect(throws: MediaError.cancelled) { try await task.value }
    }
}
