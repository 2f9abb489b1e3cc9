import Foundation
import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

@Suite struct ChunkedRecordingTests {
    /// Bursts of tone with pauses between them: 1.5 s out of every 2 s.
    private static func bursts(_ count: Int, rate: Int, pauses: Bool = true) throws -> Recording {
        let samples = (0..<count * 2 * rate).map { frame in
            let second = Double(frame) / Double(rate)
            let isPause = pauses && second.truncatingRemainder(dividingBy: 2) > 1.5
            return isPause ? 0 : Float(0.3 * sin(2 * .pi * 300 * second))
        }
        return try Recording(sampleRate: rate, channels: .mono, planes: [samples])
    }

    private static func all(_ recording: ChunkedRecording) throws -> [PreparedAudio] {
        var prepared: [PreparedAudio] = []
        while let next = try recording.next() { prepared.append(next) }
        return prepared
    }

    @Test(arguments: [true, false])
    func eachChunkIsWhatItsFramesAloneWouldBe(pauses: Bool) throws {
        let source = try Self.bursts(12, rate: 22_050, pauses: pauses)
        let recording = try ChunkedRecording(
            source, preparation: AudioPreparation(), chunking: AudioChunking(maximumChunkDuration: 7))
        let prepared = try Self.all(recording)
        #expect(prepared.count == recording.chunks.count)
        #expect(prepared.count >= 4)
        var end = 0
        for (chunk, upload) in zip(recording.chunks, prepared) {
            let alone = try Recording(
                sampleRate: 22_050, channels: .mono, planes: [Array(source.planes[0][chunk.frames])])
            #expect(try AudioPreparation().prepare(alone).bytes == upload.bytes)
            #expect(upload.receipt.sourceStartFrame == chunk.frames.lowerBound)
            #expect(upload.receipt.sourceEndFrame == chunk.frames.upperBound)
            #expect(upload.receipt.source.frameCount == source.frameCount)
            #expect(chunk.frames.count <= 7 * 22_050)
            #expect(chunk.ownFrames.lowerBound == end)
            end = chunk.ownFrames.upperBound
            if pauses, end < source.frameCount {
                #expect(chunk.frames.upperBound == end)
                #expect(source.planes[0][end] == 0)
            }
        }
        #expect(end == source.frameCount)
        #expect(
            pauses == zip(recording.chunks, recording.chunks.dropFirst()).allSatisfy { !$0.frames.overlaps($1.frames) })
    }

    @Test func filesAndSamplesAreCutAlike() throws {
        let source = try Self.bursts(6, rate: 8000, pauses: false)
        let wav = WAVBytes.plain(
            WAVBytes.samples(source.planes[0]), tag: .float, bits: 32, sampleRate: 8000, channelCount: 1)
        let chunking = AudioChunking(maximumChunkDuration: 4)
        let preparation = AudioPreparation(normalizedPeak: 0.5)
        let fromFile = try ChunkedRecording(.bytes(wav), preparation: preparation, chunking: chunking)
        let fromSamples = try ChunkedRecording(source, preparation: preparation, chunking: chunking)
        #expect(fromFile.chunks == fromSamples.chunks)
        #expect(try Self.all(fromFile) == Self.all(fromSamples))
    }

    /// All chunks share one gain, determined by the loudest.
    @Test func allChunksHaveOneGain() throws {
        var samples = try Self.bursts(6, rate: 8000).planes[0]
        for frame in samples.indices.prefix(6 * 8000) { samples[frame] *= 0.1 }
        let source = try Recording(sampleRate: 8000, channels: .mono, planes: [samples])
        let recording = try ChunkedRecording(
            source, preparation: AudioPreparation(sampleRate: nil, normalizedPeak: 0.9),
            chunking: AudioChunking(maximumChunkDuration: 4))
        let uploads = try Self.all(recording)
        #expect(Set(uploads.map(\.receipt.gain)).count == 1)
        let peaks = try uploads.map { upload in
            try Recording(decoding: .bytes(upload.bytes)).planes[0].reduce(0) { max($0, abs($1)) }
        }
        #expect(abs((peaks.max() ?? 0) - 0.9) < 1e-4)
        #expect(abs(peaks[0] - 0.09) < 1e-4)
    }

    @Test func silentChunksAreOmittedWhenTrimming() throws {
        let rate = 8000
        let silence = [Float](repeating: 0, count: 20 * rate)
        let sound = try Self.bursts(2, rate: rate).planes[0]
        let source = try Recording(
            sampleRate: rate, channels: .mono, planes: [silence + sound + silence + sound + silence])
        let chunking = AudioChunking(maximumChunkDuration: 5)
        let whole = try ChunkedRecording(source, preparation: AudioPreparation(), chunking: chunking)
        let trimmed = try ChunkedRecording(
            source, preparation: AudioPreparation(trimming: SilenceTrimming()), chunking: chunking)
        #expect(whole.chunks.count >= 14)
        #expect(whole.chunks.contains { $0.isSilent })
        #expect(!trimmed.chunks.contains { $0.isSilent })
        #expect(trimmed.chunks.count < whole.chunks.count / 2)
        // A quarter second is kept before the first sound at 20 s; the last one ends at 47.5 s.
        #expect(trimmed.chunks.first?.frames.lowerBound == 20 * rate - rate / 4)
        #expect(trimmed.chunks.last?.frames.upperBound == 47 * rate + rate / 2 + rate / 4)
        // Every frame with sound is in a chunk.
        let covered = trimmed.chunks.reduce(into: Set<Int>()) { $0.formUnion($1.ownFrames) }
        #expect(source.planes[0].indices.allSatisfy { source.planes[0][$0] == 0 || covered.contains($0) })
        #expect(try Self.all(trimmed).count == trimmed.chunks.count)
    }

    @Test func invalidChunkingIsRejected() throws {
        let source = try Self.bursts(3, rate: 8000)
        for chunking in [
            AudioChunking(maximumChunkDuration: 0.5), AudioChunking(maximumChunkDuration: .nan),
            AudioChunking(maximumChunkDuration: .infinity), AudioChunking(overlap: -1),
        ] {
            expectMediaError(.invalidArgument) {
                _ = try ChunkedRecording(source, preparation: AudioPreparation(), chunking: chunking)
            }
        }
        let recording = try ChunkedRecording(
            source, preparation: AudioPreparation(encoding: .wav16, maximumByteCount: 50_000),
            chunking: AudioChunking(maximumChunkDuration: 2))
        let error = expectMediaError(.limitExceeded) { _ = try recording.next() }
        #expect(error?.source?.hasPrefix("the recording, chunk 1 of ") == true)
        #expect(error?.remedy == "make the chunks shorter" && error?.parameter == .chunking)
    }

    /// Warnings of the reader (here: a header that states too many frames) are reported once, for one chunk or many.
    @Test(arguments: [3.0, 60])
    func whatTheReaderNoticedIsToldOnce(seconds: Double) throws {
        let source = try Self.bursts(6, rate: 8000)
        var wav = WAVBytes.plain(
            WAVBytes.samples(source.planes[0]), tag: .float, bits: 32, sampleRate: 8000, channelCount: 1)
        // The data size is in bytes 40 to 43.
        wav.replaceSubrange(40..<44, with: WAVBytes.littleEndian(UInt32(1_000_000_000)))
        let noticed = try AudioPreparation().prepare(.bytes(wav)).warnings
        #expect(noticed.count == 1)
        let recording = try ChunkedRecording(
            .bytes(wav), preparation: AudioPreparation(), chunking: AudioChunking(maximumChunkDuration: seconds))
        #expect(recording.warnings == noticed)
        let uploads = try Self.all(recording)
        #expect(uploads.flatMap(\.warnings) == (uploads.count == 1 ? noticed : []))
    }
}
