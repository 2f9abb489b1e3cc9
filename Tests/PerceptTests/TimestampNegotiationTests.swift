import Foundation
import HTTPTypes
import Percept
import PerceptAudio
import PerceptCore
import PerceptInference
import Synchronization
import Testing

/// Services that take only some of the forms in which times are asked for, or give none.
@Suite struct TimestampNegotiationTests {
    /// A ``ToneService`` that first checks the request and rejects it in the words of a real service.
    private final class ParticularService: HTTPTransport {
        private let hearing = ToneService()
        private let reject: @Sendable (String) -> String?
        private let answer: String?
        private let forgetsTimes: Bool
        private let received = Mutex<[String]>([])

        /// - Parameters:
        ///   - answer: what is answered instead of what is heard.
        ///   - forgetsTimes: whether what is heard is answered without times.
        ///   - reject: the body of an error 400 for a request's parameters or fields, as ``asked`` shows them.
        init(
            answering answer: String? = nil, forgettingTimes forgetsTimes: Bool = false,
            _ reject: @escaping @Sendable (String) -> String? = { _ in nil }
        ) {
            self.forgetsTimes = forgetsTimes
            self.answer = answer
            self.reject = reject
        }

        /// `return_timestamps` of each request as JSON, or the fields of its form; `raw` where there was neither.
        var asked: [String] { received.withLock { $0 } }

        func send(_ request: TransportRequest) async throws(TransportError) -> TransportReply {
            let text = String(decoding: request.body, as: UTF8.self)
            var question = "raw"
            if request.headers[.contentType] == "application/json" {
                let body = try? JSONValue(parsing: request.body)
                let value = body?["parameters"]?["return_timestamps"] ?? .null
                question = String(decoding: value.serialized(), as: UTF8.self)
            } else if request.headers[.contentType]?.hasPrefix("multipart/") == true {
                question = ["response_format", "timestamp_granularities[]"].compactMap { name in
                    text.components(separatedBy: "name=\"\(name)\"\r\n\r\n").dropFirst().first?
                        .components(separatedBy: "\r\n").first
                }.joined(separator: " ")
            }
            received.withLock { $0.append(question) }
            let headers: HTTPFields = [.contentType: "application/json"]
            if let error = reject(question) {
                return TransportReply(status: 400, headers: headers, body: Array(error.utf8))
            }
            if let answer { return TransportReply(status: 200, headers: headers, body: Array(answer.utf8)) }
            var request = request
            if forgetsTimes, let body = try? JSONValue(parsing: request.body), let inputs = body["inputs"] {
                request.body = JSONValue.object(["inputs": inputs, "parameters": [:]]).serialized()
            }
            return try await hearing.send(request)
        }
    }

    /// The response of transformers 5.24.0 for Wav2Vec2ForCTC, through the hub's form and through the inference
    /// toolkit.
    private static let ctc =
        #"{"error":"CTC can either predict character level timestamps, or word level timestamps. Set "#
        + #"`return_timestamps='char'` or `return_timestamps='word'` as required."}"#
    /// The same for WhisperForConditionalGeneration without alignment heads.
    private static let whisper =
        #"{"error":"Model generation config has no `alignment_heads`, token-level timestamps not available. See https://gist.github.com/hollance/42e32852f24243b748ae6bc1f985b13a on how to add this property to the generation config."}"#
    /// OpenAI's answer, openai/openai-dotnet#401.
    private static let gpt =
        #"{"error":{"message":"response_format 'verbose_json' is not compatible with model 'gpt-4o-transcribe'. Use "#
        + #"'json' or 'text' instead.","type":"invalid_request_error","param":"response_format","#
        + #""code":"unsupported_value"}}"#
    /// Groq's of 2024, groq/groq-python#114.
    private static let granularities =
        #"{"error":{"message":"`timestamp_granularities[]` not supported by this model","#
        + #""type":"invalid_request_error"}}"#

