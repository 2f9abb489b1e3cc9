import Foundation
import HTTPTypes
import Percept
import PerceptAudio
import PerceptCore
import PerceptImage
import PerceptTestSupport
import Synchronization
import Testing

@testable import PerceptInference

/// Complaints about clients of this service, a test for each: none of them applies here.
///
/// The order is that of a request's life: what is sent, what comes back, what fails. Each test shows the complaint's
/// own case; the suites of the parts have the others.
@Suite struct ComplaintTests {
    private static let scene = TestFiles.media("images/scene.png")
    private static let photo = TestFiles.media("images/photo-orientation-6.jpg")
    private static let kitchen = TestFiles.media("audio/kitchen-48000-mono.wav")

    private func client(_ service: some HTTPTransport, time: PassingTime = PassingTime()) throws -> InferenceClient {
        var client = InferenceClient(token: try AccessToken("hf_Complaint", source: "HF_TOKEN"), transport: service)
        client.timekeeping = time.timekeeping
        return client
    }

    private func failure(_ body: () async throws -> some Sendable) async throws -> InferenceError {
        do {
            _ = try await body()
        } catch let error as InferenceError {
            return error
        }
        throw InferenceError(.answerMalformed, problem: "there was an answer")
    }

    // MARK: What is sent

    /// Endpoints compare Content-Type as a string, and cannot guess it.
    @Test func uploadsHaveTheExactTypeOfTheirBytes() async throws {
        // ISO/IEC 14496-12 §4.3: a file type box of the brand M4A; "RIFF" and "WAVE", "OggS" as their formats have it.
        let recordings: [([UInt8], String)] = [
            ([0, 0, 0, 16] + Array("ftypM4A \0\0\0\0".utf8), "audio/m4a"), (Array("fLaC".utf8), "audio/flac"),
            (Array("RIFF\0\0\0\0WAVEfmt ".utf8), "audio/wav"), (Array("OggS\0\u{2}".utf8), "audio/ogg"),
        ]
        for (bytes, type) in recordings {
            let service = Service(reply(#"{"text":"x"}"#))
            _ = try await client(service).automaticSpeechRecognition(MediaInput(sniffing: bytes))
            #expect(service.requests[0].headers[.contentType] == type)
            #expect(service.requests[0].body == bytes)
        }
        // What was transcoded is what it was made into, whatever it was called.
        let service = Service(reply(#"{"text":"x"}"#))
        _ = try await Perceiver(client: client(service)).transcribe(URL(fileURLWithPath: Self.kitchen))
        #expect(service.requests[0].headers[.contentType] == "audio/flac")
    }

    /// Base64 in JSON without `parameters` is taken for the name of a file.
    @Test func base64AlwaysComesWithParameters() async throws {
        let service = Service(reply(#"{"text":"x"}"#))
        let audio = MediaInput(bytes: Array("fLaC".utf8), mediaType: .flac)
        _ = try await client(service).send(AutomaticSpeechRecognition(audio: audio))
        #expect(service.requests[0].body == Array("fLaC".utf8))
        _ = try await client(service).send(AutomaticSpeechRecognition(audio: audio, timestamps: .words))
        // `printf fLaC | base64`
        #expect(
            service.bodies[1] == #"{"inputs":"ZkxhQw==","parameters":{"return_timestamps":"word"}}"#)
        let payload = RequestPayload.upload(audio, parameters: [:])
        let body = try EncodedRequest(payload, options: RequestOptions(), for: .router).body.bytes()
        #expect(String(decoding: body, as: UTF8.self) == #"{"inputs":"ZkxhQw==","parameters":{}}"#)
    }

    /// Parameters beside raw bytes are dropped in silence.
    @Test func parametersOfMediaAreSentOrRefused() async throws {
        let input = MediaInput(bytes: try TestFiles.bytes(of: Self.scene), mediaType: .png)
        let service = Service(reply("[]"))
        _ = try await client(service).send(ImageClassification(image: input, topK: 3))
        #expect(service.bodies[0].hasSuffix(#""parameters":{"top_k":3}}"#))
        // A container that converts few parameters in a query gets them in the body too, objects among them.
        var dedicated = try client(service)
        dedicated.endpoint = .dedicated(try #require(URL(string: "https://example.org")))
        _ = try await dedicated.send(ImageClassification(image: input, topK: 3))
        #expect(service.requests[1].url.query() == nil)
        #expect(service.bodies[1] == service.bodies[0])
        let edit = ImageToImage(image: input, targetSize: PixelSize(width: 8, height: 8))
        _ = try? await dedicated.send(edit)
        #expect(service.bodies[2].hasSuffix(#""parameters":{"target_size":{"width":8,"height":8}}}"#))
    }

    /// Whisper refuses more than 30 seconds (3000 mel features) unless it is asked for times.
    @Test func longRecordingsForWhisper() async throws {
        let silence = [Float](repeating: 0, count: 8000 * 31)
        let long = try Recording(sampleRate: 8000, channels: .mono, planes: [silence])
        let service = Service(reply(#"{"text":"x"}"#))
        let perceiver = Perceiver(client: try client(service))
        _ = try await perceiver.transcribe(long, model: "openai/whisper-large-v3")
        #expect(service.bodies[0].hasSuffix(#""parameters":{"return_timestamps":true}}"#))
        // In chunks each is short enough, and goes raw.
        var chunking = perceiver
        chunking.chunking = AudioChunking(maximumChunkDuration: 20)
        let transcript = try await chunking.transcribe(long, model: "openai/whisper-large-v3")
        #expect(transcript.uploads.count == 2)
        #expect(service.requests[1].headers[.contentType] == "audio/flac")
        // A model whose name does not tell: its refusal says what helps. The words are those of transformers.
        let refusal = Service(
            reply(
                #"{"error":"You have passed more than 3000 mel input features (> 30 seconds) which automatically "#
                    + #"enables "#
                    + #"long-form generation which requires the model to predict timestamp tokens."}"#, status: 400))
        let error = try await failure {
            try await Perceiver(client: client(refusal)).transcribe(long, model: "owner/dictation")
        }
        #expect(error.kind == .invalidRequest)
        #expect(error.problem.contains("30 seconds"))
        #expect(error.remedy == "request timestamps, or send chunks of at most 30 seconds")
        #expect(error.parameter == .chunking)
        #expect(error.serviceMessage?.contains("3000 mel") == true)
        #expect(refusal.requests.count == 1)
    }

    /// Photos exceed what a service takes.
    @Test func uploadsAreMadeToFitAndARefusalSaysHowLargeTheyWere() async throws {
        let service = Service(reply("[]"))
        var perceiver = Perceiver(client: try client(service))
        perceiver.imagePreparation.maximumByteCount = 20_000
        _ = try await perceiver.detectObjects(in: URL(fileURLWithPath: Self.photo))
        #expect(service.requests[0].body.count <= 20_000)
        let refusing = Service(reply("length limit exceeded", status: 413, type: "text/plain"))
        let error = try await failure {
            try await Perceiver(client: client(refusing)).detectObjects(in: URL(fileURLWithPath: Self.photo))
        }
        #expect(error.kind == .payloadTooLarge)
        #expect(error.problem.contains("\(refusing.requests[0].body.count) bytes"))
        #expect(error.remedy?.contains("smaller image") == true)
    }

    // MARK: What comes back

    /// Times of a phrase that the recording's end cuts off.
    @Test func theLastPhraseMayHaveNoEnd() async throws {
        let answer = #"{"text":" a b","chunks":[{"text":" a","timestamp":[0,1]},{"text":" b","timestamp":[1,null]}]}"#
        let perceiver = Perceiver(client: try client(Service(reply(answer))))
        let transcript = try await perceiver.transcribe(
            URL(fileURLWithPath: Self.kitchen), timestamps: .enabled(true))
        #expect(transcript.chunks.map(\.end) == [1, nil])
        // It is known where the recording ends, and a subtitle ends there.
        let end = try #require(transcript.receipt).source.duration
        let expected = String(format: "00:00:%06.3f", end).replacing(".", with: ",")
        #expect(transcript.subtitles(.srt).contains("00:00:01,000 --> \(expected)"))
    }

    /// Segments and answers whose score is null, or is not there.
    @Test func scoresMayBeMissing() async throws {
        let mask = Base64.encode(
            try Mask(size: PixelSize(width: 1, height: 1), pixels: [255]).image().encoded(as: .png))
        let answer = #"[{"label":"a","score":null,"mask":"\#(mask)"},{"label":"b","mask":"\#(mask)"}]"#
        let perceiver = Perceiver(client: try client(Service(reply(answer))))
        let found = try await perceiver.segment(
            URL(fileURLWithPath: Self.scene), threshold: 0.9, rescalingMasks: true)
        #expect(found.segments.map(\.label) == ["a", "b"])
        #expect(found.segments.allSatisfy { $0.score == nil })
    }

    /// The same answer as a list and as a bare object, flat and nested.
    @Test func listsAndBareObjectsAreTheSame() async throws {
        func labels(_ answer: String) async throws -> [String] {
            try await client(Service(reply(answer))).textClassification("x").map(\.label)
        }
        for answer in [#"[[{"label":"A","score":1}]]"#, #"[{"label":"A","score":1}]"#, #"{"label":"A","score":1}"#] {
            #expect(try await labels(answer) == ["A"])
        }
        let image = MediaInput(bytes: try TestFiles.bytes(of: Self.scene), mediaType: .png)
        for answer in [#"[{"generated_text":"a cat"}]"#, #"{"generated_text":"a cat"}"#] {
            #expect(
                try await client(Service(reply(answer))).imageToText(image).map(\.generatedText) == ["a cat"])
        }
        for answer in [
            #"{"sequence":"x","labels":["A"],"scores":[1]}"#, #"[{"sequence":"x","labels":["A"],"scores":[1]}]"#,
            #"[{"label":"A","score":1}]"#,
        ] {
            let result = try await client(Service(reply(answer))).zeroShotClassification("x", candidateLabels: ["A"])
            #expect(result.labels == ["A"])
        }
        for answer in [
            #"{"answer":"A","score":1,"start":0,"end":1}"#, #"[{"answer":"A","score":1,"start":0,"end":1}]"#,
        ] {
            #expect(try await client(Service(reply(answer))).questionAnswer(question: "x", context: "y").answer == "A")
        }
    }

    /// Boxes of a picture that was sent smaller, and sideways photos: x by the ratio of the widths, y by that of the
    /// heights.
    @Test func boxesLieOnThePhotoAsItIsSeen() async throws {
        let answer = #"[{"label":"a","score":1,"box":{"xmin":0,"ymin":100,"xmax":150,"ymax":500}}]"#
        let service = Service(reply(answer))
        var perceiver = Perceiver(client: try client(service))
        perceiver.imagePreparation.exactSize = PixelSize(width: 300, height: 200)
        // Stored as 1600 × 1200 with orientation 6: 1200 × 1600 as it is seen.
        let found = try await perceiver.detectObjects(in: URL(fileURLWithPath: Self.photo))
        // 1200/300 and 1600/200; what lies below the picture is cut off.
        #expect(found.objects.map(\.box) == [BoundingBox(xMin: 0, yMin: 800, xMax: 600, yMax: 1600)])
    }

    /// A photo's orientation is in its pixels when it is sent, and nowhere else.
    @Test func photosAreSentUprightWithoutATag() async throws {
        let service = Service(reply("[]"))
        _ = try await Perceiver(client: client(service)).detectObjects(in: URL(fileURLWithPath: Self.photo))
        let upload = MediaSource.bytes(service.requests[0].body)
        let header = try ImageReader(upload).header
        #expect(header.orientation == .upright)
        #expect(header.size == PixelSize(width: 1000, height: 1333))
    }

    /// A fixed threshold, and so "no objects".
    @Test func theThresholdIsTheCallers() async throws {
        let answer = #"[{"label":"a","score":0.2,"box":{"xmin":0,"ymin":0,"xmax":9,"ymax":9}}]"#
        let service = Service(reply(answer))
        let perceiver = Perceiver(client: try client(service))
        let picture = URL(fileURLWithPath: Self.scene)
        #expect(try await perceiver.detectObjects(in: picture, threshold: 0.1).objects.count == 1)
        #expect(service.bodies[0].hasSuffix(#""parameters":{"threshold":0.1}}"#))
        #expect(try await perceiver.detectObjects(in: picture, threshold: 0.3).objects.isEmpty)
        #expect(try await perceiver.detectObjects(in: picture).objects.count == 1)
    }

    /// Speech that is called WAV, and is FLAC.
    @Test func generatedMediaAreWhatTheirBytesAre() async throws {
        let flac = try TestFiles.bytes(of: TestFiles.media("audio/harbour-44100-stereo.flac"))
        let service = Service(
            TransportReply(status: 200, headers: [.contentType: "audio/wav"], body: flac))
        let speech = try await client(service).textToSpeech("x")
        #expect(speech.mediaType == .flac)
        #expect(speech.fileExtension == "flac")
        // Its own reader makes of it what was asked for.
        #expect(try Recording(decoding: .bytes(speech.bytes)).channels.count == 2)
    }

    // MARK: What fails

    /// Waiting for a model without end, once a second, and without a word.
    @Test func loadingIsWaitedForWithinLimits() async throws {
        let time = PassingTime()
        let notices = Mutex<[WaitNotice]>([])
        let service = Service(reply(#"{"error":"Model X is currently loading","estimated_time":20}"#, status: 503))
        let error = try await failure {
            try await client(service, time: time).send(FillMask(inputs: "[MASK]")) { notice in
                notices.withLock { $0.append(notice) }
            }
        }
        #expect(error.kind == .modelLoading)
        // As long as it says, a little more so that not all come back at once.
        #expect(time.sleeps.allSatisfy { (20...25).contains($0) })
        #expect(service.requests.count == 5)
        #expect(notices.withLock { $0.map(\.attempt) } == [2, 3, 4, 5])
        // From the second time on the service is asked to hold the request.
        let header = try #require(HTTPField.Name("X-Wait-For-Model"))
        #expect(service.requests.map { $0.headers[header] } == [nil, "true", "true", "true", "true"])
    }

    /// Any 503 read as "loading".
    @Test func onlyAnEstimateMeansLoading() async throws {
        let service = Service(reply(#"{"error":"503 Service Unavailable"}"#, status: 503))
        let error = try await failure { try await client(service).send(FillMask(inputs: "[MASK]")) }
        #expect(error.kind == .serviceUnavailable)
        let header = try #require(HTTPField.Name("X-Wait-For-Model"))
        #expect(service.requests.allSatisfy { $0.headers[header] == nil })
    }

    /// 429 and 5xx that are never tried again, or not when the service says; and nobody knows which provider it was.
    @Test func theServiceIsAskedAgainWhenItSays() async throws {
        let time = PassingTime()
        let date = "Thu, 01 Jan 1970 00:01:40 GMT"
        let service = Service(
            reply("{}", status: 429, [.retryAfter: "7"]), reply("{}", status: 429, [.retryAfter: date]),
            reply("{}", status: 429, [HTTPField.Name("ratelimit") ?? .retryAfter: #""api";r=0;t=55"#]),
            reply("{}", status: 502), reply("{}", status: 429))
        var client = try client(service, time: time)
        client.retry.jitter = 0
        client.endpoint = .provider("together")
        let error = try await failure { try await client.chatCompletion([.user("x")]) }
        // The clock began at 0: 7 s later the date is 93 s away. The fourth wait is the fourth of 1, 2, 4, 8.
        #expect(time.sleeps == [7, 93, 55, 8])
        #expect(error.kind == .rateLimited)
        #expect(error.description.contains("router.huggingface.co/together"))
    }

    /// Retrying and asking the service to wait are two settings.
    @Test func retryingAndWaitingAreTwoThings() async throws {
        let loading = reply(#"{"error":"loading","estimated_time":20}"#, status: 503)
        let header = try #require(HTTPField.Name("X-Wait-For-Model"))
        let final = Service(loading)
        let options = RequestOptions(waitForModel: true, retryOnError: false)
        _ = try await failure { try await client(final).fillMask("[MASK]", options: options) }
        #expect(final.requests.map { $0.headers[header] } == ["true"])
        let patient = Service(reply("{}", status: 500), reply("[]"))
        _ = try await client(patient).fillMask("[MASK]", options: RequestOptions(retryOnError: true))
        #expect(patient.requests.map { $0.headers[header] } == [nil, nil])
    }

    /// `[object Object]`, a bare 422, an error that hides its cause, plain text that is lost.
    @Test func theServicesOwnWordsAreInTheError() async throws {
        let bodies: [(TransportReply, String)] = [
            (reply(#"{"error":{"message":"no such voice","code":3}}"#, status: 400), "no such voice"),
            (
                reply(#"{"detail":[{"loc":["body","inputs"],"msg":"field required"}]}"#, status: 422),
                "body.inputs: field required"
            ),
            (
                reply("Failed to deserialize the JSON body", status: 422, type: "text/plain; charset=utf-8"),
                "deserialize"
            ),
            (reply("<html><title>502 Bad Gateway</title></html>", status: 502, type: "text/html"), "502 Bad Gateway"),
        ]
        for (body, words) in bodies {
            var refusal = body
            refusal.headers[HTTPField.Name("x-request-id") ?? .accept] = "NCN3_s"
            let error = try await failure { try await client(Service(refusal)).fillMask("[MASK]") }
            let line = error.description
            #expect(error.serviceMessage?.contains(words) == true)
            for part in [words, "HTTP \(body.status)", "[request NCN3_s]"] { #expect(line.contains(part), "\(line)") }
            #expect(!line.contains("\n"))
        }
        let lost = Service { () throws(TransportError) in throw .closedWithoutAnswer }
        #expect(try await failure { try await client(lost).fillMask("x") }.problem.contains("closed the connection"))
    }

    /// Hosts that were retired, and models that nobody serves.
    @Test func itIsSaidWhereAModelMayBeServed() async throws {
        let bodies = [
            reply(#"{"error":"Model x does not exist"}"#, status: 404),
            reply("Not Found", status: 404, type: "text/plain"),
            reply(#"{"error":"Model not supported by provider hf-inference"}"#, status: 400),
        ]
        for body in bodies {
            let error = try await failure { try await client(Service(body)).fillMask("[MASK]") }
            #expect(error.kind == .notFound)
            #expect(error.remedy?.contains("hf-inference serves") == true)
            #expect(error.remedy?.contains("another provider or a dedicated endpoint") == true)
        }
        let words =
            "https://api-inference.huggingface.co is no longer supported. Please use https://router.huggingface.co"
        let gone = try await failure {
            try await client(Service(reply(#"{"error":"\#(words)"}"#, status: 410))).fillMask("[MASK]")
        }
        #expect(gone.kind == .notFound)
        #expect(gone.serviceMessage == words)
        #expect(gone.remedy?.contains("https://router.huggingface.co") == true)
        // The old host's name is one no more.
        var old = try client(
            Service { () throws(TransportError) in throw .init(.notConnected, problem: "no such host") })
        old.endpoint = .legacy(try #require(URL(string: "https://api-inference.huggingface.co")))
        #expect(try await failure { try await old.fillMask("[MASK]") }.remedy?.contains("was retired") == true)
    }

    /// An error in the midst of a stream that is dropped, `data:[DONE]` without its space, heartbeats.
    @Test func streamsSayAllThatTheySay() async throws {
        func texts(_ stream: String) async throws -> [String] {
            let chat = ChatCompletion(messages: [.user("x")])
            let service = Service(reply(stream, type: "text/event-stream; charset=utf-8"))
            var texts: [String] = []
            for try await chunk in try await client(service).stream(chat) { texts.append(chunk.text) }
            return texts
        }
        let hi = #"data:{"choices":[{"index":0,"delta":{"content":"Hi"}}]}"#
        for stream in [
            ": heartbeat\n\n\(hi)\n\ndata:[DONE]\n\n", "\(hi)\n\ndata: [DONE]\n\n", "\(hi)\r\n\r\n:\r\n\r\n",
            "event: ping\n\n\(hi)\n\n", "\(hi)\n\n",
        ] {
            #expect(try await texts(stream) == ["Hi"], "\(stream)")
        }
        for (last, words) in [
            (#"data:{"error":"Input validation error","error_type":"validation"}"#, "Input validation error"),
            (#"data:{"error":{"message":"out of memory"}}"#, "out of memory"),
        ] {
            let error = try await failure { try await texts("\(hi)\n\n\(last)\n\n") }
            #expect(error.serviceMessage == words)
        }
        #expect(try await failure { try await texts("\(hi)\n\ndata: {\"choices\n\n") }.kind == .answerMalformed)
    }

    /// A token that "seems invalid".
    @Test func aRefusedTokenIsNamedByItsSource() async throws {
        let refusal = reply(#"{"error":"Invalid username or password."}"#, status: 401)
        let error = try await failure { try await client(Service(refusal)).fillMask("[MASK]") }
        #expect(error.kind == .tokenRefused)
        #expect(error.problem.contains("HF_TOKEN"))
        #expect(error.remedy?.contains("permission to call inference providers") == true)
        #expect(!error.description.contains("hf_Complaint"))
    }

    /// Requests that hang for ever, and cannot be stopped.
    @Test(.timeLimit(.minutes(10))) func nothingHangs() async throws {
        let client = InferenceClient(token: nil)
        #expect(client.timeout == .seconds(120))
        #expect(client.retry.totalDeadline == .seconds(300))
        #if canImport(Glibc)
            #expect((client.transport as? CurlTransport)?.connectTimeout == .seconds(30))
        #else
            #expect((client.transport as? URLSessionTransport)?.connectTimeout == .seconds(30))
        #endif
        // A service that says nothing: the request is in its hands when it is cancelled.
        let silence = Service { () throws(TransportError) in
            do { try await Task.sleep(for: .seconds(3600)) } catch { throw .init(.cancelled, problem: "cancelled") }
            throw .closedWithoutAnswer
        }
        let task = Task { [client = try self.client(silence)] in try await failure { try await client.fillMask("x") } }
        while silence.requests.isEmpty { await Task.yield() }
        task.cancel()
        #expect(try await task.value.kind == .cancelled)
    }

    /// A client for Swift without the service's own tasks.
    @Test func theClassicTasksAreMethods() async throws {
        let service = Service(reply(#"[{"token":1,"token_str":"a","score":1,"sequence":"a"}]"#))
        _ = try await client(service).fillMask("[MASK]")
        #expect(
            service.requests[0].url.absoluteString
                == "https://router.huggingface.co/hf-inference/models/\(FillMask.defaultModel)")
        #expect(service.bodies[0] == #"{"inputs":"[MASK]"}"#)
        let methods = Set(TaskCatalogue.tasks.flatMap(\.methods))
        for method in [
            "fillMask", "summarization", "questionAnswer", "tableQuestionAnswer", "textClassification",
            "textGeneration", "tokenClassification", "translation", "zeroShotClassification", "conversational",
            "featureExtraction", "automaticSpeechRecognition", "audioClassification", "imageClassification",
            "objectDetection", "imageSegmentation",
        ] {
            #expect(methods.contains(method), "\(method)")
        }
    }

    private func reply(
        _ text: String, status: Int = 200, type: String = "application/json", _ headers: HTTPFields = [:]
    ) -> TransportReply {
        var headers = headers
        headers[.contentType] = type
        return TransportReply(status: status, headers: headers, body: Array(text.utf8))
    }
}

/// Answers with these one after the other, with the last one from then on, and keeps what was asked.
private final class Service: HTTPTransport {
    private let answer: @Sendable (Int) async throws(TransportError) -> TransportReply
    private let received = Mutex<[TransportRequest]>([])

    init(_ replies: TransportReply...) {
        answer = { index in replies[min(index, replies.count - 1)] }
    }

    init(_ answer: @escaping @Sendable () async throws(TransportError) -> TransportReply) {
        self.answer = { _ throws(TransportError) in try await answer() }
    }

    var requests: [TransportRequest] { received.withLock { $0 } }
    var bodies: [String] { requests.map { String(decoding: $0.body, as: UTF8.self) } }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportReply {
        let index = received.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        return try await answer(index)
    }
}

/// Time that begins with 1970 and passes in sleeps alone, which take none.
private final class PassingTime: Sendable {
    private let state = Mutex((now: 0.0, sleeps: [Double]()))

    var sleeps: [Double] { state.withLock { $0.sleeps } }

    var timekeeping: Timekeeping {
        Timekeeping(
            now: { self.state.withLock { $0.now } },
            sleep: { seconds in
                self.state.withLock { state in
                    state.now += seconds
                    state.sleeps.append(seconds)
                }
            }, wallClock: { self.state.withLock { $0.now } }, random: { 0.5 })
    }
}
