import Foundation
import HTTPTypes
import PerceptCore
import Testing

@testable import PerceptInference

/// The forms of requesting timestamps, and the rejections that services respond with.
@Suite struct TimestampFormTests {
    typealias Timestamps = AutomaticSpeechRecognition.Timestamps

    private let recording = MediaInput(bytes: Array("fLaC".utf8), mediaType: .flac)

    /// The error that a client makes of a failure's body.
    private func error(_ body: String, status: Int = 400) async throws -> InferenceError {
        var client = try makeClient(ClosureTransport(TransportReply(status, body)))
        client.retry.maximumRetries = 0
        let error = await failure { try await client.automaticSpeechRecognition(recording, timestamps: .words) }
        return try #require(error)
    }

    /// The bodies of transformers 5.24.0's pipeline, as the hub's API and the inference toolkit return them: both
    /// include the text of the exception.
    @Test(arguments: [
        (
            Timestamps.enabled(true), Timestamps.words,
            "CTC can either predict character level timestamps, or word level timestamps. "
                + "Set `return_timestamps='char'` or `return_timestamps='word'` as required."
        ),
        (
            .chunks, .words,
            "CTC with LM can only predict word level timestamps, set `return_timestamps='word'`"
        ),
        (
            .words, .enabled(true),
            "Model generation config has no `alignment_heads`, token-level timestamps not available. See "
                + "https://gist.github.com/hollance/42e32852f24243b748ae6bc1f985b13a on how to add this property to the "
                + "generation config."
        ),
        (.words, .enabled(true), "We cannot return_timestamps yet on non-CTC models apart from Whisper!"),
    ])
    func rejectionsOfTheParameter(asked: Timestamps, other: Timestamps, message: String) async throws {
        let body = String(decoding: JSONValue.object(["error": .string(message)]).serialized(), as: UTF8.self)
        let alternative = TimestampForm.parameter(asked).alternative(after: try await error(body))
        #expect(alternative?.form == .parameter(other))
        #expect(alternative?.rejected.hasPrefix("return_timestamps ") == true)
    }

