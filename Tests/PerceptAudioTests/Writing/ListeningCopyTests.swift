import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptAudio

@Suite(.enabled(if: ListeningCopy.isAvailable, "this libsndfile cannot write MP3"))
struct ListeningCopyTests {
    /// A hum with a click, as WAV.
    private static func recording(seconds: Double, click: Double) throws -> MediaSource {
        let rate = 44_100
        var plane = (0..<Int(seconds * Double(rate))).map { Float(0.02 * sin(0.03 * Double($0))) }
        for index in 0..<60 { plane[Int(click * Double(rate)) + index] = index.isMultiple(of: 2) ? 0.9 : 0.85 }
        var writer = try RecordingWriter(
            toMemory: 1 << 24, encoding: .wav16, sampleRate: rate, channelCount: 1)
        try writer.write([plane])
        return .bytes(try writer.finish().bytes, name: "hum.wav")
    }

    /// A page seeks by the times of the source, so another decoder of the copy must find them there.
    @Test func timesMatchTheSource() throws {
        let source = try Self.recording(seconds: 30, click: 21.5)
        let copy = try ListeningCopy(of: source, duration: 30, byteLimit: 1 << 20, limits: .default)
        var reader = try RecordingReader(.bytes(copy.bytes, name: "hum.mp3"))
        #expect(reader.header.sampleRate == 16_000 && reader.header.channelCount == 1)
        var samples: [Float] = []
        while let block = try reader.readBlock() { samples += block.planes[0] }
        let loudest = samples.indices.max { abs(samples[$0]) < abs(samples[$1]) } ?? 0
        #expect(abs(Double(loudest) / 16_000 - 21.5) < 0.01)
        #expect(abs(Double(samples.count) / 16_000 - 30) < 0.15)
    }

    /// The size follows from bit rate and length: 48 kbit/s is 6000 bytes per second.
    @Test(arguments: [(1 << 20, 48), (130_000, 32), (40_000, 8)]) func itFits(byteLimit: Int, bitRate: Int) throws {
        #expect(ListeningCopy.bitRate(duration: 30, byteLimit: byteLimit) == bitRate)
        let copy = try ListeningCopy(
            of: Self.recording(seconds: 30, click: 1), duration: 30, byteLimit: byteLimit, limits: .default)
        #expect(copy.bytes.count <= byteLimit)
        #expect(abs(Double(copy.bytes.count) / Double(30 * bitRate * 125) - 1) < 0.03)
    }

    @Test func recordingsThatCannotFitAreRejected() throws {
        let source = try Self.recording(seconds: 30, click: 1)
        expectMediaError(.limitExceeded) {
            _ = try ListeningCopy(of: source, duration: 30, byteLimit: 30_000, limits: .default)
        }
        // The stated length is wrong.
        expectMediaError(.limitExceeded) {
            _ = try ListeningCopy(of: source, duration: 1, byteLimit: 30_000, limits: .default)
        }
        #expect(ListeningCopy.bitRate(duration: 3 * 3600, byteLimit: 32 << 20) == 24)
    }
}
