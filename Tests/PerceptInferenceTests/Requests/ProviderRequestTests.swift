import Foundation
import HTTPTypes
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptInference

/// Requests to inference providers against those of huggingface_hub, captured once by
/// TestMedia/golden/capture_provider_requests.py; the file names its version.
@Suite struct ProviderRequestTests {
    private static let model = "owner/model"

    /// Where ours differ on purpose.
    private struct Difference: Sendable {
        let reason: String
        let rewrite: @Sendable (_ provider: String, _ task: String, _ body: inout JSONObject) -> Void
    }

    private static let differences: [Difference] = [
        Difference(reason: "completions know max_tokens alone; novita and together pass over max_new_tokens") {
            _, task, body in
            guard task == "text-generation", let count = body["max_new_tokens"] else { return }
            body["max_new_tokens"] = nil
            body["max_tokens"] = count
        },
        Difference(reason: "the form of the transcript is asked for, as servers have defaults of their own") {
            _, task, body in
            if task == "automatic-speech-recognition" { body["response_format"] = "json" }
        },
        Difference(reason: "together names an image by its own media type, ours is a PNG") { _, task, body in
            guard task == "image-to-image" else { return }
            body["reference_images"] = ["data:image/png;base64,iVBORw0KGgo="]
        },
    ]

    /// Providers that are refused, with the reason in the error.
    private static let refused = [
        "fal-ai": "an API of its own", "replicate": "an API of its own",
        "wavespeed": "an API of its own", "openai": "does not route to openai",
    ]

    private func requests() throws -> [JSONValue] {
        let json = try JSONValue(parsing: TestFiles.bytes(of: TestFiles.media("golden/provider_requests.json")))
        #expect(json["client"] == "huggingface_hub 1.33.0")
        return try #require(json["requests"]?.arrayValue)
    }

    /// The call that the script made.
    private func send(_ task: String, to provider: String, _ client: InferenceClient) async throws(InferenceError) {
        let model = Self.model
        let recording = MediaInput(bytes: Array("fLaC".utf8), mediaType: .flac)
        switch task {
        case "conversational":
            _ = try await client.chatCompletion([.user("Hello")], model: model, parameters: .init(maxTokens: 5))
        case "text-generation":
            _ = try await client.textGeneration(
                "Once upon a time", model: model, parameters: .init(maxNewTokens: 5, seed: 7))
        case "feature-extraction":
            _ = try await client.send(FeatureExtraction(inputs: "A happy person"), model: model)
        case "text-to-speech": _ = try await client.send(TextToSpeech(inputs: "The tide is out."), model: model)
        case "automatic-speech-recognition":
            _ = try await client.send(AutomaticSpeechRecognition(audio: recording), model: model)
        case "text-to-image":
            // huggingface_hub drops the steps for nscale, which are refused here.
            let parameters = TextToImage.Parameters(
                negativePrompt: "fog", width: 768, height: 512, inferenceStepCount: provider == "nscale" ? nil : 3,
                seed: 7)
            _ = try await client.send(TextToImage(inputs: "A lighthouse", parameters: parameters), model: model)
        case "image-to-image":
            _ = try await client.send(ImageToImage(image: picture, prompt: "Make it winter"), model: model)
        default: _ = try await client.send(ImageSegmentation(image: picture), model: model)
        }
    }

    /// The fields of a multipart form by their names; of a file the number of its bytes.
    private func fields(of request: TransportRequest) throws -> JSONObject {
        let parts = try MultipartForm.parts(of: request.body, contentType: request.headers[.contentType] ?? "")
        var fields = JSONObject()
        for part in parts {
            guard case .bytes(let bytes) = part.source.storage else { continue }
            fields[part.name] =
                part.fileName == nil
                ? .string(String(decoding: bytes, as: UTF8.self))
                : ["file": true, "byteCount": .integer(bytes.count)]
        }
        return fields
    }