    @Test func theWordsForAReport() async throws {
        let rejection = try await error(#"{"error":"set `return_timestamps='word'`"}"#)
        let alternative = TimestampForm.parameter(.enabled(true)).alternative(after: rejection)
        #expect(alternative?.rejected == "return_timestamps true")
        #expect(alternative?.replacement == #"with "word""#)
    }

    /// Errors about something else, and requests that asked for no times.
    @Test func otherErrorsHaveNoAlternative() async throws {
        let loud = try await error(#"{"error":"Malformed soundfile"}"#)
        #expect(TimestampForm.parameter(.words).alternative(after: loud) == nil)
        #expect(TimestampForm.fields(TranscriptionForm(responseFormat: "json")).alternative(after: loud) == nil)
        // transformers' words for more than 30 s without times: nothing was rejected that was sent.
        let long = try await error(
            #"{"error":"You have passed more than 3000 mel input features (> 30 seconds) which automatically enables "#
                + #"long-form generation which requires the model to predict timestamp tokens."}"#)
        #expect(TimestampForm.parameter(nil).alternative(after: long) == nil)
        #expect(TimestampForm.parameter(.enabled(false)).alternative(after: long) == nil)
        let refused = try await error(#"{"error":"return_timestamps needs a token"}"#, status: 401)
        #expect(TimestampForm.parameter(.words).alternative(after: refused) == nil)
        let unsent = InferenceError(.invalidArgument, problem: "return_timestamps is 5")
        #expect(TimestampForm.parameter(.words).alternative(after: unsent) == nil)
    }

    /// OpenAI's error is that of openai/openai-dotnet#401 (2025), Groq's of groq/groq-python#114 (2024), the third that
    /// of transformers 5.24.0's `transformers serve`, the last vLLM's for models without segments.
    @Test(arguments: [
        (
            TranscriptionForm(responseFormat: "verbose_json", granularity: "word"), "json", nil as String?,
            #"{"error":{"message":"response_format 'verbose_json' is not compatible with model 'gpt-4o-transcribe'. "#
                + #"Use 'json' or 'text' instead.","type":"invalid_request_error","param":"response_format","#
                + #""code":"unsupported_value"}}"#,
            400
        ),
        (
            TranscriptionForm(responseFormat: "verbose_json", granularity: "word"), "verbose_json", nil,
            #"{"error":{"message":"`timestamp_granularities[]` not supported by this model","#
                + #""type":"invalid_request_error"}}"#,
            400
        ),
        (
            TranscriptionForm(responseFormat: "verbose_json", granularity: "word"), "verbose_json", nil,
            #"{"detail":"Unexpected fields in the request: {'timestamp_granularities[]'}"}"#, 422
        ),
        (
            TranscriptionForm(responseFormat: "verbose_json"), "json", nil,
            #"{"error":{"message":"Currently do not support verbose_json for voxtral","type":"BadRequestError","#
                + #""code":400}}"#,
            400
        ),
        (
            TranscriptionForm(responseFormat: "diarized_json"), "json", nil,
            #"{"error":{"message":"unknown","param":"response_format"}}"#, 400
        ),
    ])
    func rejectionsOfFields(
        asked: TranscriptionForm, format: String, granularity: String?, body: String, status: Int
    ) async throws {
        let alternative = TimestampForm.fields(asked).alternative(after: try await error(body, status: status))
        #expect(
            alternative?.form == .fields(TranscriptionForm(responseFormat: format, granularity: granularity)))
    }

    @Test func theLastResortIsToLeaveTheFieldOut() async throws {
        let rejection = try await error(
            #"{"detail":"Unexpected fields in the request: {'response_format'}"}"#, status: 422)
        let plain = TimestampForm.fields(TranscriptionForm(responseFormat: "json"))
        let alternative = try #require(plain.alternative(after: rejection))
        #expect(alternative.form == .fields(TranscriptionForm(responseFormat: nil)))
        #expect(alternative.rejected == "response_format json")
        #expect(alternative.replacement == "without it")
        #expect(alternative.form.alternative(after: rejection) == nil)
    }

    /// By https://platform.openai.com/docs/api-reference/audio/createTranscription.
    @Test(arguments: [
        ("whisper-1", Timestamps.words as Timestamps?, "verbose_json", "word" as String?),
        ("whisper-1", .enabled(true), "verbose_json", nil), ("whisper-1", .chunks, "verbose_json", nil),
        ("whisper-1", .enabled(false), "json", nil), ("whisper-1", nil, "json", nil),
        ("openai/whisper-large-v3", .words, "verbose_json", "word"),
        ("gpt-4o-transcribe", .words, "json", nil), ("gpt-4o-mini-transcribe-2025-03-20", .enabled(true), "json", nil),
        ("openai/GPT-4o-transcribe", .words, "json", nil),
        ("gpt-4o-transcribe-diarize", .words, "diarized_json", nil), ("gpt-4o-transcribe-diarize", nil, "json", nil),
    ])
    func fieldsByModel(model: String, timestamps: Timestamps?, format: String, granularity: String?) throws {
        #expect(
            TranscriptionForm(timestamps, model: model)
                == TranscriptionForm(responseFormat: format, granularity: granularity))
        let form = try AutomaticSpeechRecognition(audio: recording, timestamps: timestamps).openAIRequest(
            for: OpenAIService(model: model))
        guard case .form(let parts) = form?.payload else {
            Issue.record("not a form")
            return
        }
        let fields = parts.dropLast().map { "\($0.name)=\(String(decoding: $0.source.testBytes, as: UTF8.self))" }
        #expect(
            fields == ["response_format=\(format)"] + (granularity.map { ["timestamp_granularities[]=\($0)"] } ?? []))
    }

    @Test func speakersComeDiarized() {
        #expect(TranscriptionForm(nil, speakers: true, model: "whisperx").responseFormat == "diarized_json")
    }

    @Test func theFormIsTheEndpoints() throws {
        let url = try #require(URL(string: "http://127.0.0.1:1"))
        #expect(TimestampForm(.words, model: "whisper-1", endpoint: .url(url)) == .parameter(.words))
        #expect(TimestampForm(.words, model: "whisper-1", endpoint: .dedicated(url)) == .parameter(.words))
        #expect(
            TimestampForm(.words, model: "whisper-1", endpoint: .openAI(url))
                == .fields(TranscriptionForm(responseFormat: "verbose_json", granularity: "word")))
        // A field that is left out stays out, whatever times are asked for.
        let task = AutomaticSpeechRecognition(audio: recording, timestamps: .words)
            .asking(in: .fields(TranscriptionForm(responseFormat: nil)))
        guard case .form(let parts) = try task.openAIRequest(for: OpenAIService(model: "whisper-1"))?.payload else {
            Issue.record("not a form")
            return
        }
        #expect(parts.map(\.name) == ["file"])
    }

    @Test func timesOfWhichNoneIsKnown() {
        let chunk = RecognizedSpeech.Chunk(text: "a", start: nil, end: nil)
        #expect(!RecognizedSpeech(text: "a").hasTimes)
        #expect(!RecognizedSpeech(text: "a", chunks: [chunk, chunk]).hasTimes)
        #expect(RecognizedSpeech(text: "a", chunks: [chunk, .init(text: "b", start: nil, end: 1)]).hasTimes)
    }
}

extension MediaSource {
    fileprivate var testBytes: [UInt8] {
        if case .bytes(let bytes) = storage { bytes } else { [] }
    }
}
