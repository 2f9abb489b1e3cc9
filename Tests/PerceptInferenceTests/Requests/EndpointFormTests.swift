import Foundation
import HTTPTypes
import PerceptCore
import Testing

@testable import PerceptInference

/// The protocols of older and other servers.
@Suite struct EndpointFormTests {
    private let recording = MediaInput(bytes: Array("fLaC".utf8), mediaType: .flac)
    private let loading = TransportReply(503, #"{"error":"loading","estimated_time":1.0}"#)
    private let success = TransportReply(200, "[]")

    private func client(
        _ transport: some HTTPTransport, at endpoint: InferenceEndpoint
    ) throws -> InferenceClient {
        var client = try makeClient(transport)
        client.endpoint = endpoint
        return client
    }

    private func url(_ text: String) throws -> URL { try #require(URL(string: text)) }

    private func text(_ request: TransportRequest?) -> String { String(decoding: request?.body ?? [], as: UTF8.self) }

    // MARK: 2023

    @Test(arguments: [
        (RequestOptions(), "{}"), (RequestOptions(useGPU: true), #"{"use_gpu":true}"#),
        (RequestOptions(useCache: false), #"{"use_cache":false}"#),
        (RequestOptions(waitForModel: true, retryOnError: false), #"{"wait_for_model":true}"#),
        (
            RequestOptions(useGPU: true, useCache: false, waitForModel: true),
            #"{"use_gpu":true,"use_cache":false,"wait_for_model":true}"#
        ),
    ])
    func legacyOptionsStandInTheBody(options: RequestOptions, expected: String) async throws {
        let transport = ClosureTransport(success)
        let client = try client(transport, at: .legacy(url("https://example.org")))
        _ = try await client.fillMask("[MASK]", options: options)
        let request = try #require(transport.requests.first)
        #expect(text(request) == #"{"inputs":"[MASK]","options":\#(expected)}"#)
        #expect(request.headers.value("X-Use-Cache") == nil)
        #expect(request.headers.value("X-Wait-For-Model") == nil)
        #expect(request.url.absoluteString == "https://example.org/models/bert-base-uncased")
    }

    @Test func legacyUploadsCarryHeaders() async throws {
        let transport = ClosureTransport(success)
        let client = try client(transport, at: .legacy(url("https://example.org/models/")))
        _ = try await client.objectDetection(
            picture, options: RequestOptions(useCache: false, waitForModel: true))
        #expect(transport.requests.first?.body == pngSignature)
        #expect(transport.requests.first?.headers.value("X-Use-Cache") == "false")
        #expect(transport.requests.first?.headers.value("X-Wait-For-Model") == "true")
        #expect(transport.requests.first?.url.path() == "/models/facebook/detr-resnet-50")
    }

    @Test func afterLoadingTheBodyRequestsWaiting() async throws {
        let transport = ClosureTransport(loading, success)
        _ = try await client(transport, at: .legacy(url("https://example.org"))).fillMask("[MASK]")
        #expect(
            transport.requests.map(text) == [
                #"{"inputs":"[MASK]","options":{}}"#, #"{"inputs":"[MASK]","options":{"wait_for_model":true}}"#,
            ])
        #expect(transport.requests.last?.headers.value("X-Wait-For-Model") == nil)
    }

    @Test func legacyTasksOtherThanTheDefaultOne() throws {
        let endpoint = InferenceEndpoint.legacy(try url("https://example.org/api?x=1"))
        #expect(
            try endpoint.url(forModel: "a/b", route: .pipeline("feature-extraction")).absoluteString
                == "https://example.org/api/pipeline/feature-extraction/a/b?x=1")
    }

    // MARK: Dedicated

    /// The container's releases before August 2026 convert integers and booleans alone in a query: parameters go into
    /// the body. Without any the recording or image is the body.
    @Test func parametersComeWithBase64() async throws {
        let transport = ClosureTransport(TransportReply(200, #"{"text":"x"}"#), success)
        let client = try client(transport, at: .dedicated(url("https://example.org/predict?a=1")))
        let task = AutomaticSpeechRecognition(
            audio: recording, timestamps: .words, generationParameters: ["num_beams": 2],
            additionalParameters: ["language": "de"])
        _ = try await client.send(task)
        // `printf fLaC | base64`
        #expect(
            text(transport.requests.first)
                == #"{"inputs":"ZkxhQw==","parameters":{"return_timestamps":"word","#
                + #""generation_parameters":{"num_beams":2},"language":"de"}}"#)
        #expect(transport.requests.first?.headers[.contentType] == "application/json")
        _ = try await client.objectDetection(picture, threshold: 0.3)
        _ = try await client.zeroShotImageClassification(picture, candidateLabels: ["a cat", "a dog"])
        _ = try await client.imageClassification(picture)
        // `printf '\x89PNG\r\n\x1a\n' | base64`
        #expect(
            transport.requests[1...].map(text) == [
                #"{"inputs":"iVBORw0KGgo=","parameters":{"threshold":0.3}}"#,
                #"{"inputs":"iVBORw0KGgo=","parameters":{"candidate_labels":["a cat","a dog"]}}"#,
                String(decoding: pngSignature, as: UTF8.self),
            ])
        #expect(transport.requests.last?.body == pngSignature)
        #expect(transport.requests.last?.headers[.contentType] == "image/png")
        #expect(transport.requests.allSatisfy { $0.url.absoluteString == "https://example.org/predict?a=1" })
    }

    /// Whatever its path ends in, the URL is the endpoint's own.
    @Test(arguments: ["https://example.org/hf-inference", "https://example.org/models"])
    func dedicatedURLsAreUsedAsTheyAre(base: String) throws {
        #expect(try InferenceEndpoint.dedicated(url(base)).url(forModel: "a/b").absoluteString == base)
        #expect(try InferenceEndpoint.url(url(base)).url(forModel: "a/b").absoluteString.hasSuffix("/a/b"))
    }

    // MARK: OpenAI's API and providers

    @Test(arguments: [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1/audio/transcriptions"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/v1/audio/transcriptions"),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/audio/transcriptions"),
        ("https://example.org/a/v1/?k=1", "https://example.org/a/v1/audio/transcriptions?k=1"),
        ("https://example.org/v1/audio/transcriptions", "https://example.org/v1/audio/transcriptions"),
    ])
    func interfaceURLs(base: String, expected: String) throws {
        let endpoint = InferenceEndpoint.openAI(try url(base))
        #expect(try endpoint.url(forModel: "whisper-1", route: .audioTranscriptions).absoluteString == expected)
    }

    @Test(arguments: [
        ("together", TaskRoute.chatCompletions, "together/v1/chat/completions"),
        ("together", .imageGenerations, "together/v1/images/generations"),
        ("together", .audioTranscriptions, "together/v1/audio/transcriptions"),
        ("groq", .chatCompletions, "groq/openai/v1/chat/completions"),
        ("fireworks-ai", .chatCompletions, "fireworks-ai/inference/v1/chat/completions"),
        ("cohere", .chatCompletions, "cohere/compatibility/v1/chat/completions"),
        ("novita", .chatCompletions, "novita/v3/openai/chat/completions"),
        ("auto", .chatCompletions, "v1/chat/completions"),
    ])
    func providerURLs(name: String, route: TaskRoute, expected: String) throws {
        #expect(
            try InferenceEndpoint.provider(name).url(forModel: "a/b:c", route: route).absoluteString
                == "https://router.huggingface.co/\(expected)")
    }

    @Test(arguments: ["", "a/b", "..", "a b", "a?b", "hf-inference", "é"])
    func namesOfNoProvider(name: String) {
        let error = #expect(throws: InferenceError.self) {
            try InferenceEndpoint.provider(name).url(forModel: "a/b", route: .chatCompletions)
        }
        #expect(error?.kind == .invalidArgument)
    }

    @Test func theRouterChoosesProvidersOnlyForChat() throws {
        let error = #expect(throws: InferenceError.self) {
            try InferenceEndpoint.provider("auto").url(forModel: "a/b", route: .imageGenerations)
        }
        #expect(error?.remedy == "name the provider")
    }

