import PerceptTestSupport
import Testing

@testable import PerceptInference

@Suite struct AccessTokenTests {
    private func discover(_ environment: [String: String], files: [String: String] = [:]) throws -> AccessToken? {
        try AccessToken.discover(environment: environment, homeDirectory: "/home/me") { files[$0] }
    }

    /// The order of the standard places: each one is removed in turn.
    @Test func placesAreTriedInOrder() throws {
        var environment = [
            "HF_TOKEN": "one", "HUGGING_FACE_HUB_TOKEN": "two", "HF_TOKEN_PATH": "/three", "HF_HOME": "/hf",
            "XDG_CACHE_HOME": "/cache",
        ]
        var files = [
            "/three": "three\n", "/hf/token": " four ", "/cache/huggingface/token": "five",
            "/home/me/.huggingface/token": "six",
        ]
        let steps: [(source: String, header: String)] = [
            ("HF_TOKEN", "Bearer one"), ("HUGGING_FACE_HUB_TOKEN", "Bearer two"), ("/three", "Bearer three"),
            ("/hf/token", "Bearer four"), ("/cache/huggingface/token", "Bearer five"),
            ("/home/me/.huggingface/token", "Bearer six"),
        ]
        for step in steps {
            let token = try #require(try discover(environment, files: files))
            #expect(token.source == step.source)
            #expect(token.authorizationHeader == step.header)
            environment[step.source] = environment[step.source] == nil ? nil : " \n"
            files[step.source] = nil
        }
        #expect(try discover(environment, files: files) == nil)
    }

    @Test func theCacheIsInTheHomeFolderByDefault() throws {
        let files = ["/home/me/.cache/huggingface/token": "t", "/home/me/x/token": "u"]
        #expect(try discover([:], files: files)?.source == "/home/me/.cache/huggingface/token")
        #expect(try discover(["XDG_CACHE_HOME": ""], files: files)?.source == "/home/me/.cache/huggingface/token")
        #expect(try discover(["HF_HOME": "~/x"], files: files)?.source == "/home/me/x/token")
    }

    @Test(arguments: ["1", "true", "YES", "on"]) func implicitTokensCanBeDisabled(value: String) throws {
        #expect(try discover(["HF_TOKEN": "one", "HF_HUB_DISABLE_IMPLICIT_TOKEN": value]) == nil)
        #expect(try discover(["HF_TOKEN": "one", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "0"]) != nil)
    }

    @Test(arguments: ["", "  \n", "a b", "a\r\nX-Forged: 1", "a\nb", "caf\u{E9}", "a\u{0}b", "\u{201C}hf_x\u{201D}"])
    func malformedTokensAreRefusedWithoutBeingShown(text: String) throws {
        let error = #expect(throws: InferenceError.self) { try AccessToken(text, source: "HF_TOKEN") }
        #expect(error?.kind == .tokenRefused)
        #expect(error?.description.contains("HF_TOKEN") == true)
        #expect(error?.description.contains("Forged") == false)
    }

    @Test func printingHidesTheSecret() throws {
        struct Holder { var token: AccessToken }
        let token = try AccessToken(secret, source: "HF_TOKEN")
        var dumped = ""
        dump(Holder(token: token), to: &dumped)
        let client = InferenceClient(token: token, transport: ClosureTransport(TransportReply(200, "[]")))
        dump(client, to: &dumped)
        let request = TransportRequest(url: try InferenceEndpoint.router.url(forModel: "a/b"), token: token)
        dump(request, to: &dumped)
        for text in [
            "\(token)", String(reflecting: token), "\(Holder(token: token))", "\(client)", "\(request)", dumped,
        ] {
            #expect(!text.contains("Secret"), "\(text)")
        }
        #expect("\(token)" == "[token from HF_TOKEN]")
    }

    @Test func tokenFiles() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Array(" hf_abc\r\n".utf8), as: "token")
        let token = try AccessToken(fileAt: path)
        #expect(token.authorizationHeader == "Bearer hf_abc")
        #expect(token.source == path)
        for missing in [folder.file("none"), folder.path] {
            #expect(throws: InferenceError.self) { try AccessToken(fileAt: missing) }
        }
        let large = try folder.write([UInt8](repeating: 0x41, count: 100_000), as: "large")
        #expect(throws: InferenceError.self) { try AccessToken(fileAt: large) }
    }
}
