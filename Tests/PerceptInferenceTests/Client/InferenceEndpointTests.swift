import Foundation
import Testing

@testable import PerceptInference

@Suite struct InferenceEndpointTests {
    @Test(arguments: [
        ("http://127.0.0.1:8080/hf-inference", "http://127.0.0.1:8080/hf-inference/models/owner/name"),
        ("http://127.0.0.1:8080/hf-inference/", "http://127.0.0.1:8080/hf-inference/models/owner/name"),
        ("https://example.org/a/models", "https://example.org/a/models/owner/name"),
        ("https://example.org/a/models/", "https://example.org/a/models/owner/name"),
        ("https://example.org", "https://example.org"), ("https://example.org/", "https://example.org/"),
        ("https://example.org/predict?x=1", "https://example.org/predict?x=1"),
        ("https://example.org/hf-inference?x=1", "https://example.org/hf-inference/models/owner/name?x=1"),
        ("http://[::1]:9/hf-inference", "http://[::1]:9/hf-inference/models/owner/name"),
    ])
    func routes(base: String, expected: String) throws {
        let endpoint = InferenceEndpoint.url(try #require(URL(string: base)))
        #expect(try endpoint.url(forModel: "owner/name").absoluteString == expected)
    }

    @Test func theRouter() throws {
        #expect(
            try InferenceEndpoint.router.url(forModel: "facebook/detr-resnet-50").absoluteString
                == "https://router.huggingface.co/hf-inference/models/facebook/detr-resnet-50")
        #expect(
            try InferenceEndpoint.router.url(forModel: "gpt2").absoluteString
                == "https://router.huggingface.co/hf-inference/models/gpt2")
    }

    @Test(arguments: [
        "", " ", "a b", "../x", "a/..", "a/../b", "a//b", "/a", "a/", "a/b/c", "a?b", "a#b", "a%2Fb", "a\nb", "é", ".",
        "a/.",
        "a\\b", "a:b", "http://x",
    ])
    func modelIdsThatLeaveTheRouteAreRefused(model: String) {
        let error = #expect(throws: InferenceError.self) { try InferenceEndpoint.router.url(forModel: model) }
        #expect(error?.kind == .invalidArgument)
    }

    @Test(arguments: [
        "ftp://x/hf-inference", "file:///x", "hf-inference", "https:///x", "https://user:pw@x/hf-inference",
    ])
    func otherURLsAreRefused(text: String) throws {
        let url = try #require(URL(string: text))
        let error = #expect(throws: InferenceError.self) { try InferenceEndpoint.url(url).url(forModel: "a/b") }
        #expect(error?.kind == .invalidArgument)
    }

    @Test(arguments: [
        ("https://example.org", false), ("http://127.0.0.1:1", false), ("http://127.9.8.7", false),
        ("http://localhost:1", false), ("http://LOCALHOST", false), ("http://[::1]:1", false),
        ("http://example.org", true),
        ("http://127.0.0.1.example.org", true), ("http://localhost.example.org", true), ("http://10.0.0.1", true),
        ("http://128.0.0.1", true), ("http://[::2]", true), ("http://127.1", true),
    ])
    func plainHTTPIsForThisMachine(text: String, isUnprotected: Bool) throws {
        #expect(try #require(URL(string: text)).isUnprotected == isUnprotected)
    }
}
