import Testing

@testable import PerceptInference

/// From curl(1), "ENVIRONMENT": which variables name a proxy, and how `no_proxy` lists exceptions.
@Suite struct LoopbackProxyExemptionTests {
    @Test(
        arguments: [
            ([:], nil), (["https_proxy": "http://p:1"], nil), (["HTTP_PROXY": "http://p:1"], nil),
            (["http_proxy": ""], nil),
            (["http_proxy": "http://p:1"], "127.0.0.1,localhost,::1"),
            (["ALL_PROXY": "p:1"], "127.0.0.1,localhost,::1"),
            (["http_proxy": "p", "no_proxy": "a.org, localhost"], "a.org,localhost,127.0.0.1,::1"),
            (["http_proxy": "p", "NO_PROXY": "a.org"], "a.org,127.0.0.1,localhost,::1"),
            (["http_proxy": "p", "no_proxy": "b.org", "NO_PROXY": "a.org"], "b.org,127.0.0.1,localhost,::1"),
            (["all_proxy": "p", "no_proxy": "*"], nil),
            (["all_proxy": "p", "no_proxy": "::1,localhost,127.0.0.1"], nil),
        ] as [([String: String], String?)])
    func values(environment: [String: String], expected: String?) {
        #expect(LoopbackProxyExemption.value(in: environment) == expected)
    }
}
