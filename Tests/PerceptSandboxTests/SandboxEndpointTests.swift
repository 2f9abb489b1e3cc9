import Foundation
import HTTPTypes
import PerceptCore
import PerceptInference
import PerceptTestSupport
import Synchronization
import Testing

@testable import PerceptSandbox

@Suite struct SandboxEndpointTests {
    private final class Log: Sendable {
        private let reports = Mutex<[SandboxEndpoint.RequestReport]>([])
        var lines: [String] { reports.withLock { $0.map(\.description) } }
        func append(_ report: SandboxEndpoint.RequestReport) { reports.withLock { $0.append(report) } }
    }

    private func exchange(
        _ model: String = "owner/echo", upload: UploadExpectation? = nil, hash: String? = nil,
        _ answer: JSONValue = "ok"
    ) -> Tape.Exchange {
        Tape.Exchange(
            request: .init(path: "/models/\(model)", bodySHA256: hash, upload: upload),
            response: .init(body: .json(answer)))
    }

    /// Starts an endpoint, sends one request, and stops it.
    private func ask(
        _ exchanges: [Tape.Exchange], _ task: EchoTask, limit: Int = 64 << 20
    ) async throws -> (answer: JSONValue?, error: InferenceError?, lines: [String]) {
        let log = Log()
        let endpoint = try await SandboxEndpoint.start(tape: Tape(exchanges: exchanges), requestByteLimit: limit) {
            log.append($0)
        }
        let client = InferenceClient(token: nil, endpoint: .url(endpoint.url), timeout: .patience)
        let result: (JSONValue?, InferenceError?)
        do throws(InferenceError) {
            result = (try await client.send(task), nil)
        } catch {
            result = (nil, error)
        }
        await endpoint.stop()
        return (result.0, result.1, log.lines)
    }

