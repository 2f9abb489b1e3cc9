import Foundation
import HTTPTypes
import PerceptCore
import Testing

@testable import PerceptInference

/// Some providers answer with links to the generated media instead of the media: fal-ai, OpenAI's older image models,
/// Replicate.
@Suite struct DownloadTests {
    private let speech = TextToSpeech(inputs: "The tide is out.")
    private let image = TextToImage(inputs: "A lighthouse")
    private static let png = TransportReply(status: 200, headers: [.contentType: "image/png"], body: pngSignature)

    @Test(arguments: [
        #"{"created":1,"data":[{"url":"https://cdn.example/a.png","b64_json":null}]}"#,
        #"{"images":[{"url":"https://cdn.example/a.png","content_type":"image/png"}]}"#,
        #"{"output":["HTTPS://cdn.example/a.png"]}"#, #"{"output":"https://cdn.example/a.png"}"#,
    ])
    func aLinkIsFollowed(body: String) async throws {
        let transport = ClosureTransport(TransportReply(200, body), Self.png)
        let made = try await makeClient(transport).send(image)
        #expect(made == [GeneratedMedia(bytes: pngSignature, mediaType: .png)])
        let request = try #require(transport.requests.last)
        #expect(request.method == .get)
        #expect(request.url.host() == "cdn.example")
        #expect(request.token == nil && request.body.isEmpty)
        #expect(transport.requests.first?.token != nil)
    }

    @Test func speechBehindALink() async throws {
        let flac = Array("fLaC".utf8) + [0, 0, 0, 34]
        let transport = ClosureTransport(
            TransportReply(200, #"{"audio":{"url":"https://cdn.example/x.flac"}}"#),
            TransportReply(status: 200, body: flac))
        #expect(try await makeClient(transport).send(speech).map(\.bytes) == [flac])
    }

    @Test func aLinkThatOccursTwiceIsFollowedOnce() async throws {
        let body = #"{"output":["https://a.example/1","https://a.example/1","https://a.example/2"]}"#
        let transport = ClosureTransport(TransportReply(200, body), Self.png)
        #expect(try await makeClient(transport).send(image).count == 3)
        #expect(transport.requests.map { $0.url.path() }.dropFirst() == ["/1", "/2"])
    }

    @Test func redirectsOfALinkAreFollowedFiveTimes() async throws {
        for (count, isReached) in [(5, true), (6, false)] {
            let transport = ClosureTransport { index, _ in
                switch index {
                case 0: TransportReply(200, #"{"output":"https://a.example/0"}"#)
                case 1...count: TransportReply(302, "", ["Location": "https://b.example/\(index)"].headers)
                default: Self.png
                }
            }
            let client = try makeClient(transport)
            if isReached {
                #expect(try await client.send(image).count == 1)
            } else {
                #expect(await failure { try await client.send(image) }?.kind == .redirected)
            }
        }
    }

    @Test(arguments: ["http://cdn.example/a.png", "http://127.0.0.1/a.png"])
    func aLinkOverPlainHTTPIsNotFollowedFromHTTPS(link: String) async throws {
        let transport = ClosureTransport(TransportReply(200, #"{"output":"\#(link)"}"#), Self.png)
        let client = try makeClient(transport)
        let error = await failure { try await client.send(image) }
        #expect(error?.kind == .answerMalformed)
        #expect(error?.problem.contains(link) == true)
        #expect(transport.requests.count == 1)
    }

    @Test func aRedirectToPlainHTTPOrAFileIsNotFollowed() async throws {
        for target in ["http://cdn.example/a.png", "file:///etc/passwd"] {
            let transport = ClosureTransport(
                TransportReply(200, #"{"output":"https://a.example/0"}"#),
                TransportReply(302, "", ["Location": target].headers), Self.png)
            let client = try makeClient(transport)
            #expect(await failure { try await client.send(image) }?.kind == .answerMalformed)
            #expect(transport.requests.count == 2)
        }
    }

    @Test func anEndpointOverPlainHTTPMayLinkToPlainHTTP() async throws {
        let transport = ClosureTransport(TransportReply(200, #"{"output":"http://127.0.0.1:9/a.png"}"#), Self.png)
        var client = try makeClient(transport)
        client.endpoint = .dedicated(try #require(.init(string: "http://127.0.0.1:8/")))
        #expect(try await client.send(image).count == 1)
    }

    @Test func allDownloadsShareTheLimitOfTheResponse() async throws {
        let transport = ClosureTransport(
            TransportReply(200, #"{"output":["https://a.example/1","https://a.example/2"]}"#), Self.png)
        var client = try makeClient(transport)
        client.answerByteLimit = 1000
        _ = try await client.send(image)
        #expect(transport.requests.map(\.responseByteLimit) == [1000, 1000, 1000 - pngSignature.count])
    }

    @Test func aMissingDownloadIsAnErrorOfTheService() async throws {
        let transport = ClosureTransport(
            TransportReply(200, #"{"output":"https://a.example/1?signature=x"}"#),
            TransportReply(404, "gone", type: "text/plain"))
        let client = try makeClient(transport)
        let error = await failure { try await client.send(image) }
        #expect(error?.status == 404)
        #expect(error?.problem == "the generated media at https://a.example/1 cannot be downloaded")
        #expect(error?.remedy == "send the request again; the link may have expired")
        #expect(error?.task == "text-to-image")
    }

    @Test func aBusyDownloadIsRetried() async throws {
        let transport = ClosureTransport(
            TransportReply(200, #"{"output":"https://a.example/1"}"#), TransportReply(503, "busy", type: "text/plain"),
            Self.png)
        #expect(try await makeClient(transport).send(image).count == 1)
        #expect(transport.requests.count == 3)
    }
}

extension [String: String] {
    var headers: HTTPFields { fields(self) }
}
