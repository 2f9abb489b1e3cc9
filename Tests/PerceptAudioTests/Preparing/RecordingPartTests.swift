import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptAudio

@Suite struct RecordingPartTests {
    /// A ramp of 8000 frames at 8 kHz: sample n is n / 2^15, exact in 16 bits.
    private let ramp: Recording

    init() throws {
        ramp = try Recording(sampleRate: 8000, channels: .mono, planes: [(0..<8000).map { Float($0) / 32_768 }])
    }

    private func prepared(_ part: RecordingPart, trimming: SilenceTrimming? = nil) throws -> PreparedAudio {
        var preparation = AudioPreparation(sampleRate: nil, channels: .keep, trimming: trimming)
        preparation.part = part
        return try preparation.prepare(ramp)
    }

    @Test func aPartHasItsOwnFramesAndTheTimesOfTheWhole() throws {
        let part = try prepared(RecordingPart(offset: .milliseconds(250), duration: .milliseconds(500)))
        let decoded = try Recording(decoding: .bytes(part.bytes))
        #expect(decoded.planes[0] == Array(ramp.planes[0][2000..<6000]))
        #expect(part.receipt.sourceStartFrame == 2000 && part.receipt.sourceEndFrame == 6000)
        #expect(part.receipt.source.frameCount == 8000)
        #expect(part.receipt.sourceTime(forUploadTime: 0) == 0.25)
        #expect(part.warnings.isEmpty)
    }

    /// Both ends are rounded to the nearest frame, here 125 µs long.
    @Test(arguments: [(Duration.microseconds(62), 0), (.microseconds(63), 1)])
    func endsAreRoundedToFrames(offset: Duration, frame: Int) throws {
        let frames = try RecordingPart(offset: offset).frames(sampleRate: 8000, of: "x")
        #expect(frames == frame..<Int.max)
        let first = try RecordingPart(duration: .seconds(0.3)).frames(sampleRate: 11_025, of: "x")
        let second = try RecordingPart(offset: .seconds(0.3)).frames(sampleRate: 11_025, of: "x")
        #expect(first.upperBound == second.lowerBound)
    }

    @Test func aPartBeyondTheEndIsCutWithAWarning() throws {
        let exact = try prepared(RecordingPart(offset: .milliseconds(500), duration: .milliseconds(500)))
        #expect(exact.warnings.isEmpty)
        let beyond = try prepared(RecordingPart(offset: .milliseconds(500), duration: .milliseconds(750)))
        #expect(beyond.receipt.sourceEndFrame == 8000)
        #expect(beyond.warnings.map(\.text) == ["the recording ends 0.25 s before the end of the part"])
    }

    @Test func aPartAfterTheEndIsAnError() {
        let error = expectMediaError(.malformedInput) { _ = try prepared(RecordingPart(offset: .seconds(1))) }
        #expect(error?.problem.contains("but the recording ends at 1.0 s") == true)
        let silent = expectMediaError(.malformedInput) {
            _ = try prepared(RecordingPart(offset: .seconds(2)), trimming: SilenceTrimming())
        }
        #expect(silent?.problem.contains("but the recording ends at 1.0 s") == true)
    }

    @Test(arguments: [
        RecordingPart(offset: .seconds(-1)), RecordingPart(duration: .zero), RecordingPart(duration: .seconds(-1)),
    ])
    func aPartWithoutLengthIsAnError(part: RecordingPart) {
        expectMediaError(.invalidArgument) { _ = try prepared(part) }
    }

    @Test func chunksAreNotMadeOfAPart() {
        var preparation = AudioPreparation()
        preparation.part = RecordingPart(offset: .milliseconds(1))
        expectMediaError(.invalidArgument) { [preparation] in
            _ = try ChunkedRecording(ramp, preparation: preparation, chunking: AudioChunking(maximumChunkDuration: 5))
        }
    }
}