    @Test func requestsAreThoseOfTheReferenceClient() async throws {
        var (compared, refusals) = (0, 0)
        for entry in try requests() {
            let provider = try #require(entry["provider"]?.stringValue)
            let task = try #require(entry["task"]?.stringValue)
            let transport = ClosureTransport(TransportReply(200, "{}"))
            var client = try makeClient(transport)
            client.endpoint = .provider(provider)
            let error = await failure { try await send(task, to: provider, client) }
            let background = provider == "zai-org" && task == "text-to-image"
            if let words = Self.refused[provider] ?? (background ? "asynchronously" : nil) {
                #expect(error?.kind == .invalidArgument, "\(provider) \(task)")
                let hasForm = task != "image-segmentation" && task != "image-to-image"
                #expect(!hasForm || error?.problem.contains(words) == true, "\(provider) \(task)")
                #expect(transport.requests.isEmpty)
                refusals += 1
                continue
            }
            let request = try #require(transport.requests.first, "\(provider) \(task): \(error?.problem ?? "")")
            #expect(request.url.absoluteString == entry["url"]?.stringValue)
            #expect(request.headers[.contentType]?.mediaTypeName == entry["contentType"]?.stringValue)
            for (name, value) in try #require(entry["headers"]?.objectValue) {
                #expect(request.headers.value(name) == value.stringValue, "\(provider) \(task)")
            }
            var expected = try #require((entry["json"] ?? entry["form"])?.objectValue)
            for difference in Self.differences { difference.rewrite(provider, task, &expected) }
            let body =
                try entry["form"] == nil
                ? JSONValue(parsing: request.body).objectValue : fields(of: request)
            #expect(body == expected, "\(provider) \(task)")
            // Routers read the first bytes of a body alone.
            #expect(entry["form"] != nil || body?.keys.first == "model")
            compared += 1
        }
        #expect(compared == 27)
        #expect(refusals == 13)
    }

    @Test func onlyZaiOrgWantsHeaders() {
        #expect(ProviderInterface.headers(of: "zai-org").count == 2)
        #expect(ProviderInterface.headers(of: "together").isEmpty)
    }

    // MARK: Images in OpenAI's form

    private func imageBody(
        _ model: String, _ provider: String? = nil, _ parameters: TextToImage.Parameters = .init()
    ) throws -> JSONObject {
        let form = try TextToImage(inputs: "x", parameters: parameters)
            .openAIRequest(for: OpenAIService(model: model, provider: provider))
        return try #require(try form?.payload.json())
    }

    // OpenAI's API reference, images/generations: response_format is for dall-e-2 and dall-e-3 alone.
    @Test(arguments: [
        ("dall-e-2", true), ("dall-e-3", true), ("gpt-image-1", false), ("gpt-image-1-mini", false),
        ("openai/GPT-Image-1.5", false), ("chatgpt-image-latest", false), ("flux-gpt-image", true),
        ("stabilityai/stable-diffusion-xl-base-1.0", true), ("gpt-4o", true),
    ])
    func modelsThatTakeAResponseFormat(model: String, takesFormat: Bool) throws {
        #expect(try imageBody(model)["response_format"] == (takesFormat ? "b64_json" : nil))
        let asked = try imageBody(model, nil, .init(additional: ["response_format": "url"]))
        #expect(asked["response_format"] == "url")
    }

    @Test func widthAndHeightAreASize() throws {
        #expect(
            try imageBody("dall-e-3", nil, .init(width: 1024, height: 768))
                == ["prompt": "x", "size": "1024x768", "response_format": "b64_json"])
        let stated = try imageBody("gpt-image-1", nil, .init(additional: ["size": "auto"]))
        #expect(stated == ["prompt": "x", "size": "auto"])
        #expect(try imageBody("m", "together", .init(width: 1024, height: 768))["width"] == 1024)
        // One side alone is not a size, and is sent unchanged.
        #expect(try imageBody("gpt-image-1", nil, .init(width: 5)) == ["prompt": "x", "width": 5])
    }

    @Test func imagesForKontextModels() throws {
        let form = try ImageToImage(image: picture, inferenceStepCount: 4)
            .openAIRequest(for: OpenAIService(model: "black-forest-labs/FLUX.1-kontext-dev", provider: "together"))
        #expect(
            try form?.payload.json() == [
                "prompt": "", "image_url": "data:image/png;base64,iVBORw0KGgo=", "response_format": "base64",
                "steps": 4,
            ])
        #expect(try ImageToImage(image: picture).openAIRequest(for: OpenAIService(model: "m")) == nil)
    }

    // MARK: Responses of providers

    @Test func responsesInOpenAIsForm() async throws {
        let speech = ClosureTransport(
            TransportReply(status: 200, headers: [.contentType: "audio/flac"], body: Array("fLaC\0\0\0\u{22}".utf8)))
        var client = try makeClient(speech)
        client.endpoint = .provider("together")
        _ = try await client.textToSpeech("x", model: "m")
        #expect(speech.requests.first?.headers[.accept] == "*/*")
        let completion = #"{"choices":[{"index":0,"text":" there","finish_reason":"stop"}],"usage":{}}"#
        client.transport = ClosureTransport(TransportReply(200, completion))
        #expect(try await client.textGeneration("x", model: "m").map(\.generatedText) == [" there"])
        let events = #"data: {"choices":[{"index":0,"text":" th"}]}"# + "\n\ndata: {\"choices\":[]}\n\ndata: [DONE]\n\n"
        client.transport = ClosureTransport(TransportReply(200, events, type: "text/event-stream"))
        var words = ""
        for try await piece in try await client.stream(TextGeneration(inputs: "x"), model: "m") { words += piece.text }
        #expect(words == " th")
        let vectors = #"{"data":[{"embedding":[1,2],"index":0},{"embedding":[3,4],"index":1}]}"#
        client.transport = ClosureTransport(TransportReply(200, vectors))
        #expect(
            try await client.send(FeatureExtraction(inputs: ["a", "b"]), model: "m").vectors == [[1, 2], [3, 4]])
    }
}