    private static func perceiver(
        _ service: ParticularService, chunk seconds: Double? = nil, isOpenAI: Bool = false
    ) throws -> Perceiver {
        let url = try #require(URL(string: "http://127.0.0.1/v1"))
        var client = InferenceClient(token: nil, endpoint: isOpenAI ? .openAI(url) : .url(url), transport: service)
        client.retry.maximumRetries = 0
        return Perceiver(
            client: client, chunking: seconds.map { AudioChunking(maximumChunkDuration: $0) },
            concurrentChunkCount: 1)
    }

    private static func recording() throws -> Recording {
        try ToneSpeech.recording(count: 24, phrase: 4, rate: 16_000).0
    }

    /// The form that was accepted serves all chunks and all recordings of the run, and is reported once.
    @Test func aRejectedFormIsSentOnce() async throws {
        let service = ParticularService { $0 == "true" ? Self.ctc : nil }
        let perceiver = try Self.perceiver(service, chunk: 4)
        let (recording, bursts) = try ToneSpeech.recording(count: 24, phrase: 4, rate: 16_000)
        let transcript = try await perceiver.transcribe(recording, timestamps: .enabled(true))
        #expect(transcript.chunks.map(\.text) == bursts.map(\.word))
        #expect(transcript.uploads.count >= 3)
        #expect(service.asked == ["true"] + Array(repeating: #""word""#, count: transcript.uploads.count))
        #expect(transcript.warnings.count == 1)
        let warning = try #require(transcript.warnings.first).text
        #expect(
            warning.hasPrefix("the service rejected return_timestamps true (“CTC can either predict character level"))
        #expect(warning.hasSuffix(#"): sent again with "word", here and for the rest of the run"#))
        // Another perceiver of the run.
        var second = try Self.perceiver(service)
        second.timestampForms = perceiver.timestampForms
        let next = try await second.transcribe(recording, timestamps: .enabled(true))
        #expect(next.warnings.isEmpty)
        #expect(service.asked.count == transcript.uploads.count + 2)
        #expect(service.asked.last == #""word""#)
        // One of another run, and another model, know nothing of it.
        _ = try await Self.perceiver(service).transcribe(recording, timestamps: .enabled(true))
        _ = try await second.transcribe(recording, model: "owner/other", timestamps: .enabled(true))
        #expect(service.asked.suffix(4) == ["true", #""word""#, "true", #""word""#])
    }

    /// Requests that were under way when the form was rejected are sent again too, and one of them reports it.
    @Test func chunksAtATimeReportOnce() async throws {
        let service = ParticularService { $0 == #""word""# ? Self.whisper : nil }
        var perceiver = try Self.perceiver(service, chunk: 4)
        perceiver.concurrentChunkCount = 3
        let transcript = try await perceiver.transcribe(Self.recording(), timestamps: .words)
        #expect(transcript.warnings.count == 1)
        #expect(
            transcript.warnings.first?.text.contains(#"rejected return_timestamps "word" (“Model generation"#) == true)
        #expect(service.asked.count { $0 == "true" } == transcript.uploads.count)
        #expect((1...3).contains(service.asked.count { $0 == #""word""# }))
    }

    /// Where neither form is taken, the first rejection is the error, after one retry.
    @Test func neitherForm() async throws {
        let service = ParticularService { question in
            #"{"error":"We cannot return_timestamps yet on non-CTC models apart from Whisper! "#
                + #"(\#(question.filter { $0 != "\"" }))"}"#
        }
        let error = await #expect(throws: InferenceError.self) {
            try await Self.perceiver(service).transcribe(Self.recording(), timestamps: .words)
        }
        #expect(error?.serviceMessage?.hasSuffix("(word)") == true)
        #expect(service.asked == [#""word""#, "true"])
    }

    /// Any other failure is final, and the form is not taken for rejected.
    @Test func otherFailuresAreNotRetried() async throws {
        let service = ParticularService { _ in #"{"error":"Malformed soundfile"}"# }
        let perceiver = try Self.perceiver(service)
        for _ in 0..<2 {
            await #expect(throws: InferenceError.self) {
                try await perceiver.transcribe(Self.recording(), timestamps: .words)
            }
        }
        #expect(service.asked == [#""word""#, #""word""#])
    }

    // MARK: No times

    @Test(arguments: [
        #"{"text":" one two"}"#, #"{"text":"one two","chunks":[]}"#,
        #"{"text":"one two","chunks":[{"text":"one","timestamp":[null,null]},{"text":"two","timestamp":[null,null]}]}"#,
    ])
    func aTextWithoutTimesIsOneCue(answer: String) async throws {
        let silence = [Float](repeating: 0, count: 16_000 * 5)
        let recording = try Recording(sampleRate: 16_000, channels: .mono, planes: [silence])
        let perceiver = try Self.perceiver(ParticularService(answering: answer))
        let transcript = try await perceiver.transcribe(recording, timestamps: .words)
        #expect(transcript.subtitles(.srt) == "1\n00:00:00,000 --> 00:00:05,000\none two\n")
        #expect(
            transcript.warnings == [
                Warning(
                    "the response has no times: the text is one piece over the whole upload; choose a model that "
                        + "returns times, or send shorter chunks")
            ])
        // Times that nobody asked for are not missing, and silence has none.
        #expect(try await perceiver.transcribe(recording).warnings.isEmpty)
        let silent = try Self.perceiver(ParticularService(answering: #"{"text":" "}"#))
        let nothing = try await silent.transcribe(recording, timestamps: .words)
        #expect(nothing.warnings.isEmpty && nothing.chunks.isEmpty)
    }

    @Test func chunksWithoutTimesAreACueEach() async throws {
        let service = ParticularService(answering: #"{"text":"said"}"#)
        // A quarter of 12 s always holds one of the pauses, which come every 2.3 s.
        let (recording, _) = try ToneSpeech.recording(count: 72, phrase: 4, rate: 16_000)
        let transcript = try await Self.perceiver(service, chunk: 12).transcribe(recording, timestamps: .words)
        let count = transcript.uploads.count
        #expect(count >= 3)
        #expect(transcript.chunks.map(\.text) == Array(repeating: "said", count: count))
        // The chunks do not overlap, as there are pauses: a cue is as long as its upload.
        for (chunk, upload) in zip(transcript.chunks, transcript.uploads) {
            #expect(chunk.start == upload.sourceStart)
            #expect(chunk.end == upload.sourceEnd)
        }
        #expect(transcript.chunks.last?.end == recording.duration)
        #expect(transcript.subtitles(.vtt).components(separatedBy: " --> ").count == count + 1)
        #expect(
            transcript.warnings == [
                Warning(
                    "the response has no times for \(count) of \(count) chunks: their texts are one piece per chunk; "
                        + "choose a model that returns times, or send shorter chunks")
            ])
        #expect(try await Self.perceiver(service, chunk: 12).transcribe(recording).chunks.isEmpty)
    }

    /// Where chunks overlap, each word is in one cue, and cues meet at the cuts.
    @Test func cuesOfOverlappingChunksShareNoWord() async throws {
        let (recording, bursts) = try ToneSpeech.recording(count: 60, rate: 16_000)
        let service = ParticularService(forgettingTimes: true)
        let transcript = try await Self.perceiver(service, chunk: 8).transcribe(recording, timestamps: .words)
        #expect(transcript.chunks.count == transcript.uploads.count)
        #expect(transcript.uploads.count >= 4)
        let words = transcript.chunks.map(\.text).joined(separator: " ").lowercased()
        #expect(words == bursts.map(\.word).joined(separator: " "))
        #expect(transcript.text.lowercased() == words)
        #expect(transcript.chunks.first?.start == 0)
        #expect(transcript.chunks.last?.end == recording.duration)
        for (chunk, next) in zip(transcript.chunks, transcript.chunks.dropFirst()) { #expect(chunk.end == next.start) }
    }

    // MARK: OpenAI's form

    /// gpt-4o models are asked for `json` at once.
    @Test func modelsOfWhichTheFormIsKnown() async throws {
        let service = ParticularService(answering: #"{"text":"Hello."}"#) { $0.contains("verbose") ? Self.gpt : nil }
        let transcript = try await Self.perceiver(service, isOpenAI: true)
            .transcribe(Self.recording(), model: "gpt-4o-transcribe", timestamps: .words)
        #expect(service.asked == ["json"])
        #expect(transcript.chunks.map(\.text) == ["Hello."])
        #expect(transcript.warnings.count == 1)
    }

    /// A deployment of such a model under another name.
    @Test func aRejectedResponseFormatIsRemembered() async throws {
        let service = ParticularService(answering: #"{"text":"Hello."}"#) { $0.contains("verbose") ? Self.gpt : nil }
        let perceiver = try Self.perceiver(service, chunk: 4, isOpenAI: true)
        let transcript = try await perceiver.transcribe(Self.recording(), model: "dictation", timestamps: .words)
        #expect(service.asked == ["verbose_json word"] + Array(repeating: "json", count: transcript.uploads.count))
        #expect(transcript.warnings.count == 2)
        #expect(
            transcript.warnings.first?.text.hasPrefix(
                "the service rejected response_format verbose_json (“response_format '")
                == true)
        #expect(
            transcript.warnings.first?.text.hasSuffix("): sent again with json, here and for the rest of the run")
                == true)
    }

    @Test func rejectedGranularitiesAreLeftOut() async throws {
        let answer = #"{"text":"Hello.","segments":[{"id":0,"start":0.0,"end":3.32,"text":" Hello."}]}"#
        let service = ParticularService(answering: answer) { $0.contains("word") ? Self.granularities : nil }
        let transcript = try await Self.perceiver(service, isOpenAI: true)
            .transcribe(Self.recording(), model: "whisper-large-v3", timestamps: .words)
        #expect(service.asked == ["verbose_json word", "verbose_json"])
        #expect(transcript.chunks.map(\.end) == [3.32])
        #expect(
            transcript.warnings.first?.text.hasSuffix("): sent again without it, here and for the rest of the run")
                == true)
    }

    /// One field after the other, each by its name.
    @Test func severalFieldsAreRejectedInTurn() async throws {
        let service = ParticularService(answering: #"{"text":"Hello."}"#) { question in
            question.contains("word")
                ? Self.granularities : question.isEmpty ? nil : #"{"detail":"unknown: response_format"}"#
        }
        let transcript = try await Self.perceiver(service, isOpenAI: true)
            .transcribe(Self.recording(), model: "m", timestamps: .words)
        #expect(service.asked == ["verbose_json word", "verbose_json", "json", ""])
        #expect(transcript.text == "Hello.")
        #expect(transcript.warnings.first?.text.components(separatedBy: "sent again").count == 4)
    }

    /// At 8 kHz, 30 s and one frame more.
    @Test(arguments: [(240_000, "raw"), (240_001, "true")])
    func whisperIsAskedForTimesBeyond30Seconds(frameCount: Int, asked: String) async throws {
        let recording = try Recording(
            sampleRate: 8000, channels: .mono, planes: [[Float](repeating: 0, count: frameCount)])
        let service = ParticularService(answering: #"{"text":"x"}"#)
        _ = try await Self.perceiver(service).transcribe(recording, model: "openai/whisper-tiny")
        #expect(service.asked == [asked])
    }

    /// Whisper's 30 seconds are a limit of the hub's pipeline: OpenAI's form asks for no times on its own.
    @Test func noTimesUnasked() async throws {
        let silence = [Float](repeating: 0, count: 8000 * 31)
        let recording = try Recording(sampleRate: 8000, channels: .mono, planes: [silence])
        let service = ParticularService(answering: #"{"text":"x"}"#)
        _ = try await Self.perceiver(service, isOpenAI: true).transcribe(recording, model: "whisper-1")
        _ = try await Self.perceiver(service).transcribe(recording, model: "whisper-1")
        #expect(service.asked == ["json", "true"])
    }
}