    /// The file in a form is decoded like a raw upload.
    @Test func formsAreParsed() async throws {
        let log = Log()
        let exchange = Tape.Exchange(
            request: .init(
                path: "/v1/audio/transcriptions", contentType: "multipart/form-data",
                upload: UploadExpectation(sampleRate: 8000)),
            response: .init(body: .json(["text": "Going along"])))
        let endpoint = try await SandboxEndpoint.start(tape: Tape(exchanges: [exchange])) { log.append($0) }
        let client = InferenceClient(token: nil, endpoint: .openAI(endpoint.url), timeout: .patience)
        let speech = try await client.automaticSpeechRecognition(
            MediaInput(sniffing: TinyMedia.flac), model: "whisper-1")
        #expect(speech.text == "Going along")
        var error: InferenceError?
        do throws(InferenceError) {
            _ = try await client.automaticSpeechRecognition(MediaInput(bytes: TinyMedia.wav, mediaType: .flac))
        } catch let thrown {
            error = thrown
        }
        #expect(error?.serviceMessage?.contains("Content-Type is audio/flac, but the contents are audio/wav") == true)
        await endpoint.stop()
        #expect(
            log.lines.first
                == "POST /hf-inference/v1/audio/transcriptions 200 ← "
                + "audio/flac 8000 Hz 2 channels 16 bit 80 frames 0.01 s")
    }

    @Test(arguments: [
        (TinyMedia.flac, "audio/flac 8000 Hz 2 channels 16 bit 80 frames 0.01 s"),
        (TinyMedia.wav, "audio/wav 16000 Hz 1 channel 16 bit 320 frames 0.02 s"),
        (TinyMedia.png, "image/png 5×3 rgb 8 bit"), (TinyMedia.grayJPEG, "image/jpeg 9×7 gray 8 bit"),
    ])
    func uploadsAreDecodedAndDescribed(bytes: [UInt8], words: String) async throws {
        let input = try MediaInput(sniffing: bytes)
        let raw = try await ask([exchange()], EchoTask(input: input))
        #expect(raw.answer == "ok")
        #expect(raw.lines == ["POST /hf-inference/models/owner/echo 200 ← \(words)"])
        // The same in base64, as it is sent with parameters.
        let json = try await ask([exchange()], EchoTask(input: input, parameters: ["top_k": 1]))
        #expect(json.answer == "ok")
        #expect(json.lines == ["POST /hf-inference/models/owner/echo 200 ← \(words)"])
    }

    @Test func theUploadIsInAHeaderOfTheAnswer() async throws {
        let endpoint = try await SandboxEndpoint.start(tape: Tape(exchanges: [exchange()]))
        let reply = try await InferenceClient.systemTransport().send(
            TransportRequest(
                url: endpoint.url.appendingPathComponent("models/owner/echo"), headers: [.contentType: "image/png"],
                body: TinyMedia.png, timeout: .patience))
        await endpoint.stop()
        #expect(reply.headers[try #require(HTTPField.Name("x-percept-upload"))] == "image/png 5x3 rgb 8 bit")
        #expect(reply.headers[.server] == "percept-sandbox (replays a tape; no inference)")
        #expect(reply.headers[.contentType] == "application/json")
    }

    @Test func recordedMediaAreDescribed() async throws {
        // soxi: 16000 Hz, 1 channel, 16 bit; Pillow: (640, 420) RGB.
        let cases = [
            ("media/sample1.flac", "audio/flac 16000 Hz 1 channel 16 bit"),
            ("media/cats.png", "image/png 640×420 rgb"),
        ]
        for (name, words) in cases {
            guard let path = TestFiles.conformance(name) else { continue }
            let input = try MediaInput(sniffing: try TestFiles.bytes(of: path))
            let result = try await ask([exchange()], EchoTask(input: input))
            #expect(result.lines.first?.contains(words) == true, "\(result.lines)")
        }
    }

    @Test func whatIsNotOnTheTapeIsNotFound() async throws {
        let result = try await ask([exchange("owner/other")], EchoTask(input: try MediaInput(sniffing: TinyMedia.png)))
        #expect(result.error?.kind == .notFound)
        #expect(
            result.error?.serviceMessage
                == "no exchange on the tape matches POST /hf-inference/models/owner/echo (image/png, 77 bytes); "
                + "the tape has: POST /models/owner/other")
        #expect(
            result.lines.first?.hasPrefix(
                "POST /hf-inference/models/owner/echo 404 ← image/png, 77 bytes: no exchange")
                == true)
    }

    @Test func expectationsAreChecked() async throws {
        let met = UploadExpectation(
            mediaType: .flac, sampleRate: 8_000, channelCount: 2, bitDepth: 16, minimumDuration: 0.01,
            maximumDuration: 0.01)
        let input = try MediaInput(sniffing: TinyMedia.flac)
        #expect(try await ask([exchange(upload: met)], EchoTask(input: input)).answer == "ok")
        let unmet = UploadExpectation(mediaType: .flac, sampleRate: 16_000, channelCount: 1)
        let result = try await ask([exchange(upload: unmet)], EchoTask(input: input))
        #expect(result.error?.kind == .invalidRequest)
        #expect(result.error?.status == 422)
        #expect(
            result.error?.serviceMessage
                == "the upload is not as expected: sampleRate is 8000, expected 16000; channelCount is 2, expected 1")
        let size = UploadExpectation(width: 9, height: 7, longestSide: 9)
        let picture = try MediaInput(sniffing: TinyMedia.grayJPEG)
        #expect(try await ask([exchange(upload: size)], EchoTask(input: picture)).answer == "ok")
    }

    @Test func damagedUploadsAreRefused() async throws {
        let damaged = [
            Array(TinyMedia.flac.dropLast(40)), Array(TinyMedia.png.dropLast(40)), Array(TinyMedia.grayJPEG.prefix(40)),
        ]
        for bytes in damaged {
            for parameters: JSONObject in [[:], ["top_k": 1]] {
                let task = EchoTask(input: try MediaInput(sniffing: bytes), parameters: parameters)
                let result = try await ask([exchange()], task)
                #expect(result.error?.status == 400)
                #expect(result.error?.serviceMessage?.contains("the upload") == true, "\(result)")
            }
        }
        let misnamed = EchoTask(input: MediaInput(bytes: TinyMedia.png, mediaType: .jpeg))
        let result = try await ask([exchange()], misnamed)
        #expect(result.error?.serviceMessage == "Content-Type is image/jpeg, but the contents are image/png")
    }

    @Test func largeBodiesAreRefused() async throws {
        let bytes = TinyMedia.wav + [UInt8](repeating: 0, count: 3_000_000)
        let task = EchoTask(input: MediaInput(bytes: bytes, mediaType: .wav))
        let result = try await ask([exchange()], task, limit: 1_000_000)
        #expect(result.error?.kind == .payloadTooLarge)
        #expect(result.error?.serviceMessage == "the body exceeds the limit of 1000000 bytes")
        #expect(result.lines.count == 1)
        #expect(result.lines.first?.contains(" 413 ← audio/wav, \(bytes.count) bytes") == true, "\(result.lines)")
        #expect(try await ask([exchange()], task, limit: bytes.count).error?.status != 413)
    }

    @Test func concurrentRequestsGetTheirOwnResponses() async throws {
        let bodies = (0..<50).map { number in
            // A comment chunk after the image would also work; the samples of a WAV file may be anything.
            TinyMedia.wav.dropLast(2) + [UInt8(number), 0]
        }
        let exchanges = bodies.enumerated().map { number, body in
            exchange(hash: SHA256.hexadecimalDigest(of: Array(body)), .integer(number))
        }
        let log = Log()
        let endpoint = try await SandboxEndpoint.start(tape: Tape(exchanges: exchanges)) { log.append($0) }
        let client = InferenceClient(token: nil, endpoint: .url(endpoint.url), timeout: .patience)
        let answers = try await withThrowingTaskGroup(of: (Int, JSONValue).self) { group in
            for (number, body) in bodies.enumerated() {
                group.addTask {
                    (number, try await client.send(EchoTask(input: MediaInput(bytes: Array(body), mediaType: .wav))))
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        await endpoint.stop()
        #expect(answers.count == 50)
        for (number, answer) in answers { #expect(answer == .integer(number)) }
        #expect(log.lines.count == 50)
    }

    @Test func retriesAndTheWaitHeaderOverARealSocket() async throws {
        let loading = Tape.Exchange(
            request: .init(path: "/models/owner/echo"),
            response: .init(status: 503, body: .json(["error": "loading", "estimated_time": 0.01])), repeatCount: 2)
        let result = try await ask([loading, exchange()], EchoTask(input: try MediaInput(sniffing: TinyMedia.png)))
        #expect(result.answer == "ok")
        #expect(result.lines.map { $0.split(separator: " ")[2] } == ["503", "503", "200"])
    }

    @Test func aStoppedEndpointIsUnreachable() async throws {
        let endpoint = try await SandboxEndpoint.start(tape: Tape(exchanges: [exchange()]))
        let client = InferenceClient(
            token: nil, endpoint: .url(endpoint.url), retry: RetryPolicy(baseDelay: .milliseconds(1)),
            timeout: .patience)
        let task = EchoTask(input: try MediaInput(sniffing: TinyMedia.png))
        #expect(try await client.send(task) == "ok")
        await endpoint.stop()
        await endpoint.stop()
        do throws(InferenceError) {
            _ = try await client.send(task)
            Issue.record("a stopped endpoint answered")
        } catch {
            #expect(error.kind == .unreachable || error.kind == .connectionLost)
        }
        // The port is free again.
        let second = try await SandboxEndpoint.start(tape: Tape(exchanges: [exchange()]), port: endpoint.port)
        #expect(try await client.send(task) == "ok")
        await second.stop()
    }

    @Test(arguments: ["0.0.0.0", "10.0.0.1", "localhost", "::1", "127.0.0", "127.0.0.256", "example.org", ""])
    func otherAddressesAreRefused(address: String) async {
        do throws(SandboxError) {
            let endpoint = try await SandboxEndpoint.start(tape: Tape(exchanges: []), address: address)
            await endpoint.stop()
            Issue.record("\(address) was listened on")
        } catch {
            #expect(error.remedy != nil)
        }
    }

    @Test func aTakenPortIsAnError() async throws {
        let first = try await SandboxEndpoint.start(tape: Tape(exchanges: []))
        do throws(SandboxError) {
            let second = try await SandboxEndpoint.start(tape: Tape(exchanges: []), port: first.port)
            await second.stop()
            Issue.record("two endpoints listen on one port")
        } catch {
            #expect(error.description.contains("port \(first.port)"))
        }
        await first.stop()
    }

    @Test func filesAreNotLeaked() async throws {
        func openFileCount() -> Int? { try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
        let task = EchoTask(input: try MediaInput(sniffing: TinyMedia.png))
        _ = try await ask([exchange()], task)
        guard let before = openFileCount() else { return }
        for _ in 0..<20 { _ = try await ask([exchange()], task) }
        // Other tests of this process briefly open files too; a leak of 20 endpoints would be at least 60.
        for _ in 0..<500 where (openFileCount() ?? 0) > before + 20 { try await Task.sleep(for: .milliseconds(10)) }
        let after = try #require(openFileCount())
        #expect(after <= before + 20, "\(before) before, \(after) after 20 endpoints")
    }
}

/// HTTP written byte by byte.
@Suite struct ConnectionTests {
    private func answer(_ request: String, _ bytes: [UInt8] = [], limit: Int = 1000) async throws -> String {
        let tape = Tape(exchanges: [
            .init(request: .init(method: "POST", path: "/x"), response: .init(body: .text("posted"))),
            .init(request: .init(method: "GET", path: "/x"), response: .init(body: .text("got"))),
            .init(request: .init(method: "HEAD", path: "/x"), response: .init(body: .text("got"))),
        ])
        let endpoint = try await SandboxEndpoint.start(tape: tape, requestByteLimit: limit)
        let text = await exchange(port: endpoint.port, request, thenBytes: bytes)
        await endpoint.stop()
        return text
    }

    @Test func severalRequestsOnOneConnection() async throws {
        let text = try await answer(
            "GET /x HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /x?y HTTP/1.1\nHost: a\n\nGET /z HTTP/1.1\r\n\r\n")
        #expect(text.components(separatedBy: "HTTP/1.1 200 ").count == 3)
        #expect(text.components(separatedBy: "HTTP/1.1 404 ").count == 2)
        #expect(text.contains("Content-Type: text/plain; charset=utf-8\r\n"))
        #expect(text.contains("content-length: 3\r\n"))
    }

    @Test func connectionsAreClosedOnRequest() async throws {
        let text = try await answer("GET /x HTTP/1.1\r\nConnection: close\r\n\r\nGET /x HTTP/1.1\r\n\r\n")
        #expect(text.components(separatedBy: "HTTP/1.1 200 ").count == 2)
        #expect(text.contains("connection: close\r\n"))
        let old = try await answer("GET /x HTTP/1.0\r\n\r\nGET /x HTTP/1.0\r\n\r\n")
        #expect(old.components(separatedBy: "HTTP/1.1 200 ").count == 2)
    }

    @Test func chunkedBodies() async throws {
        let head = "POST /x HTTP/1.1\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n"
        let png = TinyMedia.png
        let text = try await answer(
            head,
            Array("5;a=b\r\n".utf8) + png[..<5] + Array("\r\n48\r\n".utf8) + png[5...]
                + Array("\r\n0\r\nX: y\r\n\r\n".utf8))
        #expect(text.hasPrefix("HTTP/1.1 200 "), "\(text)")
        #expect(text.contains("x-percept-upload: image/png 5x3 rgb 8 bit\r\n"))
        let tooLarge = try await answer(head, Array("FFFFFFF\r\n".utf8))
        #expect(tooLarge.hasPrefix("HTTP/1.1 413 "))
        for broken in ["zz\r\n", "-5\r\n", "1\r\nab\r\n"] {
            #expect(try await answer(head, Array(broken.utf8)).hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test func continuesWhenAsked() async throws {
        let head = "POST /x HTTP/1.1\r\nContent-Type: image/png\r\nExpect: 100-continue\r\nContent-Length: 77\r\n\r\n"
        #expect(try await answer(head, TinyMedia.png).hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 "))
        #expect(try await answer(head, TinyMedia.png, limit: 76).hasPrefix("HTTP/1.1 413 "))
    }

    /// Framing headers on a tape, such as from a recording proxy, must not contradict the response.
    @Test func framingHeadersOfATapeAreNotRepeated() async throws {
        let headers: HTTPFields = [
            .contentLength: "7", .connection: "close", .transferEncoding: "chunked", .server: "other", .retryAfter: "3",
        ]
        let exchange = Tape.Exchange(
            request: .init(method: "GET", path: "/x"),
            response: .init(status: 429, headers: headers, body: .text("four")))
        let endpoint = try await SandboxEndpoint.start(tape: Tape(exchanges: [exchange]))
        let text = await PerceptSandboxTests.exchange(port: endpoint.port, "GET /x HTTP/1.1\r\n\r\n")
        await endpoint.stop()
        let names = text.components(separatedBy: "\r\n").map { $0.prefix { $0 != ":" }.lowercased() }
        #expect(
            names.sorted().filter { !$0.isEmpty } == [
                "connection", "content-length", "content-type", "four", "http/1.1 429 ", "retry-after", "server",
            ])
        #expect(text.contains("content-length: 4\r\n"))
    }

    @Test func headRequestsGetNoBody() async throws {
        let text = try await answer("HEAD /x HTTP/1.1\r\n\r\n")
        #expect(text.contains("content-length: 3\r\n"))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test(arguments: [
        ("nonsense\r\n\r\n", "400"), ("GET x HTTP/1.1\r\n\r\n", "400"), ("GET /x HTTP/2\r\n\r\n", "400"),
        ("GET /x HTTP/1.1\r\nno colon\r\n\r\n", "400"), ("POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"),
        ("POST /x HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", "400"),
        ("POST /x HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", "413"),
        ("POST /x HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "501"),
        ("GET /" + String(repeating: "x", count: 100_000) + " HTTP/1.1\r\n\r\n", "431"),
        ("GET /x HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 20_000) + "\r\n", "431"),
    ])
    func brokenRequestsAreAnswered(request: String, status: String) async throws {
        #expect(try await answer(request).hasPrefix("HTTP/1.1 \(status) "))
    }

    @Test func requestsThatEndTooEarlyAreDropped() async throws {
        #expect(try await answer("POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc").isEmpty)
        #expect(try await answer("POST /x HT").isEmpty)
        #expect(try await answer("").isEmpty)
    }
}
