import Foundation
import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

@Suite struct ChannelChoiceTests {
    @Test(
        arguments: [
            ("1", .index(0)), ("12", .index(11)), ("left", .position(.frontLeft)), ("right", .position(.frontRight)),
            ("center", .position(.frontCenter)), ("backLeft", .position(.backLeft)), ("mono", .position(.mono)),
            ("0", nil), ("-1", nil), ("+1", nil), ("", nil), ("Left", nil), ("unspecified", nil), ("1.5", nil),
            ("99999999999999999999", nil),
        ] as [(String, ChannelChoice?)])
    func choicesAreRead(_ text: String, _ expected: ChannelChoice?) {
        #expect(ChannelChoice(text) == expected)
    }

    /// A different level on each channel, so that channels cannot be confused.
    private static func levels(_ count: Int, frames: Int = 1000) throws -> Recording {
        try Recording(
            sampleRate: 16_000, channels: .conventional(channelCount: count),
            planes: (0..<count).map { [Float](repeating: Float($0 + 1) / 16, count: frames) })
    }

    /// RFC 9639 §9.1.3 gives the order of six channels: left, right, centre, low frequency, back left, back right.
    @Test(
        arguments: [
            (2, .position(.frontRight), 1), (2, .index(0), 0), (6, .position(.frontCenter), 2),
            (6, .position(.lowFrequency), 3), (6, .position(.backRight), 5), (1, .index(0), 0),
            (1, .position(.mono), 0), (12, .index(10), 10),
        ] as [(Int, ChannelChoice, Int)])
    func oneChannelComesThroughAsItIs(_ count: Int, _ choice: ChannelChoice, _ index: Int) throws {
        let prepared = try AudioPreparation(channels: .single(choice)).prepare(Self.levels(count))
        let upload = try Recording(decoding: .bytes(prepared.bytes))
        #expect(upload.planes == [[Float](repeating: Float(index + 1) / 16, count: 1000)])
        #expect(prepared.receipt.sourceChannelIndex == index)
        #expect((prepared.receipt.source.channelCount, prepared.receipt.upload.channelCount) == (count, 1))
    }

    @Test func errorsForMissingChannelsListTheExistingOnes() throws {
        let stereo = try Self.levels(2)
        for choice in [ChannelChoice.index(2), .position(.frontCenter)] {
            let error = expectMediaError(.invalidArgument) {
                _ = try AudioPreparation(channels: .single(choice)).prepare(stereo)
            }
            #expect(error?.problem.hasSuffix("(channels: 1 (frontLeft), 2 (frontRight))") == true)
            expectMediaError(.invalidArgument) {
                _ = try ChunkedRecording(
                    stereo, preparation: AudioPreparation(channels: .single(choice)), chunking: AudioChunking())
            }
        }
    }

    /// A tone on the left and its inverse on the right: a mix would be silent.
    @Test func aSingleChannelDoesNotCancel() throws {
        let tone = (0..<16_000).map { Float(0.5 * sin(Double($0) * 0.3)) }
        let recording = try Recording(
            sampleRate: 16_000, channels: .stereo, planes: [tone, tone.map { -$0 }])
        let mixed = try AudioPreparation().prepare(recording)
        #expect(mixed.warnings.first?.parameter == .pickedChannel)
        #expect(mixed.receipt.sourceChannelIndex == nil)
        let left = try AudioPreparation(channels: .single(.position(.frontLeft))).prepare(recording)
        #expect(left.warnings.isEmpty)
    }

    /// One speaker talks in the first second, the other in the third.
    @Test func trimmingUsesTheChosenChannel() throws {
        let (silence, tone) = (
            [Float](repeating: 0, count: 16_000), (0..<16_000).map { Float(0.5 * sin(Double($0) * 0.3)) }
        )
        let recording = try Recording(
            sampleRate: 16_000, channels: .stereo, planes: [tone + silence + silence, silence + silence + tone])
        let preparation = AudioPreparation(
            channels: .single(.position(.frontRight)), trimming: SilenceTrimming(margin: 0))
        #expect(try preparation.prepare(recording).receipt.sourceStartFrame == 32_000)
        let chunked = try ChunkedRecording(
            recording, preparation: preparation, chunking: AudioChunking(maximumChunkDuration: 1.5))
        #expect(chunked.chunks.first?.frames.lowerBound == 32_000)
        #expect(try chunked.next()?.receipt.sourceChannelIndex == 1)
    }
}