    @Test func modelsOfProviders() throws {
        let provider = InferenceEndpoint.provider("fireworks-ai")
        for model in ["accounts/fireworks/models/llama-v3p1-8b-instruct", "a/b:cheapest"] {
            _ = try provider.url(forModel: model, route: .chatCompletions)
        }
        for model in ["", "a b", "a\nb", String(repeating: "a", count: 201)] {
            #expect(throws: InferenceError.self) { try provider.url(forModel: model, route: .chatCompletions) }
        }
    }

    @Test func chatWithAProvider() async throws {
        let transport = ClosureTransport(
            TransportReply(200, #"{"choices":[{"index":0,"message":{"role":"assistant","content":"Paris."}}]}"#))
        let client = try client(transport, at: .provider("together"))
        let answer = try await client.chatCompletion(
            [.user("What?")], model: "meta/llama", parameters: .init(maxTokens: 5),
            options: RequestOptions(useGPU: true))
        #expect(answer.text == "Paris.")
        #expect(
            text(transport.requests.first)
                == #"{"model":"meta/llama","messages":[{"role":"user","content":"What?"}],"max_tokens":5}"#)
    }

    @Test func streamedChatWithAProvider() async throws {
        let events = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Pa\"}}]}\n\ndata: [DONE]\n\n"
        let transport = ClosureTransport(TransportReply(200, events, type: "text/event-stream"))
        let client = try client(transport, at: .provider("groq"))
        var words = ""
        for try await chunk in try await client.stream(ChatCompletion(messages: [.user("What?")]), model: "m") {
            words += chunk.text
        }
        #expect(words == "Pa")
        #expect(text(transport.requests.first).hasSuffix(#""stream":true}"#))
        #expect(transport.requests.first?.url.path() == "/groq/openai/v1/chat/completions")
    }

    @Test func speechWithAProvider() async throws {
        // OpenAI's documented verbose response, shortened.
        let answer =
            #"{"task":"transcribe","language":"english","duration":8.47,"text":"The beach.","#
            + #""segments":[{"id":0,"start":0.0,"end":3.32,"text":" The beach.","avg_logprob":-0.28}]}"#
        let transport = ClosureTransport(TransportReply(200, answer))
        let client = try client(transport, at: .openAI(url("http://127.0.0.1:8000")))
        let task = AutomaticSpeechRecognition(
            audio: recording, timestamps: .enabled(true), generationParameters: ["temperature": 0.5],
            additionalParameters: ["language": "en"])
        let speech = try await client.send(task, model: "whisper-1")
        #expect(speech.text == "The beach.")
        #expect(speech.chunks.map(\.text) == [" The beach."])
        #expect(speech.chunks.map(\.start) == [0])
        #expect(speech.chunks.map(\.end) == [3.32])
        #expect(speech.chunks.first?.additional["avg_logprob"] == -0.28)
        #expect(speech.additional["language"] == "english")
        let request = try #require(transport.requests.first)
        #expect(request.headers[.accept] == "application/json")
        let parts = try MultipartForm.parts(of: request.body, contentType: request.headers[.contentType] ?? "")
        #expect(
            parts == [
                FormPart("model", "whisper-1"), FormPart("language", "en"), FormPart("temperature", "0.5"),
                FormPart("response_format", "verbose_json"),
                FormPart(
                    name: "file", fileName: "recording.flac", mediaType: .flac,
                    bytes: recording.source.storage.testBytes),
            ])
    }

    @Test func wordTimestampsWithAProvider() async throws {
        let answer =
            #"{"text":"The beach","words":[{"word":"The","start":0,"end":0.3},"#
            + #"{"word":"beach","start":0.3,"end":null}]}"#
        let transport = ClosureTransport(TransportReply(200, answer), TransportReply(200, #"{"text":"x"}"#))
        let client = try client(transport, at: .provider("together"))
        let speech = try await client.automaticSpeechRecognition(recording, timestamps: .words)
        #expect(speech.chunks.map(\.text) == ["The", "beach"])
        #expect(speech.chunks.map(\.end) == [0.3, nil])
        #expect(text(transport.requests.first).contains("\r\n\r\nword\r\n"))
        let plain = try await client.automaticSpeechRecognition(recording)
        #expect(plain == RecognizedSpeech(text: "x"))
        #expect(text(transport.requests.last).contains("name=\"response_format\"\r\n\r\njson\r\n"))
        let error = await failure {
            try await client.send(
                AutomaticSpeechRecognition(audio: recording, additionalParameters: ["a": [1]]))
        }
        #expect(error?.kind == .invalidArgument)
        #expect(transport.requests.count == 2)
    }

    @Test func imageGenerationWithAProvider() async throws {
        let transport = ClosureTransport(TransportReply(200, #"{"data":[{"b64_json":"iVBORw0KGgo="}]}"#))
        let client = try client(transport, at: .provider("nebius"))
        let made = try await client.textToImage("A lighthouse", model: "flux", parameters: .init(width: 64))
        #expect(made == GeneratedMedia(bytes: pngSignature, mediaType: .png))
        #expect(
            text(transport.requests.first)
                == #"{"model":"flux","prompt":"A lighthouse","width":64,"response_format":"b64_json"}"#)
        #expect(transport.requests.first?.headers[.accept] == "application/json")
    }

    @Test func otherTasksAreRejected() async throws {
        let transport = ClosureTransport(success)
        let client = try client(transport, at: .provider("together"))
        // together has a form for images made of images too.
        let formed = [
            "chat-completion", "text-generation", "feature-extraction", "automatic-speech-recognition",
            "text-to-speech",
            "text-to-image", "image-to-image",
        ]
        var refused = 0
        for task in TaskCatalogue.tasks
        where !formed.contains(task.name) {
            let error = await failure {
                _ = try await task.run(TaskCatalogueTests.arguments(for: task), client: client)
            }
            #expect(error?.kind == .invalidArgument, "\(task.name)")
            #expect(error?.problem.hasPrefix("\(task.name) is not part of") == true)
            refused += 1
        }
        let streamed = await failure { _ = try await client.stream(Text2TextGeneration(inputs: "a")) }
        #expect(streamed?.kind == .invalidArgument)
        #expect(refused == 22)
        #expect(transport.requests.isEmpty)
    }

    @Test func errorsNameTheProvider() async throws {
        let transport = ClosureTransport(TransportReply(429, #"{"error":"Rate limit reached"}"#))
        let client = try client(transport, at: .provider("together"))
        let error = await failure {
            try await client.chatCompletion(
                [.user("a")], model: "m", options: RequestOptions(retryOnError: false))
        }
        #expect(error?.kind == .rateLimited)
        #expect(error?.host == "router.huggingface.co/together")
        #expect(error?.description.hasPrefix("m at router.huggingface.co/together: ") == true)
    }

    @Test func providersRequireAToken() async throws {
        let client = InferenceClient(token: nil, endpoint: .provider("together"), transport: ClosureTransport(success))
        #expect(await failure { try await client.chatCompletion([.user("a")]) }?.kind == .tokenMissing)
    }
}

extension MediaSource.Storage {
    /// The contents, if in memory.
    fileprivate var testBytes: [UInt8] {
        if case .bytes(let bytes) = self { bytes } else { [] }
    }
}
