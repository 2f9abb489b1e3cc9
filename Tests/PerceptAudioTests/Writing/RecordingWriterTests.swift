import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

@Suite struct RecordingWriterTests {
    @Test func samplesAreRoundedToEvenAndClampedNeverWrapped() throws {
        let input: [Float] = [0, 0.5 / 32768, 1.5 / 32768, 32767 / 32768, 1, 1.2, -1, -1.00001, -7]
        var writer = try RecordingWriter(toMemory: 1 << 16, encoding: .wav16, sampleRate: 16_000, channelCount: 1)
        try writer.write([input])
        let summary = try writer.finish()
        let expected: [Int16] = [0, 0, 2, 32767, 32767, 32767, -32768, -32768, -32768]
        #expect(summary.bytes.suffix(18).elementsEqual(WAVBytes.samples(expected)))
        // 1.0 is one step above the largest 16-bit sample; −1.00001 rounds to the lowest.
        #expect(summary.clampedSampleCount == 3)
    }

    @Test func twentyFourBitSamplesAreExact() throws {
        let input: [Float] = [1.0 / 8_388_608, -1, 0.5, 2]
        var writer = try RecordingWriter(
            toMemory: 1 << 16, encoding: AudioEncoding(container: .wav, sampleFormat: .s24), sampleRate: 16_000,
            channelCount: 1)
        try writer.write([input])
        let summary = try writer.finish()
        #expect(summary.bytes.suffix(12).elementsEqual([1, 0, 0, 0, 0, 0x80, 0, 0, 0x40, 0xFF, 0xFF, 0x7F]))
        #expect(summary.clampedSampleCount == 1)
    }

    @Test(arguments: [AudioEncoding.Container.flac, .wav]) func sixteenBitsSurviveARoundTrip(
        _ container: AudioEncoding.Container
    ) throws {
        let planes = (0..<2).map { channel in
            (0..<5000).map { Float(Int16(truncatingIfNeeded: $0 * (channel + 7) * 131)) / 32768 }
        }
        var writer = try RecordingWriter(
            toMemory: 1 << 20, encoding: AudioEncoding(container: container, sampleFormat: .s16), sampleRate: 44_100,
            channelCount: 2)
        for start in stride(from: 0, to: 5000, by: 617) {
            try writer.write(planes.map { Array($0[start..<min(5000, start + 617)]) })
        }
        let bytes = try writer.finish().bytes
        #expect(try Recording(decoding: .bytes(bytes)).planes == planes)
    }

    @Test func theSameSamplesGiveTheSameBytes() throws {
        func encoded() throws -> [UInt8] {
            var writer = try RecordingWriter(
                toMemory: 1 << 16, encoding: AudioEncoding(container: .wav, sampleFormat: .f32), sampleRate: 16_000,
                channelCount: 1)
            try writer.write([[0.1, -0.2, 0.3]])
            return try writer.finish().bytes
        }
        #expect(try encoded() == encoded())
    }

    @Test func fileAndMemoryAgreeAndNoOtherFileIsLeft() throws {
        let folder = try TemporaryFolder()
        let samples = (0..<9000).map { Float($0 % 100) / 200 }
        var toFile = try RecordingWriter(
            toFile: folder.file("a.flac"), encoding: .flac16, sampleRate: 16_000, channelCount: 1)
        try toFile.write([samples])
        #expect(try folder.contents().allSatisfy { $0 != "a.flac" })
        let summary = try toFile.finish()
        var toMemory = try RecordingWriter(toMemory: 1 << 20, encoding: .flac16, sampleRate: 16_000, channelCount: 1)
        try toMemory.write([samples])
        #expect(try folder.contents() == ["a.flac"])
        #expect(try TestFiles.bytes(of: folder.file("a.flac")) == toMemory.finish().bytes)
        #expect(summary.byteCount == (try TestFiles.bytes(of: folder.file("a.flac")).count))
    }

    @Test func anAbandonedFileIsRemoved() throws {
        let folder = try TemporaryFolder()
        do {
            var writer = try RecordingWriter(
                toFile: folder.file("a.wav"), encoding: .wav16, sampleRate: 16_000, channelCount: 1)
            try writer.write([[0.5]])
        }
        #expect(try folder.contents().isEmpty)
    }

    @Test(arguments: [AudioEncoding.flac16, .wav16]) func aFullDiskIsReported(_ encoding: AudioEncoding) throws {
        #if os(Linux)
            let noise = (0..<200_000).map { Float(($0 &* 7919) % 20_011) / 40_000 }
            let error = expectMediaError(.inputOutput) {
                var writer = try RecordingWriter(
                    toFile: "/dev/full", encoding: encoding, sampleRate: 16_000, channelCount: 1)
                try writer.write([noise])
                _ = try writer.finish()
            }
            #expect(error?.problem.contains("No space left") == true)
        #endif
    }

    @Test func unsupportedFormatsAreRejected() {
        expectMediaError(.invalidArgument) { _ = try AudioEncoding(container: .flac, sampleFormat: .f32) }
        expectMediaError(.invalidArgument) {
            _ = try RecordingWriter(toMemory: 1 << 16, encoding: .flac16, sampleRate: 16_000, channelCount: 9)
        }
        expectMediaError(.limitExceeded) {
            var writer = try RecordingWriter(toMemory: 1000, encoding: .wav16, sampleRate: 16_000, channelCount: 1)
            try writer.write([[Float](repeating: 0.1, count: 1000)])
            _ = try writer.finish()
        }
        expectMediaError(.invalidArgument) {
            var writer = try RecordingWriter(toMemory: 1000, encoding: .wav16, sampleRate: 16_000, channelCount: 2)
            try writer.write([[0.1]])
        }
    }
}
