import Foundation
import PerceptInference
import PerceptTestSupport
import Synchronization
import Testing

/// Proxies and authorities that the environment names, as curl(1) has them under "ENVIRONMENT".
///
/// On Linux alone: elsewhere the system's settings name them.
#if canImport(Glibc)
    @Suite struct ProxyTests {
        private static let answer = #"[{"score":1,"token":2,"token_str":"a","sequence":"b"}]"#
        private static let secret = "hf_SecretSecretSecretSecret"

        private static func wire(_ body: String) -> [UInt8] {
            Array(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                    .utf8)
        }

        private func ask(_ endpoint: String, _ more: [String] = [], environment: [String: String]) throws
            -> CommandRun
        {
            let folder = try TemporaryFolder()
            _ = try folder.write(Array(Self.secret.utf8), as: "token")
            return try CommandRun(
                ["run", "fill-mask", "--input", "\"[MASK]\"", "--endpoint", endpoint, "--no-retry"] + more, in: folder,
                environment: environment)
        }

        @Test(arguments: ["http_proxy", "all_proxy", "ALL_PROXY"])
        func plainRequestsGoThroughAProxy(variable: String) throws {
            let proxy = try ForwardProxy { _ in Self.wire(Self.answer) }
            let run = try ask("http://service.example/hf-inference", environment: [variable: proxy.url])
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.contains("\"token_str\":\"a\""))
            #expect(
                proxy.requests == ["POST http://service.example/hf-inference/models/bert-base-uncased HTTP/1.1"])
        }

        @Test(arguments: [
            ("no_proxy", "service.example"), ("NO_PROXY", "service.example"), ("no_proxy", ".example,other.org"),
            ("no_proxy", "*"),
        ])
        func hostsAreExempt(variable: String, hosts: String) throws {
            let proxy = try ForwardProxy { _ in Self.wire(Self.answer) }
            let run = try ask(
                "http://service.example/hf-inference", environment: ["http_proxy": proxy.url, variable: hosts])
            #expect(run.status == 69)
            #expect(proxy.requests.isEmpty)
        }

        /// A proxy would see the token, which goes to this machine in the clear.
        @Test func thisMachineIsAskedDirectly() throws {
            let proxy = try ForwardProxy { _ in Self.wire(Self.answer) }
            let service = try ForwardProxy { _ in Self.wire(Self.answer) }
            let run = try ask(
                "\(service.url)/hf-inference", ["--token-file", "token"],
                environment: ["http_proxy": proxy.url, "ALL_PROXY": proxy.url])
            #expect(run.status == 0, "\(run.errors)")
            #expect(proxy.requests.isEmpty)
            #expect(service.requests == ["POST /hf-inference/models/bert-base-uncased HTTP/1.1"])
        }

        /// A proxy stands for the other machine here: it sees what would travel in the clear.
        @Test func theTokenTravelsUnprotectedOnlyIfInsistedOn() throws {
            let proxy = try ForwardProxy { _ in Self.wire(Self.answer) }
            let endpoint = "http://service.example/hf-inference"
            let token = ["--token-file", "token"]
            let refused = try ask(endpoint, token, environment: ["http_proxy": proxy.url])
            #expect(refused.status == 77)
            #expect(refused.errors.contains("--send-token-unprotected"))
            #expect(proxy.requests.isEmpty)
            let more = ["--send-token-unprotected", "--bill-to", "acme"]
            let run = try ask(endpoint, token + more, environment: ["http_proxy": proxy.url])
            #expect(run.status == 0, "\(run.errors)")
            let lines = try #require(proxy.heads.first).components(separatedBy: "\r\n")
            #expect(lines.contains("Authorization: Bearer \(Self.secret)"))
            #expect(lines.contains { $0.lowercased() == "x-hf-bill-to: acme" })
        }

        @Test(
            .enabled(if: SecureServer.openSSL != nil, "openssl is not on the PATH"),
            arguments: ["https_proxy", "HTTPS_PROXY"])
        func secureRequestsGoThroughATunnel(variable: String) throws {
            let service = try SecureServer { _ in [{ Self.wire(Self.answer) }] }
            let proxy = try ForwardProxy { _ in [] }
            let endpoint = "https://localhost:\(service.port)/hf-inference"
            // Nobody knows the authority: through the tunnel no more than without.
            let refused = try ask(endpoint, ["--token-file", "token"], environment: [variable: proxy.url])
            #expect(refused.status == 69)
            #expect(
                refused.errors.contains("certificate") && refused.errors.contains("SSL_CERT_FILE"), "\(refused.errors)")
            #expect(proxy.requests == ["CONNECT localhost:\(service.port) HTTP/1.1"])
            #expect(service.requests.isEmpty)
            for authority in [["SSL_CERT_FILE": service.authorityFile], ["SSL_CERT_DIR": service.authorityFolder]] {
                let run = try ask(
                    endpoint, ["--token-file", "token"], environment: [variable: proxy.url].merging(authority) { $1 })
                #expect(run.status == 0, "\(run.errors)")
                #expect(run.output.contains("\"token_str\":\"a\""))
            }
            #expect(proxy.requests.count == 3)
            #expect(service.requests.count == 2)
            #expect(service.requests.allSatisfy { $0.contains("Bearer \(Self.secret)") })
            // What the proxy can read has nothing of the token.
            #expect(!proxy.heads.contains { $0.contains(Self.secret) || $0.lowercased().contains("authorization") })
            let direct = try ask(
                endpoint,
                environment: [variable: proxy.url, "no_proxy": "localhost", "SSL_CERT_FILE": service.authorityFile])
            #expect(direct.status == 0, "\(direct.errors)")
            #expect(proxy.requests.count == 3)
        }
    }

    /// A proxy on 127.0.0.1: CONNECT is tunnelled to that port of this machine, anything else answered by the test.
    private final class ForwardProxy: Sendable {
        let url: String
        private let listener: LoopbackSocket
        private let log = Mutex<[String]>([])

        /// All that could be read of the requests before what they carry.
        var heads: [String] { log.withLock { $0 } }
        /// The first lines.
        var requests: [String] { heads.map { $0.components(separatedBy: "\r\n")[0] } }

        init(_ answer: @escaping @Sendable (_ head: String) -> [UInt8]) throws {
            let listener = try LoopbackSocket()
            url = "http://127.0.0.1:\(try listener.bind())"
            self.listener = listener
            Thread.detachNewThread { [weak self] in
                while let client = listener.accept() {
                    guard let proxy = self else { return }
                    Thread.detachNewThread { proxy.serve(client, answer) }
                }
            }
        }

        deinit {
            listener.shut()
        }

        private func serve(_ client: LoopbackSocket, _ answer: (String) -> [UInt8]) {
            var head = ""
            while !head.contains("\r\n\r\n") {
                guard let bytes = client.read() else { return }
                head += String(decoding: bytes, as: UTF8.self)
            }
            log.withLock { $0.append(head) }
            let words = head.components(separatedBy: "\r\n")[0].split(separator: " ")
            guard words.count == 3, words[0] == "CONNECT" else {
                client.write(answer(head))
                return
            }
            guard let port = words[1].split(separator: ":").last.flatMap({ Int($0) }),
                let server = try? LoopbackSocket(), server.connect(to: port)
            else {
                client.write(Array("HTTP/1.1 502 No\r\n\r\n".utf8))
                return
            }
            client.write(Array("HTTP/1.1 200 Connected\r\n\r\n".utf8))
            Thread.detachNewThread {
                while let bytes = server.read(), client.write(bytes) {}
                client.shut()
            }
            while let bytes = client.read(), server.write(bytes) {}
            server.shut()
        }
    }
#endif
