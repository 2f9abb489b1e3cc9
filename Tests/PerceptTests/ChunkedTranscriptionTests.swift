import Foundation
import Percept
import PerceptAudio
import PerceptCore
import PerceptInference
import PerceptTestSupport
import Synchronization
import Testing

/// Long recordings, sent in chunks to a service whose answers follow from the samples: the stitched transcript must be
/// the one that was made.
@Suite struct ChunkedTranscriptionTests {
    private static func perceiver(_ service: ToneService, chunk seconds: Double) throws -> Perceiver {
        var client = InferenceClient(
            token: nil, endpoint: .url(try #require(URL(string: "http://127.0.0.1/"))), transport: service)
        client.retry.maximumRetries = 0
        return Perceiver(client: client, chunking: AudioChunking(maximumChunkDuration: seconds))
    }

    /// With pauses every five words and without any (chunks overlap then), at several chunk lengths.
    @Test(arguments: [5, nil], [6.0, 9.5, 14])
    func theStitchedTimesAreTheTruth(phrase: Int?, seconds: Double) async throws {
        let service = ToneService()
        let (recording, bursts) = try ToneSpeech.recording(count: 90, phrase: phrase)
        let transcript = try await Self.perceiver(service, chunk: seconds)
            .transcribe(recording, timestamps: .words)
        #expect(transcript.uploads.count == service.uploadCount)
        #expect(Double(service.uploadCount) >= recording.duration / seconds)
        #expect(service.durations.allSatisfy { $0 <= seconds + 0.001 })
        let overlaps = zip(transcript.uploads, transcript.uploads.dropFirst()).count {
            $1.sourceStartFrame < $0.sourceEndFrame
        }
        // A quarter of 14 s always holds one of the pauses, which come every 2.75 s.
        if phrase == nil { #expect(overlaps == transcript.uploads.count - 1) }
        if phrase != nil, seconds == 14 { #expect(overlaps == 0) }
        #expect(transcript.chunks.map(\.text) == bursts.map(\.word))
        #expect(transcript.chunks.count == 90)
        for (chunk, burst) in zip(transcript.chunks, bursts) {
            // Resampling rings a little beyond the ends of a burst.
            #expect(abs(try #require(chunk.start) - burst.start) <= 0.02, "\(burst)")
            #expect(abs(try #require(chunk.end) - burst.end) <= 0.02, "\(burst)")
        }
        let times: [Double] = transcript.chunks.flatMap { [$0.start ?? -1, $0.end ?? -1] }
        #expect(times == times.sorted())
        #expect(transcript.text.lowercased() == bursts.map(\.word).joined(separator: " "))
        #expect(transcript.receipt?.source.frameCount == recording.frameCount)
        #expect(transcript.subtitles(.srt).components(separatedBy: " --> ").count == 91)
    }

    /// Tones of 256 pitches as words of a vocabulary, chunks without a pause between them: every word once.
    @Test(arguments: ["no", "count"], [SpokenWords.Grouping.random, .someNull, .allNull])
    func everyWordOfAVocabularyIsThereOnce(name: String, grouping: SpokenWords.Grouping) async throws {
        let spoken = SpokenWords(seed: 7, seconds: 45, vocabulary: name)
        let service = SpokenTones.service(
            try #require(SpokenWords.vocabularies[name]), jitter: 0.04, grouping, seed: 11)
        let transcript = try await Self.perceiver(service, chunk: 20)
            .transcribe(SpokenTones.recording(of: spoken), timestamps: .words)
        #expect(transcript.uploads.count >= 3)
        let errors = spoken.errors(in: transcript.text)
        // Without times at most 1 %.
        #expect(errors.lost + errors.extra <= (grouping == .allNull ? 1 : 0), "\(errors)")
        let times: [Double] = transcript.chunks.flatMap { [$0.start ?? -1, $0.end ?? -1] }
        #expect(times == times.sorted())
    }

    /// Without times there are the words alone to tell what was heard twice.
    @Test(arguments: [5, nil])
    func theStitchedTextIsTheTruth(phrase: Int?) async throws {
        let (recording, bursts) = try ToneSpeech.recording(count: 80, phrase: phrase)
        let transcript = try await Self.perceiver(ToneService(), chunk: 8).transcribe(recording)
        #expect(transcript.text.lowercased() == bursts.map(\.word).joined(separator: " "))
        #expect(transcript.chunks.isEmpty)
        #expect(transcript.uploads.count >= 4)
    }

    @Test func aShortRecordingIsSentWhole() async throws {
        let service = ToneService()
        let (recording, bursts) = try ToneSpeech.recording(count: 4)
        let perceiver = try Self.perceiver(service, chunk: 30)
        let chunked = try await perceiver.transcribe(recording, timestamps: .words)
        var whole = perceiver
        whole.chunking = nil
        #expect(try await whole.transcribe(recording, timestamps: .words) == chunked)
        #expect(service.uploadCount == 2)
        #expect(chunked.chunks.map(\.text) == bursts.map(\.word))
    }

    /// Silent stretches are left out, and later words keep their times.
    @Test func trimmedSilenceLeavesTheTimes() async throws {
        let (speech, bursts) = try ToneSpeech.recording(count: 12, phrase: 6, rate: 16_000)
        let silence = [Float](repeating: 0, count: 60 * 16_000)
        let recording = try Recording(
            sampleRate: 16_000, channels: .mono,
            planes: [silence + speech.planes[0] + silence + speech.planes[0] + silence])
        let service = ToneService()
        var perceiver = try Self.perceiver(service, chunk: 10)
        perceiver.audioPreparation.trimming = SilenceTrimming()
        perceiver.audioPreparation.normalizedPeak = 0.9
        let transcript = try await perceiver.transcribe(recording, timestamps: .words)
        #expect(service.durations.reduce(0, +) < 45)
        let second = 120 + speech.duration
        let starts = bursts.map { $0.start + 60 } + bursts.map { $0.start + second }
        #expect(transcript.chunks.map(\.text) == bursts.map(\.word) + bursts.map(\.word))
        for (chunk, start) in zip(transcript.chunks, starts) {
            #expect(abs(try #require(chunk.start) - start) <= 0.02)
        }
    }

    /// Whoever answers first: order is kept, and no more are under way than asked for.
    @Test func concurrencyIsBoundedAndOrderKept() async throws {
        let arrivals = Mutex(0)
        let service = ToneService { upload in
            let number = arrivals.withLock { count in
                count += 1
                return count
            }
            // The first answer waits for the second question, however busy the machine.
            for _ in 0..<6000 where number == 1 && arrivals.withLock({ $0 }) < 2 {
                try await Task.sleep(for: .milliseconds(10))
            }
            // The first words take the longest.
            let first = ToneSpeech.hear(upload).first.flatMap { ToneSpeech.words.firstIndex(of: $0.word) } ?? 0
            try await Task.sleep(for: .milliseconds(max(5, 120 - 4 * first)))
            return nil
        }
        let (recording, bursts) = try ToneSpeech.recording(count: 40, phrase: 4, rate: 16_000)
        var perceiver = try Self.perceiver(service, chunk: 3)
        perceiver.concurrentChunkCount = 2
        let transcript = try await perceiver.transcribe(recording)
        #expect(service.mostAtATime == 2)
        #expect(transcript.text.lowercased() == bursts.map(\.word).joined(separator: " "))
    }

    /// Fails for uploads in which one of `words` is heard.
    private static func failing(_ words: Set<String>, _ status: Int, _ message: String) -> ToneService {
        ToneService { upload in
            guard ToneSpeech.hear(upload).contains(where: { words.contains($0.word) }) else { return nil }
            return TransportReply(status: status, body: Array(#"{"error":"\#(message)"}"#.utf8))
        }
    }

    @Test func aChunkThatFailsLeavesAGap() async throws {
        let service = Self.failing(["kilo"], 400, "too noisy")
        let (recording, bursts) = try ToneSpeech.recording(count: 40, phrase: 4, rate: 16_000)
        let transcript = try await Self.perceiver(service, chunk: 3).transcribe(recording, timestamps: .words)
        let gap = try #require(transcript.gaps.first)
        #expect(transcript.gaps.count == 1)
        #expect(gap.reason.contains("HTTP 400: “too noisy”"), "\(gap.reason)")
        #expect(gap.error?.kind == .invalidRequest)
        #expect(gap.error?.problem.hasPrefix("the recording, chunk 3 of ") == true)
        // What was not heard lies within the gap, and all else was heard.
        let missing = bursts.filter { $0.start >= gap.start && $0.end <= gap.end }
        #expect(missing.contains { $0.word == "kilo" })
        #expect(
            transcript.chunks.map(\.text) == bursts.filter { $0.end <= gap.start || $0.start >= gap.end }.map(\.word))
        #expect(transcript.chunks.count + missing.count == 40)
        #expect(transcript.uploads.count == service.uploadCount)
    }

    /// The neighbours have what they share with it, so the gap is shorter than the chunk.
    @Test func aGapIsWhatNobodyHas() async throws {
        let service = Self.failing(["quebec"], 500, "boom")
        let (recording, bursts) = try ToneSpeech.recording(count: 40, rate: 16_000)
        let transcript = try await Self.perceiver(service, chunk: 6).transcribe(recording, timestamps: .words)
        let gap = try #require(transcript.gaps.first)
        let failed = transcript.uploads.filter { $0.sourceStart < gap.end && $0.sourceEnd > gap.start }
        #expect(failed.count == 1)
        #expect(try #require(failed.first).sourceStart < gap.start)
        let heard = Set(transcript.chunks.map(\.text))
        #expect(bursts.allSatisfy { heard.contains($0.word) || $0.start >= gap.start - 0.3 && $0.end <= gap.end + 0.3 })
    }

    @Test func whenAllChunksFailTheErrorIsThrown() async throws {
        let service = ToneService { _ in TransportReply(status: 500, body: Array(#"{"error":"boom"}"#.utf8)) }
        let (recording, _) = try ToneSpeech.recording(count: 20, phrase: 4, rate: 16_000)
        let error = await #expect(throws: InferenceError.self) {
            try await Self.perceiver(service, chunk: 3).transcribe(recording)
        }
        #expect(error?.kind == .serviceFailed)
        #expect(error?.problem.hasPrefix("the recording, chunk 1 of ") == true)
        #expect(service.uploadCount > 3)
    }

    /// A refused token ends everything, though others were answered; an unknown model, where none was.
    @Test(arguments: [(401, "kilo"), (403, "kilo"), (404, nil)] as [(Int, String?)])
    func someErrorsEndEverything(status: Int, word: String?) async throws {
        let service = Self.failing(word.map { [$0] } ?? Set(ToneSpeech.words), status, "no")
        let (recording, _) = try ToneSpeech.recording(count: 80, phrase: 4, rate: 16_000)
        let error = await #expect(throws: InferenceError.self) {
            try await Self.perceiver(service, chunk: 3).transcribe(recording)
        }
        #expect(error?.status == status)
        #expect(service.uploadCount < 10)
    }

    @Test func cancellationReachesAllChunks() async throws {
        let service = ToneService { _ in
            try await Task.sleep(for: .seconds(60))
            return nil
        }
        let (recording, _) = try ToneSpeech.recording(count: 40, phrase: 4, rate: 16_000)
        let perceiver = try Self.perceiver(service, chunk: 3)
        let transcription = Task { try await perceiver.transcribe(recording) }
        while service.uploadCount < 3 { try await Task.sleep(for: .milliseconds(2)) }
        transcription.cancel()
        await #expect(throws: CancellationError.self) { try await transcription.value }
        #expect(service.cancelledCount == 3)
        #expect(service.uploadCount == 3)
    }
}
