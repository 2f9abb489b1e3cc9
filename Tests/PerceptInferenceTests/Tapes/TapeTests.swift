import HTTPTypes
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptInference

@Suite struct TapeFileTests {
    private func tape(_ exchanges: String) -> [UInt8] {
        Array(#"{"format":"percept-tape","version":1,"exchanges":[\#(exchanges)]}"#.utf8)
    }

    @Test func everythingThatAFileCanHold() throws {
        let text = """
            {"format":"percept-tape","version":1,"note":"by hand","exchanges":[
              {"request":{"path":"/models/a/b"},"response":{"json":[{"label":"x","score":0.5}]}},
              {"request":{"method":"get","path":"/health?x=1","contentType":"Audio/FLAC",
                "bodySHA256":"BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
                "upload":{"mediaType":"audio/flac","sampleRate":16000,"channelCount":1,"bitDepth":16,
                          "minimumDuration":1.5,"maximumDuration":3,"width":1,"height":2,"longestSide":2}},
               "response":{"status":503,"headers":{"Retry-After":"7"},"text":"later"},"repeat":3},
              {"request":{"path":"/"},"response":{"base64":"AAEC"}},
              {"request":{"path":"/e"},"response":{"status":204}},
              {"request":{"path":"/n"},"response":{"json":null}}
            ]}
            """
        let tape = try Tape(parsing: Array(text.utf8))
        #expect(tape.note == "by hand")
        #expect(tape.exchanges.count == 5)
        #expect(tape.exchanges[0].request == Tape.RequestMatcher(path: "/models/a/b"))
        #expect(tape.exchanges[0].response == Tape.Response(body: .json([["label": "x", "score": 0.5]])))
        #expect(tape.exchanges[0].repeatCount == 1)
        let second = tape.exchanges[1]
        #expect(second.request.method == "GET")
        #expect(second.request.contentType == "audio/flac")
        #expect(second.request.bodySHA256 == SHA256.hexadecimalDigest(of: Array("abc".utf8)))
        #expect(
            second.request.upload
                == UploadExpectation(
                    mediaType: .flac, sampleRate: 16_000, channelCount: 1, bitDepth: 16, minimumDuration: 1.5,
                    maximumDuration: 3, width: 1, height: 2, longestSide: 2))
        #expect(second.response == Tape.Response(status: 503, headers: [.retryAfter: "7"], body: .text("later")))
        #expect(second.repeatCount == 3)
        #expect(tape.exchanges[2].response.body == .bytes([0, 1, 2]))
        #expect(tape.exchanges[3].response == Tape.Response(status: 204, body: .empty))
        #expect(tape.exchanges[4].response.body == .json(.null))
        #expect(try Tape(parsing: tape.serialized()) == tape)
    }

