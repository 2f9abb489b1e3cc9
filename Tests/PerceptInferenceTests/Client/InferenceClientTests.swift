import Foundation
import HTTPTypes
import PerceptCore
import Testing

@testable import PerceptInference

@Suite struct InferenceClientTests {
    private let success = TransportReply(200, "[]")

    @Test func headersOfAPlainRequest() async throws {
        let transport = ClosureTransport(success)
        _ = try await makeClient(transport).send(ObjectDetection(image: picture))
        let request = try #require(transport.requests.first)
        #expect(request.method == .post)
        #expect(
            request.url.absoluteString == "https://router.huggingface.co/hf-inference/models/facebook/detr-resnet-50")
        #expect(request.body == pngSignature)
        #expect(
            request.headers == [
                .contentType: "image/png", .accept: "application/json", .userAgent: "percept/1.0",
            ])
        #expect(request.token?.authorizationHeader == "Bearer \(secret)")
    }

    @Test func optionsOnTheWire() async throws {
        let cases: [(RequestOptions, cache: String?, wait: String?)] = [
            (RequestOptions(), nil, nil), (RequestOptions(useCache: false), "false", nil),
            (RequestOptions(waitForModel: true), nil, "true"),
            (RequestOptions(useGPU: true, retryOnError: false), nil, nil),
        ]
        for (options, cache, wait) in cases {
            let transport = ClosureTransport(success)
            _ = try await makeClient(transport).send(ObjectDetection(image: picture), options: options)
            #expect(transport.requests.first?.headers.value("X-Use-Cache") == cache)
            #expect(transport.requests.first?.headers.value("X-Wait-For-Model") == wait)
        }
    }

    @Test func anotherOrganizationCanBeBilled() async throws {
        let transport = ClosureTransport(success)
        var client = try makeClient(transport)
        client.billedOrganization = "acme"
        _ = try await client.send(ObjectDetection(image: picture))
        #expect(transport.requests.first?.headers.value("X-HF-Bill-To") == "acme")
        for name in ["", "a b", "a\r\nX-Other: 1"] {
            client.billedOrganization = name
            #expect(await failure { try await client.send(AnyTask()) }?.kind == .invalidArgument)
        }
        #expect(transport.requests.count == 1)
    }

    @Test func conveniencesSendTheirTask() async throws {
        let speech = ClosureTransport(TransportReply(200, #"{"text":"x"}"#))
        let list = ClosureTransport(success)
        let recording = MediaInput(bytes: Array("fLaC".utf8), mediaType: .flac)
        _ = try await makeClient(speech).automaticSpeechRecognition(recording)
        _ = try await makeClient(list).audioClassification(recording)
        _ = try await makeClient(list).imageClassification(picture)
        _ = try await makeClient(list).objectDetection(picture, model: "owner/other")
        _ = try await makeClient(list).imageSegmentation(picture)
        let models = (speech.requests + list.requests).map {
            $0.url.path().split(separator: "/").suffix(2).joined(separator: "/")
        }
        #expect(
            models == [
                AutomaticSpeechRecognition.defaultModel, AudioClassification.defaultModel,
                ImageClassification.defaultModel,
                "owner/other", ImageSegmentation.defaultModel,
            ])
    }

    @Test func theRouterNeedsAToken() async throws {
        let transport = ClosureTransport(success)
        let client = InferenceClient(token: nil, transport: transport)
        let error = await failure { try await client.send(AnyTask()) }
        #expect(error?.kind == .tokenMissing)
        #expect(error?.remedy?.contains("HF_TOKEN") == true)
        #expect(transport.requests.isEmpty)
        // Another endpoint may work without a token.
        var local = client
        local.endpoint = .url(try #require(URL(string: "http://10.0.0.1/hf-inference")))
        _ = try await local.send(AnyTask())
        #expect(transport.requests.count == 1)
    }

    @Test func theTokenIsNotSentUnprotected() async throws {
        let transport = ClosureTransport(success)
        var client = try makeClient(transport)
        client.endpoint = .url(try #require(URL(string: "http://example.org/hf-inference")))
        let error = await failure { try await client.send(AnyTask()) }
        #expect(error?.kind == .tokenRefused)
        #expect(transport.requests.isEmpty)
        #expect(await failure { try await client.stream(AnyStream()) }?.kind == .tokenRefused)
        var insisting = client
        insisting.sendsTokenUnprotected = true
        let other = ClosureTransport(success)
        insisting.transport = other
        _ = try await insisting.send(AnyTask())
        #expect(other.requests.first?.token != nil)
        for text in ["http://127.0.0.1:9/hf-inference", "http://localhost/x", "https://example.org/x"] {
            client.endpoint = .url(try #require(URL(string: text)))
            _ = try await client.send(AnyTask())
        }
        #expect(transport.requests.count == 3)
    }

    @Test func nothingIsSentForInvalidArguments() async throws {
        let transport = ClosureTransport(success)
        let client = try makeClient(transport)
        #expect(await failure { try await client.send(AnyTask(), model: "../x") }?.kind == .invalidArgument)
        let empty = AnyTask(input: MediaInput(bytes: [], mediaType: .png))
        #expect(await failure { try await client.send(empty) }?.kind == .invalidArgument)
        #expect(transport.requests.isEmpty)
    }

    @Test func redirectsAreFollowedWithinTheHostOnly() async throws {
        func reply(_ status: Int, _ location: String) -> TransportReply {
            TransportReply(status, "", [.location: location])
        }
        for location in [
            "/elsewhere", "https://router.huggingface.co/elsewhere", "https://router.huggingface.co:443/elsewhere",
        ] {
            let transport = ClosureTransport(reply(307, location), success)
            _ = try await makeClient(transport).send(AnyTask())
            #expect(transport.requests.map { $0.url.path() } == ["/hf-inference/models/owner/model", "/elsewhere"])
            #expect(transport.requests.last?.body == pngSignature)
        }
        let others = [
            (307, "https://example.org/x"), (308, "http://router.huggingface.co/x"), (301, "/elsewhere"), (302, "/x"),
            (303, "/x"), (307, "https://router.huggingface.co:8443/x"), (307, "//example.org/x"),
        ]
        for (status, location) in others {
            let transport = ClosureTransport(reply(status, location), success)
            let error = await failure { try await makeClient(transport).send(AnyTask()) }
            #expect(error?.kind == .redirected)
            #expect(error?.problem.contains(location) == true)
            #expect(transport.requests.count == 1)
        }
        let circle = ClosureTransport(reply(307, "/again"))
        #expect(await failure { try await makeClient(circle).send(AnyTask()) }?.kind == .redirected)
        #expect(circle.requests.count == 4)
    }

    /// A service that echoes the token everywhere.
    @Test func theTokenIsInNoError() async throws {
        let header = { (name: String) in HTTPField.Name(name) ?? .accept }
        let echoes = [
            TransportReply(400, #"{"error":"bad token \#(secret)"}"#),
            TransportReply(401, "Bearer \(secret)", type: "text/plain"),
            TransportReply(500, String(repeating: "x", count: 390) + secret, type: "text/plain"),
            TransportReply(422, #"{"detail":[{"loc":["\#(secret)"],"msg":"\#(secret)"}]}"#),
            TransportReply(502, "<html><title>\(secret)</title></html>", type: "text/html"),
            TransportReply(200, String(repeating: "y", count: 390) + secret),
            TransportReply(200, #"{"error":"\#(secret)"}"#),
            TransportReply(
                404, "", type: "text/plain", [header("x-error-message"): secret, header("x-request-id"): secret]),
            TransportReply(307, "", [.location: "https://example.org/\(secret)"]),
        ]
        for reply in echoes {
            let client = try makeClient(ClosureTransport(reply), retry: RetryPolicy(maximumRetries: 0))
            let error = try #require(await failure { try await client.send(ObjectDetection(image: picture)) })
            var dumped = ""
            dump(error, to: &dumped)
            for text in [error.description, String(reflecting: error), dumped] {
                // A truncation must not leave part of the secret either.
                #expect(!text.contains("hf_"), "\(text)")
            }
        }
        let transport = ClosureTransport { _, _ throws(TransportError) in
            throw TransportError(.connectionLost, problem: "while sending \(secret)")
        }
        let client = try makeClient(transport, retry: RetryPolicy(maximumRetries: 0))
        #expect(await failure { try await client.send(AnyTask()) }?.description.contains("hf_") == false)
    }

    @Test func concurrentRequestsGetTheirOwnResponses() async throws {
        let transport = ClosureTransport { _, request throws(TransportError) in
            await Task.yield()
            return TransportReply(200, String(decoding: request.body.dropFirst(8), as: UTF8.self))
        }
        let client = try makeClient(transport)
        let answers = try await withThrowingTaskGroup(of: (Int, JSONValue).self) { group in
            for number in 0..<50 {
                let input = MediaInput(bytes: pngSignature + Array("[\(number)]".utf8), mediaType: .png)
                group.addTask { (number, try await client.send(AnyTask(input: input))) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(answers.count == 50)
        for (number, answer) in answers { #expect(answer == [.integer(number)]) }
    }
}