    @Test(arguments: [
        (#"{"request":{},"response":{}}"#, #"$.exchanges[0].request lacks "path""#),
        (#"{"request":{"path":"x"},"response":{}}"#, "does not start with a slash"),
        (#"{"request":{"path":"/x"}}"#, #"$.exchanges[0] lacks "response""#),
        (#"{"request":{"path":"/x","contenttype":"a/b"},"response":{}}"#, #"unknown member "contenttype""#),
        (#"{"request":{"path":"/x","bodySHA256":"12"},"response":{}}"#, "64 hexadecimal digits"),
        (#"{"request":{"path":7},"response":{}}"#, "$.exchanges[0].request.path is a number, expected a string"),
        (#"{"request":{"path":"/x"},"response":{"json":1,"text":"a"}}"#, "json and text"),
        (#"{"request":{"path":"/x"},"response":{"status":"200"}}"#, "$.exchanges[0].response.status is a string"),
        (#"{"request":{"path":"/x"},"response":{"status":999}}"#, "above 599"),
        (#"{"request":{"path":"/x"},"response":{"base64":"*"}}"#, "is not base64"),
        (#"{"request":{"path":"/x"},"response":{"headers":{"a b":"c"}}}"#, "invalid header name or value"),
        (#"{"request":{"path":"/x"},"response":{"headers":{"a":"b\r\nc: d"}}}"#, "invalid header name or value"),
        (#"{"request":{"path":"/x"},"response":{},"repeat":0}"#, "an integer of at least 1"),
        (#"{"request":{"path":"/x","upload":{"sampleRate":0}},"response":{}}"#, "upload.sampleRate"),
        (#"{"request":{"path":"/x","upload":{"minimumDuration":2,"maximumDuration":1}},"response":{}}"#, "above"),
        ("7", "$.exchanges[0] is a number, expected an object"),
    ])
    func wrongTapesNameThePlace(exchange: String, words: String) {
        let error = #expect(throws: MediaError.self) { try Tape(parsing: tape(exchange), name: "my.json") }
        #expect(error?.kind == .malformedInput)
        #expect(error?.source == "my.json")
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("", "not JSON"), ("{}", "not \"percept-tape\""), ("[]", "an empty array, expected an object"),
        (#"{"format":"percept-tape","version":2,"exchanges":[]}"#, "version"),
        (#"{"format":"percept-tape","version":1}"#, "lacks \"exchanges\""),
        (#"{"format":"percept-tape","version":1,"exchanges":{}}"#, "an empty object, expected an array"),
    ])
    func otherFilesAreNoTapes(text: String, words: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Array(text.utf8), as: "tape.json")
        let error = #expect(throws: MediaError.self) { try Tape(contentsOf: path) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func missingFiles() {
        #expect(throws: MediaError.self) { try Tape(contentsOf: "/nonexistent/tape.json") }
    }
}

@Suite struct TapePlayerTests {
    private func exchange(_ path: String, _ number: Int, repeat count: Int = 1) -> Tape.Exchange {
        Tape.Exchange(
            request: .init(path: path), response: .init(body: .json(.integer(number))), repeatCount: count)
    }

    private func ask(_ player: TapePlayer, _ path: String, method: String = "POST", body: [UInt8] = []) -> String {
        let answer = player.answer(TapeRequest(method: method, path: path, contentType: "image/png", body: body))
        return String(decoding: answer.body, as: UTF8.self)
    }

    @Test func exchangesAnswerInOrderAndTheLastOneRepeats() {
        let player = TapePlayer(
            Tape(exchanges: [exchange("/a", 1, repeat: 2), exchange("/b", 10), exchange("/a", 2), exchange("/a", 3)]))
        #expect((0..<6).map { _ in ask(player, "/a") } == ["1", "1", "2", "3", "3", "3"])
        #expect((0..<2).map { _ in ask(player, "/b") } == ["10", "10"])
    }

    @Test(arguments: [
        ("/models/a/b", "/models/a/b", true), ("/models/a/b", "/hf-inference/models/a/b", true),
        ("/models/a/b", "/hf-inference/models/a/b/", true), ("/models/a/b/", "/models/a/b", true),
        ("/models/a/b", "/models/a/bc", false), ("/a/b", "/models/xa/b", false), ("/models/a/b", "/models/a", false),
        ("/", "/", true), ("/", "/x", false), ("/x", "/x?y=1", true), ("/x?y=1", "/x?y=1", true),
        ("/x?y=1", "/x", false),
        ("/X", "/x", false),
    ])
    func paths(pattern: String, path: String, matches: Bool) {
        let answer = ask(TapePlayer(Tape(exchanges: [exchange(pattern, 1)])), path)
        #expect((answer == "1") == matches)
    }

    @Test func hashesAndTypesSelectExchanges() {
        var first = exchange("/a", 1)
        first.request.bodySHA256 = SHA256.hexadecimalDigest(of: pngSignature)
        var second = exchange("/a", 2)
        second.request.contentType = "image/jpeg"
        var third = exchange("/a", 3)
        third.request.method = "GET"
        let player = TapePlayer(Tape(exchanges: [first, second, third]))
        #expect(ask(player, "/a", body: pngSignature) == "1")
        let jpeg = player.answer(
            TapeRequest(method: "POST", path: "/a", contentType: "image/jpeg; q=1", body: [0xFF, 0xD8, 0xFF]))
        #expect(jpeg.body == Array("2".utf8))
        #expect(ask(player, "/a", method: "GET") == "3")
        #expect(
            ask(player, "/a", body: pngSignature + [0])
                == #"{"error":"no exchange on the tape matches POST /a (image/png, 9 bytes); "#
                + #"the tape has: POST /a (sha256 4c4b6a3be131…), POST /a (image/jpeg), GET /a"}"#)
    }

    @Test func uploadsMustMatchTheirContentType() {
        let player = TapePlayer(Tape(exchanges: [exchange("/a", 1)]))
        func status(_ type: String?, _ body: [UInt8]) -> Int {
            player.answer(TapeRequest(method: "POST", path: "/a", contentType: type, body: body)).status
        }
        #expect(status("image/png", pngSignature) == 200)
        #expect(status("image/jpeg", pngSignature) == 400)
        #expect(status(nil, pngSignature) == 400)
        #expect(status("image/png", [0, 1, 2, 3]) == 400)
        #expect(status(nil, []) == 200)
        #expect(status("application/json", Array("{".utf8)) == 400)
        #expect(status("application/json", Array(#"{"inputs":"[MASK] world!"}"#.utf8)) == 200)
        #expect(status("application/json", Array(#"{"inputs":"iVBORw0KGgo=","parameters":{}}"#.utf8)) == 200)
        #expect(status("application/json", Array(#"{"inputs":"iVBORw0KGgo="}"#.utf8)) == 400)
        #expect(status("application/json", Array(#"{"inputs":"iVBORw0KGgo","parameters":{}}"#.utf8)) == 400)
    }

    @Test func expectationsAreComparedWithDecodedUploads() throws {
        func wanting(width: Int, _ number: Int) -> Tape.Exchange {
            var exchange = exchange("/a", number)
            exchange.request.upload = UploadExpectation(mediaType: .png, width: width, longestSide: 9)
            return exchange
        }
        let exchanges = [wanting(width: 4, 1), wanting(width: 4, 2), wanting(width: 5, 3)]
        let player = TapePlayer(Tape(exchanges: exchanges)) { bytes, type throws(MediaError) in
            if bytes.last == 0xFF { throw MediaError(.malformedInput, problem: "is cut short") }
            return UploadDescription(mediaType: type, size: PixelSize(width: Int(bytes[8]), height: 9))
        }
        func answer(_ last: UInt8) -> TapeAnswer {
            player.answer(
                TapeRequest(method: "POST", path: "/a", contentType: "image/png", body: pngSignature + [last]))
        }
        let wrong = answer(3)
        #expect(wrong.status == 422)
        #expect(
            String(decoding: wrong.body, as: UTF8.self)
                == #"{"error":"the upload is not as expected: width is 3, expected 4, or width is 3, expected 5"}"#)
        #expect(answer(0xFF).status == 400)
        // An exchange answers only the uploads that it expects, and failures have not used one up.
        #expect([5, 4, 4, 4, 5].map { answer($0).body } == ["3", "1", "2", "2", "3"].map { Array($0.utf8) })
    }

    @Test func durationsAreBounded() {
        let upload = UploadDescription(
            mediaType: .wav, sampleRate: 8_000, channelCount: 2, frameCount: 12_000, bitDepth: 16)
        #expect(upload.duration == 1.5)
        #expect(upload.description == "audio/wav 8000 Hz 2 channels 16 bit 12000 frames 1.5 s")
        #expect(UploadExpectation(minimumDuration: 1.5, maximumDuration: 1.5).complaints(about: upload).isEmpty)
        #expect(UploadExpectation().complaints(about: upload).isEmpty)
        #expect(
            UploadExpectation(sampleRate: 16_000, channelCount: 1, minimumDuration: 2).complaints(about: upload) == [
                "sampleRate is 8000, expected 16000", "channelCount is 2, expected 1",
                "duration is 1.5, expected at least 2.0",
            ])
        let picture = UploadDescription(
            mediaType: .jpeg, bitDepth: 8, size: PixelSize(width: 300, height: 400), colorModel: "rgb")
        #expect(picture.description == "image/jpeg 300×400 rgb 8 bit")
        #expect(UploadExpectation(maximumDuration: 2).complaints(about: picture).count == 1)
    }
}

@Suite struct ReplayTransportTests {
    @Test func aTapeReplacesTheRouterWithoutAToken() async throws {
        let tape = Tape(exchanges: [
            .init(
                request: .init(path: "/models/facebook/detr-resnet-50"),
                response: .init(
                    body: .json([["label": "cat", "score": 1, "box": ["xmin": 1, "ymin": 2, "xmax": 3, "ymax": 4]]])))
        ])
        let client = InferenceClient(token: nil, transport: ReplayTransport(tape))
        let objects = try await client.objectDetection(picture)
        #expect(objects.map(\.label) == ["cat"])
        let error = await failure { try await client.imageClassification(picture) }
        #expect(error?.kind == .notFound)
        #expect(
            error?.serviceMessage?.contains(
                "POST /hf-inference/models/google/vit-base-patch16-224 (image/png, 8 bytes)")
                == true)
    }

    @Test func theByteLimitHolds() async throws {
        let tape = Tape(exchanges: [.init(request: .init(path: "/x"), response: .init(body: .bytes([1, 2, 3])))])
        let transport = ReplayTransport(tape)
        var request = TransportRequest(url: try InferenceEndpoint.router.url(forModel: "x"), responseByteLimit: 3)
        #expect(try await transport.send(request).body == [1, 2, 3])
        request.responseByteLimit = 2
        do throws(TransportError) {
            _ = try await transport.send(request)
            Issue.record("a response of 3 bytes passed a limit of 2")
        } catch {
            #expect(error.kind == .answerTooLarge)
        }
    }
}
